import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { checkDisk, checkMigrations } from '../../src/doctor/check-database.ts'
import { checkApiKeys, checkEncryptionKeys, checkStoredKeys } from '../../src/doctor/check-keys.ts'
import { checkPorts } from '../../src/doctor/check-ports.ts'
import { checkCallbackUrl } from '../../src/doctor/check-redirect.ts'
import { runChecks } from '../../src/doctor/run-checks.ts'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { inspectDatabase } from '../../src/store/inspect-database.ts'
import { inspectSqlite } from '../../src/store/inspect-sqlite.ts'
import { openStore } from '../../src/store/open-store.ts'
import { freePort } from '../support/free-port.ts'
import { startService } from '../support/service.ts'
import { appOf, examine, freshKeys } from './examine.ts'

let emulator: FeishuEmulator
let directory: string
beforeAll(async () => {
  emulator = await startFeishuEmulator()
  directory = mkdtempSync(join(tmpdir(), 'card-auth-'))
})
afterAll(async () => {
  await emulator.close()
  rmSync(directory, { recursive: true })
})

/** Listens as something that is not ours, and hands out its port. */
async function strangerOnAPort(): Promise<number> {
  const server = createServer((_request, response) => response.end('hello'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

describe('checks', () => {
  it('go on when one of them breaks, and tell nothing of what broke it', async () => {
    const results = await runChecks([
      { name: 'disk', appId: null, run: () => Promise.reject(new Error('canary-secret')) },
      {
        name: 'clock',
        appId: null,
        run: async () => ({ status: 'pass', message: 'x', hint: null }),
      },
    ])
    expect(results.map(({ name, status }) => [name, status])).toEqual([
      ['disk', 'fail'],
      ['clock', 'pass'],
    ])
    expect(JSON.stringify(results)).not.toContain('canary')
  })
})

describe('the hosts of Feishu', () => {
  it.each([
    ['https://nowhere.invalid', /name cannot be resolved/, /DNS/],
    ['http://127.0.0.1:9', /refuses connections/, /firewall/],
  ])('that are away say why: %s', async (accounts, problem, hint) => {
    const { endpoints } = appOf(emulator)
    const app = { endpoints: { ...endpoints, accounts } }
    const found = (await examine(emulator, { app })).of('network')
    expect(found.map(({ status }) => status).sort()).toEqual(['fail', 'pass'])
    const failed = found.find(({ status }) => status === 'fail')
    expect(failed?.message).toMatch(problem)
    expect(failed?.hint).toMatch(hint)
  })

  it.each([
    [0, 'pass', /right/],
    [-30, 'warn', /[23]\d s ahead of/],
    [3600, 'fail', /3[56]\d\d s behind/],
  ])('tell the time: theirs is %i s ahead', async (seconds, status, words) => {
    emulator.sim.advanceClock({ seconds })
    onTestFinished(() => void emulator.sim.resetClock())
    const [found] = (await examine(emulator)).of('clock')
    expect(found).toMatchObject({ status })
    expect(found?.message).toMatch(words)
  })
})

describe('keys', () => {
  it('that follow a pattern, or are one key twice, are found', () => {
    const [{ key }] = freshKeys()
    const counted = Uint8Array.from({ length: 32 }, (_, index) => index)
    const doubled = Uint8Array.from([...key.slice(0, 16), ...key.slice(0, 16)])
    expect(checkEncryptionKeys([{ id: 'a', key }])).toMatchObject({ status: 'pass' })
    expect(checkEncryptionKeys([{ id: 'a', key: counted }])).toMatchObject({ status: 'fail' })
    expect(checkEncryptionKeys([{ id: 'a', key: doubled }])).toMatchObject({ status: 'fail' })
    const twice = checkEncryptionKeys([
      { id: 'a', key },
      { id: 'b', key },
    ])
    expect(twice).toMatchObject({ status: 'fail', message: expect.stringMatching(/a and b/) })
  })

  it('of the API that can be guessed are found, and none is repeated', () => {
    const random = 'q8Zr1mX0vT3kLw7NcYb2Jd5H'
    const found = checkApiKeys(
      [
        { name: 'good', secret: random },
        { name: 'copied', secret: 'your-api-key-here-1' },
        { name: 'short', secret: 'aaaaaaaaaaaaaaaaaaab' },
        { name: 'reused', secret: 'app-secret-of-the-app-1' },
      ],
      ['app-secret-of-the-app-1'],
    )
    const failed = [found].flat().filter(({ status }) => status === 'fail')
    expect(failed.map(({ message }) => message)).toEqual([
      expect.stringMatching(/copied looks like an example/),
      expect.stringMatching(/short can be guessed/),
      expect.stringMatching(/reused is the App Secret/),
    ])
    expect([found].flat().at(-1)).toMatchObject({ status: 'warn' })
    expect(JSON.stringify(found)).not.toContain(random)
    expect(checkApiKeys([], [])).toMatchObject({ status: 'pass' })
  })

  it('of stored tokens that are missing are a failure', async () => {
    const [key] = freshKeys()
    const counting = (keyId: string) => ({ countByKey: async () => [{ keyId, count: 3 }] })
    expect(await checkStoredKeys([key], counting('lost'))).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('lost (3)'),
    })
    expect(await checkStoredKeys([key], counting(key.id))).toMatchObject({ status: 'pass' })
    const old = { id: 'old', key: key.key }
    expect(await checkStoredKeys([key, old], counting('old'))).toMatchObject({ status: 'warn' })
    // What Feishu is yet to be told of needs its key as well.
    expect(await checkStoredKeys([key, old], counting(key.id), counting('old'))).toMatchObject({
      status: 'warn',
    })
    expect(await checkStoredKeys([key], null)).toMatchObject({ status: 'skip' })
  })
})

describe('the database', () => {
  const databaseChecks = async (databaseUrl: string) => {
    const { of } = await examine(emulator, { databaseUrl, isOffline: true })
    return [of('database'), of('database_integrity'), of('migrations')].map(
      ([found]) => found?.status,
    )
  }

  it('that is good passes, and is as it was before', async () => {
    const databaseUrl = `file:${join(directory, 'good.db')}`
    expect((await inspectDatabase(databaseUrl)).exists).toBe(false)
    expect(await databaseChecks(databaseUrl)).toEqual(['pass', 'skip', 'pass'])
    expect((await inspectDatabase(databaseUrl)).exists).toBe(false)
    const store = await openStore({ databaseUrl })
    expect(await databaseChecks(databaseUrl)).toEqual(['pass', 'pass', 'pass'])
    await store.close()
  })

  it('that is no database, is damaged, or in memory, is told', async () => {
    const path = join(directory, 'bad.db')
    writeFileSync(
      path,
      'this is no database, and it is long enough to be looked at by SQLite '.repeat(20),
    )
    expect(await databaseChecks(`file:${path}`)).toEqual(['fail', 'skip', 'skip'])
    expect(await databaseChecks('file::memory:')).toEqual(['warn', 'skip', 'pass'])
    expect(await databaseChecks('postgres://nobody:canary@127.0.0.1:9/none')).toEqual([
      'fail',
      'skip',
      'skip',
    ])
  })

  it('whose tables are of another version is told', async () => {
    const path = join(directory, 'old.db')
    const old = new Database(path)
    old.exec('create table x (y)')
    old.close()
    expect(await databaseChecks(`file:${path}`)).toEqual(['pass', 'pass', 'warn'])
    const seen = await inspectDatabase(`file:${path}`)
    const newer = { ...seen, migrations: { applied: 99, known: 3 } }
    expect(checkMigrations(newer)).toMatchObject({ status: 'fail' })
  })

  it('is looked into while this process goes on, so that a lock that is held here can be given back', async () => {
    const path = join(directory, 'busy.db')
    const writer = new Database(path)
    onTestFinished(() => void writer.close())
    writer.exec('pragma journal_mode = wal; create table x (y); begin immediate')
    const inspecting = inspectSqlite(path, null, 500)
    writer.exec('rollback')
    expect(await inspecting).toMatchObject({ trouble: null, writeTrouble: null, damage: [] })
  })

  it('that stays locked is told, and so is one that vanishes', async () => {
    const path = join(directory, 'locked.db')
    const writer = new Database(path)
    onTestFinished(() => void writer.close())
    writer.exec('pragma journal_mode = wal; create table x (y); begin immediate')
    expect(await inspectSqlite(path, null, 1)).toMatchObject({
      trouble: null,
      writeTrouble: expect.stringContaining('SQLITE_BUSY'),
    })
    expect(await inspectSqlite(join(directory, 'gone.db'), null, 1)).toMatchObject({
      trouble: expect.stringContaining('SQLITE_CANTOPEN'),
      damage: null,
      migrations: null,
    })
  })

  it('whose disk is full is told', async () => {
    const seen = await inspectDatabase(`file:${join(directory, 'none.db')}`)
    expect(checkDisk({ ...seen, diskFreeBytes: 2 ** 20 })).toMatchObject({ status: 'fail' })
    expect(checkDisk({ ...seen, diskFreeBytes: 2 ** 29 })).toMatchObject({ status: 'warn' })
    expect(checkDisk({ ...seen, diskFreeBytes: 2 ** 33 })).toMatchObject({ status: 'pass' })
  })
})

describe('ports and the callback', () => {
  it('of the running service are its own', async () => {
    const service = await startService({ emulator })
    onTestFinished(() => service.close())
    const listen = (url: string) => ({ host: '127.0.0.1', port: Number(new URL(url).port) })
    const found = await checkPorts({
      callbackServer: listen(service.url),
      metricsServer: listen(service.metricsUrl),
    })
    expect(found.map(({ message }) => message)).toEqual([
      expect.stringMatching(/CALLBACK_SERVER_PORT: the service runs/),
      expect.stringMatching(/METRICS_PORT: the service runs/),
    ])
    const callback = { ...appOf(emulator), redirectUri: `${service.url}/callback` }
    expect(await checkCallbackUrl(callback)).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/only on this machine/),
    })
  })

  it('that something else has are a failure with the variable', async () => {
    const port = await strangerOnAPort()
    const listen = { host: '127.0.0.1', port }
    const [found] = await checkPorts({ callbackServer: listen, metricsServer: null })
    expect(found).toMatchObject({ status: 'fail' })
    expect(found?.hint).toContain(`CALLBACK_SERVER_PORT=${port + 1}`)
    const redirectUri = `http://127.0.0.1:${port}/callback`
    expect(await checkCallbackUrl({ ...appOf(emulator), redirectUri })).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/Something else/),
    })
  })

  it('are free while nothing runs, and the look at one does not meet the look at the other', async () => {
    const port = await freePort()
    const redirectUri = `http://127.0.0.1:${port}/callback`
    const callbackServer = { host: '127.0.0.1', port }
    const { of } = await examine(emulator, { callbackServer, app: { redirectUri } })
    expect(of('ports')[0]).toMatchObject({ status: 'pass', message: expect.stringMatching(/free/) })
    expect(of('callback_url')).toMatchObject([
      { status: 'fail', message: expect.stringContaining('ECONNREFUSED') },
    ])
  })

  it('of an address that is not here, or where nothing answers, fail', async () => {
    const listen = { host: '192.0.2.1', port: 8000 }
    const [found] = await checkPorts({ callbackServer: listen, metricsServer: null })
    expect(found).toMatchObject({ status: 'fail' })
    const redirectUri = 'http://127.0.0.1:9/callback'
    expect(await checkCallbackUrl({ ...appOf(emulator), redirectUri })).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/Nothing answers/),
    })
  })
})
