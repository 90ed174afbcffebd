import pg from 'pg'
import { describe, it } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { startPostgres } from '../support/postgres.ts'
import { describeStore, EMPTY_EVERY_TABLE, EMPTY_THE_RECORD, type StorePair } from './contract.ts'

const postgres = await startPostgres()

if ('skipped' in postgres) {
  console.warn(`The store on Postgres is not tested: ${postgres.skipped}.`)
  describe.skip(`the store on Postgres: ${postgres.skipped}`, () => {
    it.skip('is not tested', () => {})
  })
} else {
  const { url, stop } = postgres
  let pair: StorePair | undefined

  describeStore('Postgres', {
    async openEmpty() {
      const options = { databaseUrl: url, poolSize: 8 }
      pair ??= { store: await openStore(options), other: await openStore(options) }
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query(`${EMPTY_EVERY_TABLE}; ${EMPTY_THE_RECORD}`)
      await client.end()
      return pair
    },
    async close() {
      await pair?.store.close()
      await pair?.other.close()
      await stop()
    },
  })
}
