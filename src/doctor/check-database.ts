import type { DatabaseInspection } from '../store/database-inspection.ts'
import { type Finding, fail, pass, skip, warn } from './check.ts'

const GIBIBYTE = 2 ** 30
/** Below this a busy SQLite database has hours, not days. */
const LITTLE_DISK = 1 * GIBIBYTE
const NO_DISK = GIBIBYTE / 10
const NOT_SEEN = 'The database cannot be looked into.'

/** Tells whether the database opens and takes writes. */
export function checkDatabase(inspection: DatabaseInspection): Finding {
  const { engine, isInMemory, exists, trouble, writeTrouble } = inspection
  if (isInMemory) {
    return warn(
      'The database lives in memory: every authorization is lost with the process.',
      'Set DATABASE_URL=file:./data/auth.db',
    )
  }
  if (trouble !== null) {
    const hint =
      engine === 'sqlite'
        ? 'Check the path in DATABASE_URL; if the file is damaged, put the last backup back.'
        : 'Check host, port, user, password and name in DATABASE_URL, and that the database runs.'
    return fail(`The ${nameOf(engine)} database cannot be opened: ${trouble}.`, hint)
  }
  if (writeTrouble !== null) {
    return fail(
      `The ${nameOf(engine)} database cannot be written: ${writeTrouble}.`,
      engine === 'sqlite'
        ? 'Give the user of the service the right to write to the directory and its files in DATABASE_URL.'
        : 'Point DATABASE_URL at the primary.',
    )
  }
  if (!exists) return pass('There is no database yet; the first start makes it.')
  return pass(`${nameOf(engine)} opens and takes writes.`)
}

/** Tells whether SQLite finds its file whole. */
export function checkIntegrity({ engine, damage }: DatabaseInspection): Finding {
  if (engine === 'postgres') return skip('Postgres watches over its own files.')
  if (damage === null) return skip(NOT_SEEN)
  if (damage.length === 0) return pass('SQLite finds nothing wrong in the file.')
  return fail(
    `The file is damaged: ${damage.join('; ')}.`,
    'Stop the service, keep the file, and put the last backup back.',
  )
}

/** Tells whether the tables are those of this version. */
export function checkMigrations({ migrations, exists, trouble }: DatabaseInspection): Finding {
  if (trouble === null && !exists) return pass('The first start makes all tables.')
  if (migrations === null) return skip(NOT_SEEN)
  const { applied, known } = migrations
  if (applied > known) {
    return fail(
      `A newer version has changed the tables (${applied} migrations, ${known} are known here).`,
      'Run that version or a newer one, or put back a backup from before.',
    )
  }
  if (applied < known) {
    return warn(
      `${known - applied} of ${known} migrations are still to come.`,
      'Make a backup and start the service: it brings the tables up to date before it takes work.',
    )
  }
  return pass(`All ${known} migrations are done.`)
}

/** Tells whether a SQLite database has room to grow. */
export function checkDisk({ engine, diskFreeBytes }: DatabaseInspection): Finding {
  if (engine === 'postgres') return skip('The disk of Postgres cannot be seen from here.')
  if (diskFreeBytes === null) return skip('How much is left of the disk cannot be seen.')
  const left = `${(diskFreeBytes / GIBIBYTE).toFixed(1)} GiB`
  const hint = 'Make room on the disk of DATABASE_URL, or shorten AUTH_SESSION_RETENTION_DAYS.'
  if (diskFreeBytes < NO_DISK) return fail(`Only ${left} of the disk are left.`, hint)
  if (diskFreeBytes < LITTLE_DISK) return warn(`Only ${left} of the disk are left.`, hint)
  return pass(`${left} of the disk are free.`)
}

function nameOf(engine: DatabaseInspection['engine']): string {
  return engine === 'sqlite' ? 'SQLite' : 'Postgres'
}
