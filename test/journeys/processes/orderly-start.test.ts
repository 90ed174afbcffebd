import pg from 'pg'
import { describe, expect, it, vi } from 'vitest'
import { startFeishuEmulator } from '../../../src/emulator/index.ts'
import { borrowDatabase, startPostgres } from '../../support/postgres.ts'
import { createDeployment } from '../../support/processes/deployment.ts'
import { until } from '../../support/processes/until.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

const WAITING =
  "select count(*)::int as waiting from pg_locks where locktype = 'advisory' and not granted"

const server = await startPostgres()

describe.skipIf('skipped' in server)('a process that starts', () => {
  it('answers nothing before the tables are up to date', async () => {
    if ('skipped' in server) return
    const emulator = await startFeishuEmulator()
    const database = await borrowDatabase(server.url)
    const deployment = await createDeployment(emulator, database.url)
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    try {
      // As another instance does that is migrating.
      await client.query('select pg_advisory_lock(7113042601)')
      const starting = deployment.start()
      const isWaiting = async () => (await client.query(WAITING)).rows[0].waiting === 1
      await until('it waits for its turn to migrate', isWaiting)
      const address = `http://127.0.0.1:${deployment.env.CALLBACK_SERVER_PORT}`
      for (const path of ['/readyz', '/startupz', '/v1/sessions', '/callback']) {
        // A port that is closed, or an answer that says to come back.
        const answer = await fetch(address + path).catch(() => null)
        expect([path, answer?.status ?? 503]).toEqual([path, 503])
      }
      await client.query('select pg_advisory_unlock_all()')
      const { url } = await starting
      expect((await fetch(`${url}/readyz`)).status).toBe(200)
    } finally {
      await client.end()
      await deployment.close()
      await emulator.close()
      await database.stop()
      await server.stop()
    }
  })
})
