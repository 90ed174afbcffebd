import type { Database, Dialect } from './dialects.ts'
import type { Schema } from './schema.ts'

/** One opened and migrated database, as the statements of this folder see it. */
export type Engine = {
  name: 'sqlite' | 'postgres'
  database: Database
  dialect: Dialect
  schema: Schema
  close(): Promise<void>
}
