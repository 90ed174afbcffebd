import { type SQL, sql } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Engine } from './engine.ts'

/** Rows picked for one statement: name `rows` in its `with`, and let its guard ask `areTheseRows`. */
export type PickedRows = ReturnType<typeof pickRows>

/**
 * Picks up to `limit` rows for a statement over many rows, the most overdue first.
 *
 * The picked rows are locked and those that another statement has locked are passed over, so such
 * statements neither wait for each other nor deadlock. The statement still repeats its guard: on Postgres
 * a row may change between the snapshot and the lock.
 */
export function pickRows(
  { database, dialect }: Engine,
  choice: {
    from: PgTable
    /** The columns of the primary key. */
    key: readonly PgColumn[]
    where: SQL | undefined
    oldestBy: PgColumn
    limit: number
  },
) {
  const query = database
    .select(Object.fromEntries(choice.key.map((column) => [column.name, column])))
    .from(choice.from)
    .where(choice.where)
    .orderBy(choice.oldestBy)
    .limit(choice.limit)
  const rows = database.$with('picked').as(dialect.lockAndSkipLocked(query))
  const key = sql.join([...choice.key], sql`, `)
  return { rows, areTheseRows: sql`(${key}) in ${database.select().from(rows)}` }
}
