import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { asDatabase, sqliteDialect } from './dialects.ts'
import type { Engine } from './engine.ts'
import { keepStatements } from './keep-statements.ts'
import { measureSqlite } from './measure-sqlite.ts'
import { findMigrations, refuseNewerSchema } from './migrations.ts'
import { createPrivately, oneProcessAtATime } from './one-process-at-a-time.ts'
import * as schema from './sqlite-schema.ts'
import { createSqliteTidings } from './sqlite-tidings.ts'
import { createUnflushed } from './unflushed.ts'

/**
 * Opens a SQLite file, or a database in memory with `:memory:`, and brings its tables up to date.
 *
 * A statement waits `busyTimeoutMs` for another process that is writing, and this process with it.
 */
export function openSqlite(path: string, busyTimeoutMs = 5000): Engine {
  if (path === ':memory:') return openMigrated(path, busyTimeoutMs)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  createPrivately(path)
  return oneProcessAtATime(path, () => openMigrated(path, busyTimeoutMs))
}

function openMigrated(path: string, busyTimeoutMs: number): Engine {
  const connection = new Database(path, { timeout: busyTimeoutMs })
  keepStatements(connection)
  try {
    tune(connection)
    bringUpToDate(connection)
  } catch (error) {
    connection.close()
    throw error
  }
  // Nobody else can reach a database in memory.
  const tidings = path === ':memory:' ? null : createSqliteTidings(connection)
  return {
    name: 'sqlite',
    database: asDatabase(drizzle(connection)),
    dialect: sqliteDialect,
    schema,
    unflushed: createUnflushed(connection),
    ...(tidings && { tidings }),
    measure: () => measureSqlite(connection, path),
    async close() {
      tidings?.close()
      connection.close()
    },
  }
}

/** The page size must come before the first table and before WAL; measured in docs/decisions. */
function tune(connection: Database.Database): void {
  connection.exec('pragma page_size = 8192')
  connection.exec('pragma journal_mode = WAL')
  connection.exec('pragma synchronous = FULL')
  connection.exec('pragma foreign_keys = ON')
  connection.exec('pragma cache_size = -16384')
}

function bringUpToDate(connection: Database.Database): void {
  const migrations = findMigrations('sqlite')
  const isCounted = connection
    .prepare(`select 1 from sqlite_master where type = 'table' and name = ?`)
    .get(migrations.migrationsTable)
  if (isCounted !== undefined) {
    const count = connection.prepare(`select count(*) from ${migrations.migrationsTable}`).pluck()
    refuseNewerSchema(Number(count.get()), migrations)
  }
  migrate(drizzle(connection), migrations)
}
