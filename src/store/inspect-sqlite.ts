import Database from 'better-sqlite3'
import type { DatabaseInspection } from './database-inspection.ts'
import { toDriverError } from './driver-error.ts'
import { keepStatements } from './keep-statements.ts'
import { findMigrations } from './migrations.ts'

type Seen = Pick<DatabaseInspection, 'trouble' | 'writeTrouble' | 'damage' | 'migrations'>

/** So much is reported of a damaged database; more would not help anybody. */
const MOST_COMPLAINTS = 5

/** Looks into a SQLite file; it is opened for writing only to see whether that can be done, and nothing is written. */
export function inspectSqlite(path: string, writeTrouble: string | null, waitMs: number): Seen {
  try {
    const connection = new Database(path, {
      timeout: waitMs,
      fileMustExist: true,
      readonly: writeTrouble !== null,
    })
    keepStatements(connection)
    try {
      return {
        trouble: null,
        damage: quickCheck(connection),
        migrations: countMigrations(connection),
        writeTrouble: writeTrouble ?? tryToWrite(connection),
      }
    } finally {
      connection.close()
    }
  } catch (error) {
    return { trouble: toDriverError(error).message, writeTrouble, damage: null, migrations: null }
  }
}

function quickCheck(connection: Database.Database): string[] {
  const lines = connection
    .prepare<[], string>(`select quick_check from pragma_quick_check limit ${MOST_COMPLAINTS}`)
    .pluck()
    .all()
  return lines.filter((line) => line !== 'ok')
}

function countMigrations(connection: Database.Database): { applied: number; known: number } {
  const { migrationsTable, known } = findMigrations('sqlite')
  const isCounted = connection
    .prepare(`select 1 from sqlite_master where type = 'table' and name = ?`)
    .get(migrationsTable)
  if (isCounted === undefined) return { applied: 0, known }
  const count = connection.prepare(`select count(*) from ${migrationsTable}`).pluck().get()
  return { applied: Number(count), known }
}

/** The lock that every writer needs; given back at once. */
function tryToWrite(connection: Database.Database): string | null {
  try {
    connection.exec('begin immediate')
    connection.exec('rollback')
    return null
  } catch (error) {
    return toDriverError(error).message
  }
}
