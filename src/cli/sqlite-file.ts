import type { Config } from '../config.ts'
import { ConfigurationError } from '../errors.ts'
import { sqlitePath } from '../store/sqlite-path.ts'

/**
 * The file of the configured database.
 * @throws {ConfigurationError} when it has none.
 */
export function sqliteFile({ databaseUrl }: Pick<Config, 'databaseUrl'>): string {
  const path = databaseUrl.startsWith('file:') ? sqlitePath(databaseUrl) : null
  if (path !== null && path !== ':memory:') return path
  const fix =
    path === null
      ? 'Postgres has tools of its own: pg_dump and pg_restore; see docs/deployment.md.'
      : 'What is in memory cannot be kept.'
  throw new ConfigurationError([{ name: 'DATABASE_URL', problem: 'names no SQLite file', fix }])
}
