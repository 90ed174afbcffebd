import { type Column, type SQL, sql } from 'drizzle-orm'
import * as pg from 'drizzle-orm/pg-core'
import * as sqlite from 'drizzle-orm/sqlite-core'

/** The query builder as every statement of this folder sees it, whichever engine is behind. */
export type Database = pg.PgDatabase<pg.PgQueryResultHKT, Record<string, never>>

/** The few kinds of tables, keys and columns that both engines have; Postgres's types stand for both. */
export type Dialect = {
  table: typeof pg.pgTable
  index: typeof pg.index
  uniqueIndex: typeof pg.uniqueIndex
  primaryKey: typeof pg.primaryKey
  text: (name: string) => pg.PgTextBuilderInitial<string, [string, ...string[]]>
  integer: (name: string) => pg.PgIntegerBuilderInitial<string>
  /** A point in time to the millisecond, as `Date`. */
  instant: (name: string) => pg.PgTimestampBuilderInitial<string>
  json: (name: string) => pg.PgJsonbBuilderInitial<string>
  /** Locks the rows a subquery picks and passes over those that another statement has locked. */
  lockAndSkipLocked: <Query>(query: Query & LockableQuery) => Query
  /** Locks the rows a subquery reads, so that its guard still holds when the statement commits. */
  lockShared: <Query>(query: Query & LockableQuery) => Query
  /** The id of the key that sealed a value, from in front of its first dot; null where there is none. */
  keyIdIn: (sealed: Column) => SQL<string | null>
}

type LockableQuery = { for(strength: 'update' | 'share', options?: { skipLocked: true }): unknown }

/** Postgres, through node-postgres or PGlite. */
export const postgresDialect: Dialect = {
  table: pg.pgTable,
  index: pg.index,
  uniqueIndex: pg.uniqueIndex,
  primaryKey: pg.primaryKey,
  text: (name) => pg.text(name),
  integer: (name) => pg.integer(name),
  instant: (name) => pg.timestamp(name, { withTimezone: true, precision: 3, mode: 'date' }),
  json: (name) => pg.jsonb(name),
  lockAndSkipLocked(query) {
    query.for('update', { skipLocked: true })
    return query
  },
  lockShared(query) {
    query.for('share')
    return query
  },
  keyIdIn: (sealed) => sql`nullif(split_part(${sealed}, '.', 1), ${sealed})`,
}

/**
 * SQLite, through better-sqlite3.
 *
 * The casts hold because the builders of both dialects have the same methods for what this folder uses,
 * and because the contract suite runs every statement on both. SQLite has one writer: it needs no locks.
 */
export const sqliteDialect: Dialect = {
  table: sqlite.sqliteTable as unknown as Dialect['table'],
  index: sqlite.index as unknown as Dialect['index'],
  uniqueIndex: sqlite.uniqueIndex as unknown as Dialect['uniqueIndex'],
  primaryKey: sqlite.primaryKey as unknown as Dialect['primaryKey'],
  text: sqlite.text as unknown as Dialect['text'],
  integer: sqlite.integer as unknown as Dialect['integer'],
  instant: ((name: string) =>
    sqlite.integer(name, { mode: 'timestamp_ms' })) as unknown as Dialect['instant'],
  json: ((name: string) => sqlite.text(name, { mode: 'json' })) as unknown as Dialect['json'],
  lockAndSkipLocked: (query) => query,
  lockShared: (query) => query,
  keyIdIn: (sealed) => sql`nullif(substr(${sealed}, 1, instr(${sealed}, '.') - 1), '')`,
}

/** Lets a synchronous SQLite database pass for the shared query builder; its queries can be awaited too. */
export function asDatabase(
  database: sqlite.BaseSQLiteDatabase<'sync', unknown, Record<string, never>>,
): Database {
  return database as unknown as Database
}

/** Binds a value as the type of a column: Postgres takes a bare parameter inside an expression for text. */
export function bind<Kind extends Column>(value: Kind['_']['data'] | null, column: Kind): SQL {
  return sql`cast(${sql.param(value, column)} as ${sql.raw(column.getSQLType())})`
}

/** What {@link bind} binds, where it comes with each call of a prepared statement; a null stays one. */
export function later(name: string, column: Column): SQL {
  const encoder = {
    mapToDriverValue: (value: unknown) => (value === null ? null : column.mapToDriverValue(value)),
  }
  return sql`cast(${sql.param(sql.placeholder(name), encoder)} as ${sql.raw(column.getSQLType())})`
}
