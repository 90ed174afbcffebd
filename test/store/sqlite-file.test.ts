import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { keepStatements } from '../../src/store/keep-statements.ts'
import { openStore } from '../../src/store/open-store.ts'
import { describeStore, EMPTY_EVERY_TABLE, type StorePair } from './contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'fca-sqlite-'))
const path = join(folder, 'auth.db')
let pair: StorePair | undefined

describeStore('a SQLite file', {
  async openEmpty() {
    const databaseUrl = `file:${path}`
    pair ??= { store: await openStore({ databaseUrl }), other: await openStore({ databaseUrl }) }
    const connection = new Database(path)
    keepStatements(connection)
    connection.exec(EMPTY_EVERY_TABLE)
    const guard = connection
      .prepare("select sql from sqlite_master where name = 'audit_entries_never_go'")
      .pluck()
      .get()
    connection.exec(`drop trigger audit_entries_never_go; delete from audit_entries; ${guard}`)
    connection.close()
    return pair
  },
  async close() {
    await pair?.store.close()
    await pair?.other.close()
    rmSync(folder, { recursive: true, force: true })
  },
})
