import Database from 'better-sqlite3'
import { explainTrouble } from './explain-trouble.ts'
import { keepStatements } from './keep-statements.ts'
import { createPrivately } from './one-process-at-a-time.ts'

/**
 * Writes a SQLite database as it is at this moment into a new file, while others go on reading and writing it.
 *
 * The copy is one file without a log, and holds no remains of deleted rows; nothing is migrated.
 * @throws {StoreUnavailableError} when there is no database in the source, or no room for the copy.
 * @see https://www.sqlite.org/lang_vacuum.html#vacuuminto
 */
export function copySqlite(source: string, copy: string): void {
  try {
    vacuumInto(source, copy)
  } catch (error) {
    throw explainTrouble('copying', error)
  }
}

function vacuumInto(source: string, copy: string): void {
  const connection = new Database(source, { readonly: true, fileMustExist: true })
  keepStatements(connection)
  try {
    createPrivately(copy)
    connection.prepare('vacuum into ?').run(copy)
  } finally {
    connection.close()
  }
}
