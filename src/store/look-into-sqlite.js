// @ts-check
// A program of its own, since better-sqlite3 blocks whoever calls it: reading a big file takes seconds, and so does waiting for
// a lock. Plain JavaScript, so that Node runs the same file beside `src` and `dist`. It writes nothing.
import Database from 'better-sqlite3'

/** @type {import('./inspect-sqlite.ts').Errand} */
const { path, isReadOnly, waitMs, migrationsTable, mostComplaints } = JSON.parse(
  process.argv[2] ?? '',
)
/** Nothing that better-sqlite3 makes may be garbage collected (keep-statements.ts). @type {object[]} */
const kept = []

/** @type {import('./inspect-sqlite.ts').Look} */
const look = { trouble: null, writeTrouble: null, damage: null, applied: null }
try {
  const connection = new Database(path, {
    timeout: waitMs,
    fileMustExist: true,
    readonly: isReadOnly,
  })
  kept.push(connection)
  look.damage = quickCheck(connection)
  look.applied = countMigrations(connection)
  look.writeTrouble = isReadOnly ? null : tryToWrite(connection)
} catch (error) {
  look.trouble = told(error)
}
process.stdout.write(JSON.stringify(look))

/**
 * @param {Database.Database} connection
 * @returns {string[]}
 */
function quickCheck(connection) {
  const lines = prepare(
    connection,
    `select quick_check from pragma_quick_check limit ${mostComplaints}`,
  )
  return lines
    .pluck()
    .all()
    .map(String)
    .filter((line) => line !== 'ok')
}

/** @param {Database.Database} connection */
function countMigrations(connection) {
  const table = prepare(connection, `select 1 from sqlite_master where type = 'table' and name = ?`)
  if (table.get(migrationsTable) === undefined) return 0
  return Number(prepare(connection, `select count(*) from ${migrationsTable}`).pluck().get())
}

/**
 * Asks for the lock that every writer needs, and gives it back at once.
 * @param {Database.Database} connection
 */
function tryToWrite(connection) {
  try {
    connection.exec('begin immediate')
    connection.exec('rollback')
    return null
  } catch (error) {
    return told(error)
  }
}

/**
 * @param {Database.Database} connection
 * @param {string} source
 */
function prepare(connection, source) {
  const statement = connection.prepare(source)
  kept.push(statement)
  return statement
}

/** @param {unknown} error */
function told(error) {
  const { code, message } = /** @type {{ code?: string, message?: string }} */ (error)
  return `${code ?? ''} ${message ?? ''}`.trim()
}
