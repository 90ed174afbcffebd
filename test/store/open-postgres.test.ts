import pg from 'pg'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { SchemaTooNewError, type StoreUnavailableError } from '../../src/errors.ts'
import { openStore } from '../../src/store/open-store.ts'
import { borrowDatabase, startPostgres } from '../support/postgres.ts'
import { aGrant, insertSession } from './contract/samples.ts'

const postgres = await startPostgres()

if ('skipped' in postgres) {
  console.warn(`Opening Postgres is not tested: ${postgres.skipped}.`)
  describe.skip(`opening Postgres: ${postgres.skipped}`, () => {
    it.skip('is not tested', () => {})
  })
} else {
  let url = ''
  beforeEach(async () => {
    url = (await borrowDatabase(postgres.url)).url
  })
  afterAll(() => postgres.stop())

  const run = async (statement: string, parameters: unknown[] = []) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const result = await client.query(statement, parameters)
    await client.end()
    return result.rows
  }

  describe('opening Postgres', () => {
    it('migrates once when several instances start together', async () => {
      const opened = await Promise.all(
        Array.from({ length: 6 }, () => openStore({ databaseUrl: url, poolSize: 2 })),
      )
      const session = await insertSession(opened[0] ?? expect.unreachable())
      for (const store of opened) {
        expect(await store.sessions.find(session.id)).toEqual(session)
        await store.close()
      }
      const hashes = await run('select hash from drizzle.feishu_card_auth_migrations')
      expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(hashes.length)
    })

    it('refuses a database that a newer version has migrated', async () => {
      await (await openStore({ databaseUrl: url })).close()
      await run(
        `insert into drizzle.feishu_card_auth_migrations (hash, created_at) values ('future', $1)`,
        [Date.now() + 1e9],
      )
      await expect(openStore({ databaseUrl: url })).rejects.toThrow(SchemaTooNewError)
    })

    it('says that the store is unavailable when nobody answers, without the password', async () => {
      const nowhere = 'postgres://someone:hunter2@127.0.0.1:1/nothing'
      const error: unknown = await openStore({ databaseUrl: nowhere }).catch((thrown) => thrown)
      expect(error).toMatchObject({
        code: 'store_unavailable',
        cause: { trouble: 'connection', driverCode: 'ECONNREFUSED' },
      })
      expect(shownBy(error)).not.toContain('hunter2')
    })

    it('says so when the database does not exist', async () => {
      const missing = new URL(url)
      missing.pathname = '/nothing'
      await expect(openStore({ databaseUrl: missing.href })).rejects.toMatchObject({
        cause: { trouble: 'connection', driverCode: '3D000' },
      })
    })
  })

  describe('a lost connection', () => {
    it('is told once while idle, and the next operation opens another', async () => {
      let tell: (error: StoreUnavailableError) => void = () => {}
      const told = new Promise<StoreUnavailableError>((resolve) => {
        tell = resolve
      })
      const store = await openStore({ databaseUrl: url, poolSize: 1, onError: tell })
      await store.ping()
      await run(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'feishu-card-auth'
           and datname = current_database()`,
      )
      expect(await told).toMatchObject({
        code: 'store_unavailable',
        cause: { trouble: 'connection', driverCode: '57P01' },
      })
      await store.ping()
      await store.close()
    })
  })

  describe('a row that another transaction has locked', () => {
    it('is passed over by claims and sweeps, which neither wait nor fail', async () => {
      const store = await openStore({ databaseUrl: url })
      const locked = await insertSession(store, { expiresAt: new Date(0) })
      const free = await insertSession(store, { expiresAt: new Date(0) })
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query('begin')
      await client.query('select 1 from auth_sessions where id = $1 for update', [locked.id])
      const now = new Date()
      const claimed = await store.sessions.claimDueCards(now, now, 10)
      const expired = await store.sessions.expireDue(now, 10)
      expect(claimed.map(({ id }) => id)).toEqual([free.id])
      expect(expired.map(({ id }) => id)).toEqual([free.id])
      await client.query('rollback')
      await client.end()
      expect((await store.sessions.expireDue(now, 10)).map(({ id }) => id)).toEqual([locked.id])
      await store.close()
    })

    it('is waited for by a save, which then sees that its session has ended', async () => {
      const store = await openStore({ databaseUrl: url })
      const session = await insertSession(store)
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query('begin')
      await client.query(`update auth_sessions set state = 'rejected' where id = $1`, [session.id])
      const saving = store.grants.save(aGrant(session))
      const isWaiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock'
        and datname = current_database()`
      while ((await run(isWaiting)).length === 0);
      await client.query('commit')
      await client.end()
      expect(await saving).toBeNull()
      expect(await store.grants.find(session.appId, session.openId)).toBeNull()
      await store.close()
    })
  })
}

function shownBy(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return [error, cause].map((one) => `${one} ${JSON.stringify(one)}`).join(' ')
}
