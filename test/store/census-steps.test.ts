import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { afterAll, expect, it } from 'vitest'
import { createStore } from '../../src/store/create-store.ts'
import { asDatabase, sqliteDialect } from '../../src/store/dialects.ts'
import { keepStatements } from '../../src/store/keep-statements.ts'
import { openStore } from '../../src/store/open-store.ts'
import * as schema from '../../src/store/sqlite-schema.ts'
import { NOW } from './contract/samples.ts'

const GRANTS = 70_000
/** SQLite counts so many in a few milliseconds, in which nobody else is answered. */
const MOST_AT_ONCE = 20_000

const folder = mkdtempSync(join(tmpdir(), 'fca-census-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('many grants are counted in small steps, between which others have their turn', async () => {
  const path = join(folder, 'auth.db')
  await (await openStore({ databaseUrl: `file:${path}` })).close()
  const connection = new Database(path)
  keepStatements(connection)
  fill(connection)
  const asked: { statement: string; params: unknown[]; turn: number }[] = []
  let turn = 0
  const store = createStore({
    name: 'sqlite',
    database: asDatabase(
      drizzle(connection, {
        logger: { logQuery: (statement, params) => void asked.push({ statement, params, turn }) },
      }),
    ),
    dialect: sqliteDialect,
    schema,
    close: async () => void connection.close(),
  })

  let isCounting = true
  const others = (async () => {
    for (; isCounting; turn++) await new Promise((resolve) => setImmediate(resolve))
  })()
  const { byState } = await store.census.count(NOW)
  isCounting = false
  await others

  const states = byState.filter(({ count }) => count > 0)
  expect(states).toEqual([expect.objectContaining({ state: 'active', count: GRANTS })])
  // The whole is known from the pages of an index, without a look at its entries.
  const looked = asked.filter(({ statement }) => / where /.test(statement))
  const counted = looked
    .filter(({ statement }) => statement.startsWith('select count(*)'))
    .map(({ statement, params }) =>
      Number(
        connection
          .prepare(statement)
          .pluck()
          .get(...params),
      ),
    )
  expect(Math.max(...counted)).toBeLessThanOrEqual(MOST_AT_ONCE)
  expect(counted.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(GRANTS)
  const turns = asked.map((each) => each.turn)
  const atOnce = turns.map((one) => turns.filter((other) => other === one).length)
  expect(Math.max(...atOnce)).toBeLessThan(8)
  await store.close()
})

/** Refresh tokens that end within four days, one after the other. */
function fill(connection: Database.Database): void {
  const now = NOW.getTime()
  connection.exec(`
    with recursive people(n) as (select 1 union all select n + 1 from people where n < ${GRANTS})
    insert into grants (app_id, open_id, tenant_key, session_id, version, scopes, access_token_expires_at,
      authorized_at, issued_at, sealed_access_token, refresh_token_expires_at, sealed_refresh_token, sealed_with)
    select 'cli_a', 'ou_' || n, 't', 's' || n, 1, '[]', ${now + 7_200_000}, ${now}, ${now}, 'k1.a.b.c',
      ${now + 3 * 86_400_000} + n * 4, 'k1.d.e.f', 'k1' from people`)
}
