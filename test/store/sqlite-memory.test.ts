import { openStore } from '../../src/store/open-store.ts'
import { describeStore, type StorePair } from './contract.ts'

let last: StorePair | undefined

describeStore('SQLite in memory', {
  async openEmpty() {
    await last?.store.close()
    const store = await openStore({ databaseUrl: 'file::memory:' })
    last = { store, other: store }
    return last
  },
  async close() {
    await last?.store.close()
  },
})
