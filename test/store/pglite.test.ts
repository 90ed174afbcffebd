import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import { createStore } from '../../src/store/create-store.ts'
import { postgresDialect } from '../../src/store/dialects.ts'
import { findMigrations } from '../../src/store/migrations.ts'
import * as schema from '../../src/store/postgres-schema.ts'
import { describeStore, EMPTY_EVERY_TABLE, EMPTY_THE_RECORD, type StorePair } from './contract.ts'

const client = new PGlite()
const database = drizzle(client)
let pair: StorePair | undefined

describeStore('PGlite', {
  async openEmpty() {
    if (pair === undefined) {
      await migrate(database, findMigrations('postgres'))
      const close = () => client.close()
      const store = createStore({
        name: 'postgres',
        database,
        dialect: postgresDialect,
        schema,
        close,
      })
      pair = { store, other: store }
    }
    await client.exec(`${EMPTY_EVERY_TABLE}; ${EMPTY_THE_RECORD}`)
    return pair
  },
  async close() {
    await pair?.store.close()
  },
})
