import type Database from 'better-sqlite3'

/**
 * Everything that better-sqlite3 has made in this process.
 *
 * Its objects must never be garbage collected: built against the headers of Node 24.19 or later, better-sqlite3 12 aborts
 * the process when that happens outside of JavaScript (docs/decisions/0010-keep-what-better-sqlite3-makes.md). A process has one
 * database, so what is kept is what is in use.
 */
const alive = new Set<object>()

/**
 * Keeps the connection, and one statement for each text it is asked to prepare; `exec` makes none, `pragma` makes one that
 * nobody could keep, so it is not used.
 *
 * The texts are finite, since every query of this folder is written once; preparing each only once is faster, too.
 */
export function keepStatements(connection: Database.Database): void {
  alive.add(connection)
  const prepare = connection.prepare.bind(connection)
  const statements = new Map<string, Database.Statement>()
  const prepareOnce = (source: string): Database.Statement => {
    const kept = statements.get(source)
    if (kept) return kept
    const statement = prepare(source)
    statements.set(source, statement)
    alive.add(statement)
    return statement
  }
  Object.defineProperty(connection, 'prepare', { value: prepareOnce })
}
