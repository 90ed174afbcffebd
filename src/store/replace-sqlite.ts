import { existsSync, renameSync } from 'node:fs'
import Database from 'better-sqlite3'
import { toDriverError } from './driver-error.ts'
import { keepStatements } from './keep-statements.ts'
import { oneProcessAtATime } from './one-process-at-a-time.ts'

/** `in_use` when somebody has the database open; `unreadable` when nobody can tell, because it is damaged. */
export type Occupancy = 'free' | 'in_use' | 'unreadable'

/**
 * Puts a SQLite file in the place of another, and that one at `former`, unless it is in use; nobody can open the database
 * meanwhile. One that is too damaged to tell is moved all the same.
 */
export function replaceSqlite(path: string, replacement: string, former: string): Occupancy {
  return oneProcessAtATime(path, () => {
    const occupancy = existsSync(path) ? occupancyOf(path) : 'free'
    if (occupancy === 'in_use') return occupancy
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(path + suffix)) renameSync(path + suffix, former + suffix)
    }
    renameSync(replacement, path)
    return occupancy
  })
}

/** Whoever has a database in WAL mode open keeps the mode from being changed; without others the log is merged into the file. */
function occupancyOf(path: string): Occupancy {
  let connection: Database.Database | null = null
  try {
    connection = new Database(path, { timeout: 0, fileMustExist: true })
    keepStatements(connection)
    connection.exec('pragma journal_mode = delete')
    return 'free'
  } catch (error) {
    return toDriverError(error).trouble === 'busy' ? 'in_use' : 'unreadable'
  } finally {
    connection?.close()
  }
}
