import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SchemaTooNewError, StoreUnavailableError } from '../../src/errors.ts'
import { createStore } from '../../src/store/create-store.ts'
import { keepStatements } from '../../src/store/keep-statements.ts'
import { openSqlite } from '../../src/store/open-sqlite.ts'
import { openStore } from '../../src/store/open-store.ts'
import { insertSession } from './contract/samples.ts'

const OPEN_STORE = new URL('../../src/store/open-store.ts', import.meta.url).href
const OPEN_SQLITE = new URL('../../src/store/open-sqlite.ts', import.meta.url).href

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fca-open-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe('opening a SQLite file', () => {
  it('makes the folder and the files for their owner alone', async () => {
    const path = join(folder, 'made', 'deeply', 'auth.db')
    const store = await openStore({ databaseUrl: `file:${path}` })
    await store.ping()
    expect(modeOf(join(folder, 'made'))).toBe('700')
    expect(modeOf(join(folder, 'made', 'deeply'))).toBe('700')
    for (const file of [path, `${path}-wal`, `${path}-shm`, `${path}.lock`]) {
      expect(modeOf(file)).toBe('600')
    }
    await store.close()
  })

  it('uses large pages and the write-ahead log', async () => {
    const path = join(folder, 'auth.db')
    const store = await openStore({ databaseUrl: `file:${path}` })
    await store.close()
    const connection = new Database(path, { readonly: true })
    keepStatements(connection)
    expect(connection.prepare('pragma page_size').pluck().get()).toBe(8192)
    expect(connection.prepare('pragma journal_mode').pluck().get()).toBe('wal')
    connection.close()
  })

  it('takes a file URL as well', async () => {
    const store = await openStore({ databaseUrl: `file://${folder}/auth.db` })
    await store.close()
    expect(modeOf(join(folder, 'auth.db'))).toBe('600')
  })

  it('finds everything again after a restart', async () => {
    const databaseUrl = `file:${join(folder, 'auth.db')}`
    const before = await openStore({ databaseUrl })
    const session = await insertSession(before)
    await before.close()
    const after = await openStore({ databaseUrl })
    expect(await after.sessions.find(session.id)).toEqual(session)
    await after.close()
  })

  it('refuses a database that a newer version has migrated, and leaves it as it is', async () => {
    const path = join(folder, 'auth.db')
    await (await openStore({ databaseUrl: `file:${path}` })).close()
    const connection = new Database(path)
    keepStatements(connection)
    connection
      .prepare('insert into feishu_card_auth_migrations (hash, created_at) values (?, ?)')
      .run('from the future', Date.now() + 1e9)
    connection.close()
    await expect(openStore({ databaseUrl: `file:${path}` })).rejects.toThrow(SchemaTooNewError)
  })

  it('says that the store is unavailable when the file is no database', async () => {
    const path = join(folder, 'auth.db')
    writeFileSync(path, 'something else entirely'.repeat(100))
    await expect(openStore({ databaseUrl: `file:${path}` })).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: { trouble: 'io', driverCode: 'SQLITE_NOTADB' },
    })
  })

  it('migrates once when several processes start together', { timeout: 120_000 }, async () => {
    // Five new files, each opened by all at the same instant: one file alone seldom makes them meet.
    const opening = `
      import { once } from 'node:events'
      import { openStore } from ${JSON.stringify(OPEN_STORE)}
      import ${JSON.stringify(OPEN_SQLITE)}
      process.stdout.write('ready')
      const [startAt] = await once(process.stdin, 'data')
      for (let round = 0; round < 5; round++) {
        while (Date.now() < Number(startAt) + round * 50);
        const databaseUrl = ${JSON.stringify(`file:${folder}/auth-`)} + round + '.db'
        const store = await openStore({ databaseUrl })
        await store.ping()
        await store.close()
      }
      process.exit(0)
    `
    const starters = await Promise.all([1, 2, 3].map(() => startModule(opening)))
    const startAt = Date.now() + 50
    expect(await Promise.all(starters.map((start) => start(startAt)))).toEqual([0, 0, 0])
  })
})

describe('a SQLite file that another process is writing', () => {
  it('makes an operation fail as busy, and works again afterwards', async () => {
    const path = join(folder, 'auth.db')
    const store = createStore(openSqlite(path, 1))
    const writer = new Database(path)
    keepStatements(writer)
    writer.exec('begin immediate')
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError)
    await expect(store.ping()).rejects.toMatchObject({ cause: { trouble: 'busy' } })
    writer.exec('rollback')
    writer.close()
    await store.ping()
    await store.close()
  })
})

/** Runs a module until it says that it is ready; the function it gives lets it go on to its end. */
async function startModule(source: string): Promise<(startAt: number) => Promise<unknown>> {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', source]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return async (startAt) => {
    child.stdin.write(`${startAt}`)
    const [exitCode] = await once(child, 'exit')
    return exitCode
  }
}
