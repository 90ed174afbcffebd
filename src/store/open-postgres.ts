import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { postgresDialect } from './dialects.ts'
import type { Engine } from './engine.ts'
import { findMigrations, refuseNewerSchema } from './migrations.ts'
import * as schema from './postgres-schema.ts'
import { createPostgresTidings } from './postgres-tidings.ts'

const CONNECT_TIMEOUT_MS = 5000
const MIGRATION_WAIT_MS = 60_000
const STATEMENT_TIMEOUT_MS = 10_000
/** Longer than the server's own limit, so that it only ends waits on a connection that is dead. */
const ANSWER_TIMEOUT_MS = 15_000
/** Any number that nothing else in the database locks. */
const MIGRATION_LOCK = 7_113_042_601

/** Opens a pool of connections to Postgres and brings its tables up to date. */
export async function openPostgres(options: {
  url: string
  /** How many connections at most; 4 to 20 do best. */
  poolSize: number
  /** Told of errors on connections that nobody is using. */
  onIdleError: (error: unknown) => void
}): Promise<Engine> {
  await bringUpToDate(options.url)
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: 'feishu-card-auth',
    max: options.poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
  })
  pool.on('error', options.onIdleError)
  const tidings = createPostgresTidings({
    url: options.url,
    notify: (statement, parameters) => pool.query(statement, parameters),
    onTrouble: options.onIdleError,
  })
  return {
    name: 'postgres',
    database: drizzle(pool),
    dialect: postgresDialect,
    schema,
    tidings,
    async measure() {
      const { rows } = await pool.query('select pg_database_size(current_database()) as bytes')
      return {
        databaseBytes: Number(rows[0]?.bytes),
        walBytes: null,
        diskFreeBytes: null,
        backedUpAt: null,
      }
    },
    async close() {
      await tidings.close()
      await pool.end()
    },
  }
}

/** Several instances may start together: one migrates, the others wait for its advisory lock. */
async function bringUpToDate(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'feishu-card-auth migrations',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    lock_timeout: MIGRATION_WAIT_MS,
  })
  // An error while idle also rejects the statement that meets it; without a listener it would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    const migrations = findMigrations('postgres')
    refuseNewerSchema(await countApplied(client, migrations.migrationsTable), migrations)
    await migrate(drizzle(client), migrations)
  } finally {
    // Ending the connection releases the lock.
    await client.end()
  }
}

async function countApplied(client: pg.Client, table: string): Promise<number> {
  const found = await client.query('select to_regclass($1) is not null as found', [
    `drizzle.${table}`,
  ])
  if (found.rows[0]?.found !== true) return 0
  const applied = await client.query(`select count(*)::int as applied from drizzle.${table}`)
  return applied.rows[0]?.applied
}
