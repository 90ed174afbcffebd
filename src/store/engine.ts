import type { StoreSize } from '../auth/ports.ts'
import type { Tidings } from '../auth/tidings.ts'
import type { Database, Dialect } from './dialects.ts'
import type { Schema } from './schema.ts'
import type { Unflushed } from './unflushed.ts'

/** One opened and migrated database, as the statements of this folder see it. */
export type Engine = {
  name: 'sqlite' | 'postgres'
  database: Database
  dialect: Dialect
  schema: Schema
  /** Left out where a commit costs no wait for a disk of ours. */
  unflushed?: Unflushed
  /** Left out where no other process can reach the database. */
  tidings?: Tidings
  /** Left out where nobody asks, as in tests. */
  measure?: () => Promise<StoreSize>
  close(): Promise<void>
}
