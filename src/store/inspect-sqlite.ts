import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { DatabaseInspection } from './database-inspection.ts'
import { findMigrations } from './migrations.ts'

/** What the program beside this file is sent to do. */
export type Errand = {
  path: string
  isReadOnly: boolean
  /** So long it waits for a lock. */
  waitMs: number
  migrationsTable: string
  mostComplaints: number
}

/** What it brings back; null is what it could not see, and for trouble that there was none. */
export type Look = {
  trouble: string | null
  writeTrouble: string | null
  damage: string[] | null
  applied: number | null
}

type Seen = Pick<DatabaseInspection, 'trouble' | 'writeTrouble' | 'damage' | 'migrations'>

const PROGRAM = fileURLToPath(new URL('./look-into-sqlite.js', import.meta.url))
/** So much is reported of a damaged database; more would not help anybody. */
const MOST_COMPLAINTS = 5

/**
 * Looks into a SQLite file from another process, so that a service goes on while a big one is read; it is opened for writing
 * only to see whether that can be done, and nothing is written.
 */
export async function inspectSqlite(
  path: string,
  writeTrouble: string | null,
  waitMs: number,
): Promise<Seen> {
  const { migrationsTable, known } = findMigrations('sqlite')
  const look = await lookInto({
    path,
    isReadOnly: writeTrouble !== null,
    waitMs,
    migrationsTable,
    mostComplaints: MOST_COMPLAINTS,
  })
  const { trouble, damage, applied } = look
  return {
    trouble,
    damage,
    writeTrouble: writeTrouble ?? look.writeTrouble,
    migrations: applied === null ? null : { applied, known },
  }
}

async function lookInto(errand: Errand): Promise<Look> {
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [PROGRAM, JSON.stringify(errand)],
      // It needs nothing of the environment, least of all the secrets in it.
      { env: {} },
    )
    return JSON.parse(stdout)
  } catch {
    const trouble = 'the program that looks into it ended unexpectedly'
    return { trouble, writeTrouble: null, damage: null, applied: null }
  }
}
