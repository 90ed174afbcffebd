import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { borrowDatabase, startPostgres } from '../support/postgres.ts'
import { callWithKeys, tellReceiver } from './callers.ts'
import { postgresRows } from './database-bytes.ts'
import * as day from './day.ts'
import { createScan } from './scan.ts'
import { openStage } from './stage.ts'

const server = await startPostgres()

if ('skipped' in server) {
  console.warn(`The rows of Postgres are not searched for secrets: ${server.skipped}.`)
  describe.skip(`the rows of Postgres: ${server.skipped}`, () => {
    it.skip('are not searched for secrets', () => {})
  })
} else {
  describe('the rows of Postgres', () => {
    it('hold no secret in the clear', async () => {
      const database = await borrowDatabase(server.url)
      const stage = await openStage(database)
      try {
        await stage.start()
        await day.authorize(stage)
        await callWithKeys(stage)
        await tellReceiver(stage)
        await day.signInAsSomebodyElse(stage)
        await day.decline(stage)
        await day.failToExchange(stage)
        const scan = createScan(stage.canaries())
        const rows = await postgresRows(database.url)
        expect(rows.filter(({ text }) => text.length > 200).length).toBeGreaterThanOrEqual(3)
        const written = new Set(rows.flatMap(({ name, text }) => (text === '' ? [] : [name])))
        for (const table of [
          'api_keys',
          'audit_entries',
          'idempotent_requests',
          'webhook_deliveries',
        ]) {
          expect(written).toContain(`table public.${table}`)
        }
        expect(rows.flatMap(scan)).toEqual([])

        const token = stage.canaries().find(({ kind }) => kind === 'refresh token')?.value
        const client = new pg.Client({ connectionString: database.url })
        await client.connect()
        await client.query('update grants set tenant_key = $1', [token])
        await client.end()
        expect((await postgresRows(database.url)).flatMap(scan)[0]).toMatchObject({
          kind: 'refresh token',
          surface: 'table public.grants',
        })
      } finally {
        await stage.close()
        await database.stop()
        await server.stop()
      }
    }, 240_000)
  })
}
