import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { borrowDatabase, startPostgres } from '../postgres.ts'

/** A database that several processes can share, empty at first. */
export type SharedDatabase = { url: string; stop: () => Promise<void> }

/** Where a suite can run, or by name why it cannot. */
export type DatabaseKind = { name: string; open: (() => Promise<SharedDatabase>) | null }

/** An empty SQLite file in a folder of its own. */
export async function openSqliteFile(): Promise<SharedDatabase & { folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'fca-processes-'))
  return {
    folder,
    url: `file:${join(folder, 'auth.db')}`,
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The engines at hand; `stop` ends the private Postgres. */
export async function findDatabases(): Promise<{
  kinds: DatabaseKind[]
  stop: () => Promise<void>
}> {
  const sqlite = { name: 'a SQLite file', open: openSqliteFile }
  const server = await startPostgres()
  if ('skipped' in server) {
    console.warn(`Processes on Postgres are not tested: ${server.skipped}.`)
    const skipped = { name: `Postgres (${server.skipped})`, open: null }
    return { kinds: [sqlite, skipped], stop: async () => {} }
  }
  const postgres = { name: 'Postgres', open: () => borrowDatabase(server.url) }
  return { kinds: [sqlite, postgres], stop: server.stop }
}
