import { CardAuthError, ConfigurationError, StoreUnavailableError } from '../errors.ts'
import { createStore, type OpenStore } from './create-store.ts'
import { toDriverError } from './driver-error.ts'
import type { Engine } from './engine.ts'
import { explainTrouble } from './explain-trouble.ts'
import { sqlitePath } from './sqlite-path.ts'
import type { OperationListener } from './watch-operations.ts'

/** Where the database is, and who hears about it. */
export type StoreOptions = {
  /** `file:./data/auth.db`, `file::memory:` or `postgres://…`. */
  databaseUrl: string
  /** Postgres only: how many connections at most; 10 unless told, 4 to 20 do best. */
  poolSize?: number
  /** Told of trouble outside any operation: a connection lost while idle. */
  onError?: (error: StoreUnavailableError) => void
  onOperation?: OperationListener
}

/**
 * Opens the database that the URL names and brings its tables up to date.
 *
 * @throws {ConfigurationError} when the URL names neither SQLite nor Postgres.
 * @throws {SchemaTooNewError} when a newer version has migrated it.
 * @throws {StoreUnavailableError} when it cannot be reached, opened or migrated.
 */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  try {
    return createStore(await openEngine(options), options.onOperation)
  } catch (error) {
    if (error instanceof CardAuthError) throw error
    throw explainTrouble('opening', error)
  }
}

/** Each driver is loaded only where it is used: Postgres needs no native module. */
async function openEngine({ databaseUrl, poolSize = 10, onError }: StoreOptions): Promise<Engine> {
  if (databaseUrl.startsWith('file:')) {
    const { openSqlite } = await import('./open-sqlite.ts')
    return openSqlite(sqlitePath(databaseUrl))
  }
  if (/^postgres(ql)?:\/\//.test(databaseUrl)) {
    const { openPostgres } = await import('./open-postgres.ts')
    const onIdleError = (error: unknown) =>
      onError?.(new StoreUnavailableError('waiting for work', toDriverError(error)))
    return openPostgres({ url: databaseUrl, poolSize, onIdleError })
  }
  throw new ConfigurationError([
    {
      name: 'DATABASE_URL',
      problem: 'it names neither SQLite nor Postgres',
      fix: 'Write file:./data/auth.db or postgres://user:password@host/database.',
    },
  ])
}
