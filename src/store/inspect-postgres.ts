import pg from 'pg'
import type { DatabaseInspection } from './database-inspection.ts'
import { toDriverError } from './driver-error.ts'
import { findMigrations } from './migrations.ts'

/** Looks at a Postgres database over one connection. */
export async function inspectPostgres(url: string, waitMs: number): Promise<DatabaseInspection> {
  const seen: DatabaseInspection = {
    engine: 'postgres',
    isInMemory: false,
    exists: true,
    trouble: null,
    writeTrouble: null,
    damage: null,
    migrations: null,
    diskFreeBytes: null,
  }
  const client = new pg.Client({
    connectionString: url,
    application_name: 'feishu-card-auth doctor',
    connectionTimeoutMillis: waitMs,
    query_timeout: waitMs,
  })
  // An error while idle also rejects the statement that meets it; without a listener it would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    const standing = await client.query(`select current_setting('transaction_read_only') as mode`)
    const isReadOnly = standing.rows[0]?.mode === 'on'
    const { migrationsTable, known } = findMigrations('postgres')
    const found = await client.query('select to_regclass($1) is not null as found', [
      `drizzle.${migrationsTable}`,
    ])
    const counted =
      found.rows[0]?.found === true
        ? await client.query(`select count(*)::int as applied from drizzle.${migrationsTable}`)
        : null
    return {
      ...seen,
      writeTrouble: isReadOnly ? 'it takes no writes (a standby, or read only)' : null,
      migrations: { applied: Number(counted?.rows[0]?.applied ?? 0), known },
    }
  } catch (error) {
    return { ...seen, trouble: toDriverError(error).message }
  } finally {
    await client.end().catch(() => {})
  }
}
