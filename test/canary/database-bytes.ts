import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { Surface } from './scan.ts'

/** Every file of a SQLite database as it lies on the disk: the database, its log and its index. */
export function sqliteFiles(folder: string, when: string): Surface[] {
  return readdirSync(folder).map((file) => ({
    name: `${file} ${when}`,
    text: readFileSync(join(folder, file), 'latin1'),
  }))
}

/** Every row of every table of a Postgres database. */
export async function postgresRows(url: string): Promise<Surface[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    const surfaces: Surface[] = []
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`)
      surfaces.push({ name: `table ${name}`, text: rows.map(({ row }) => row).join('\n') })
    }
    return surfaces
  } finally {
    await client.end()
  }
}
