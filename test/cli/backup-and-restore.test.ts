import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { generateKey } from '../../src/auth/token-cipher.ts'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { type Service, startService } from '../support/service.ts'
import { runHere } from './run-here.ts'

const LIN_XIA = 'ou_11111111111111111111111111111111'
const key = generateKey()

const home = process.cwd()

let cwd: string
let emulator: FeishuEmulator
let service: Service | null
let env: Record<string, string>

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'card-auth-'))
  process.chdir(cwd)
  emulator = await startFeishuEmulator()
  env = {
    FEISHU_APP_ID: emulator.app.appId,
    FEISHU_APP_SECRET: emulator.app.appSecret,
    FEISHU_API_BASE_URL: emulator.url,
    FEISHU_ACCOUNTS_BASE_URL: emulator.url,
    DATABASE_URL: `file:${join(cwd, 'auth.db')}`,
    TOKEN_ENCRYPTION_KEYS: key,
  }
  service = await startHere()
  await authorize(service)
})
afterEach(async () => {
  await stop()
  await emulator.close()
  vi.unstubAllEnvs()
  process.chdir(home)
  rmSync(cwd, { recursive: true })
})

const startHere = () => startService({ emulator, env })
const stop = async () => {
  await service?.close()
  service = null
}
const files = (folder: string) => readdirSync(join(cwd, folder)).sort()

async function authorize({ ask, tap }: Service): Promise<void> {
  await ask(LIN_XIA)
  const { authorizeUrl } = await tap(LIN_XIA)
  const approved = await emulator.sim.approve({ authorizeUrl, openId: LIN_XIA })
  await fetch('redirect' in approved ? approved.redirect : '')
}

async function tokenFrom({ api }: Service): Promise<string> {
  const answer = await api(`/v1/tokens/${LIN_XIA}`)
  return ((await answer.json()) as { access_token: string }).access_token
}

function run(args: readonly string[], more: Record<string, string> = {}) {
  for (const [name, value] of Object.entries({ ...env, ...more })) vi.stubEnv(name, value)
  return runHere(args)
}

async function backUp(...options: string[]) {
  const { code, out, err } = await run(['backup', 'kept', '--json', ...options])
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out) as { file: string; bytes: number; sha256: string; deleted: string[] }
}

function restore(file: string, options: string[] = [], more: Record<string, string> = {}) {
  return run(['restore', file, ...options], more)
}

it('a backup made while the service runs brings a lost database back', async () => {
  const gauge = 'lark_service_backup_last_success_timestamp_seconds'
  expect(await service?.metric(gauge)).toBe(0)
  const startedAt = Math.floor(Date.now() / 1000) - 1
  const { file } = await backUp()
  // A scrape soon after another one gets the same numbers.
  emulator.sim.advanceClock({ seconds: 60 })
  expect(await service?.metric(gauge)).toBeGreaterThan(startedAt)

  await stop()
  for (const name of files('.').filter((each) => each.startsWith('auth.db'))) {
    rmSync(join(cwd, name))
  }
  const { code, out } = await restore(file)
  expect(code).toBe(0)
  expect(out).toContain('the authorizations of 1 people')
  expect(files('.')).toEqual(['auth.db', 'auth.db.lock', 'kept'])
  expect(statSync(join(cwd, 'auth.db')).mode & 0o777).toBe(0o600)

  service = await startHere()
  expect(emulator.sim.tokenOwner(await tokenFrom(service))).toMatchObject({
    openId: LIN_XIA,
    works: true,
  })
  const audit = await run(['audit', 'list', '--json'])
  const actions = (JSON.parse(audit.out) as { action: string }[]).map(({ action }) => action)
  expect(actions).toContain('database_restored')
})

it('a backup is one private file, whole, and never holds a token in the clear', async () => {
  const { file, bytes, sha256 } = await backUp()
  const path = join(cwd, file)
  expect(files('kept')).toEqual([file, `${file}.sha256`].map((name) => name.replace('kept/', '')))
  expect(readFileSync(`${path}.sha256`, 'utf8')).toBe(`${sha256}  ${file.replace('kept/', '')}\n`)
  expect(statSync(path)).toMatchObject({ size: bytes, mode: 0o100600 })
  expect(statSync(join(cwd, 'kept')).mode & 0o777).toBe(0o700)
  const copy = new Sqlite(path, { readonly: true })
  expect(copy.prepare('select integrity_check from pragma_integrity_check').pluck().all()).toEqual([
    'ok',
  ])
  expect(copy.prepare('select count(*) from grants').pluck().get()).toBe(1)
  copy.close()
  const token = service && (await tokenFrom(service))
  expect(token).toMatch(/./)
  expect(readFileSync(path).includes(token ?? '')).toBe(false)
})

it('of the backups in a folder the newest ones stay, and nothing else there is touched', async () => {
  const old = ['card-auth-20250101T000000Z.db', 'card-auth-20250102T000000Z.db']
  const kept = ['card-auth-20250103T000000Z.db', 'card-auth-notes.db', 'x.txt']
  mkdirSync('kept')
  for (const name of [...old, `${old[0]}.sha256`, ...kept]) writeFileSync(join('kept', name), 'old')
  const { file, deleted } = await backUp('--keep', '2')
  expect(deleted).toEqual(old)
  const made = [file, `${file}.sha256`].map((path) => path.replace('kept/', ''))
  expect(files('kept')).toEqual([...made, ...kept].sort())
})

it('a restore touches nothing while the service runs, without --replace, or with a bad file', async () => {
  const { file } = await backUp()
  expect(await restore(file, ['--replace'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('is in use'),
  })
  expect((await service?.api(`/v1/tokens/${LIN_XIA}`))?.status).toBe(200)
  await stop()
  const before = readFileSync(join(cwd, 'auth.db'))
  const refusals: [string, string[], string][] = [
    [file, [], 'With --replace'],
    ['nowhere.db', ['--replace'], 'no file nowhere.db'],
    ['text.db', ['--replace'], 'is damaged'],
    ['other.db', ['--replace'], 'no database of feishu-card-auth'],
  ]
  writeFileSync(join(cwd, 'text.db'), 'not a database '.repeat(1000))
  const other = new Sqlite(join(cwd, 'other.db'))
  other.exec('create table other (id)')
  other.close()
  for (const [name, options, reason] of refusals) {
    const { code, err } = await restore(name, options)
    expect([code, err]).toEqual([1, expect.stringContaining(reason)])
  }
  const altered = readFileSync(file)
  altered.writeUInt8(altered.readUInt8(40_000) ^ 1, 40_000)
  writeFileSync(file, altered)
  expect((await restore(file, ['--replace'])).err).toContain('its checksum is another one')
  const left = files('.').filter((name) => name.startsWith('auth.db'))
  expect(left).toEqual(['auth.db', 'auth.db.backed-up', 'auth.db.lock'])
  expect(readFileSync(join(cwd, 'auth.db')).equals(before)).toBe(true)
})

it('a restore keeps what was there, and to replace it is not to do without the keys', async () => {
  const { file } = await backUp()
  await stop()
  const keys = { TOKEN_ENCRYPTION_KEYS: generateKey() }
  const kid = key.split(':')[0]
  expect((await restore(file, ['--without-keys'], keys)).err).toContain('With --replace')
  for (const options of [['--replace'], ['--replace', '--json']]) {
    const { code, out, err } = await restore(file, options, keys)
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(`does not open the tokens of these keys: ${kid} (1)`)
    expect(err).toContain('--without-keys')
  }
  expect(files('.').filter((name) => name.includes('before-restore'))).toEqual([])

  const both = ['--replace', '--without-keys']
  const inWords = await restore(file, both, keys)
  expect(inWords.code).toBe(0)
  expect(inWords.out).toContain('with the authorizations of 0 people')
  expect(inWords.err).toContain(`${kid} (1)`)
  expect(inWords.err).toContain('cannot be opened')
  const { code, out } = await restore(file, [...both, '--json'], keys)
  expect(code).toBe(0)
  const told = JSON.parse(out) as { former: string; grants: number; keys: unknown[] }
  expect(told).toMatchObject({ grants: 0, keys: [{ key_id: kid, grants: 1, opens: false }] })
  const former = new Sqlite(told.former, { readonly: true })
  expect(former.prepare('select count(*) from grants').pluck().get()).toBe(1)
  former.close()
})

it.each([
  ['a file', () => 'a-file', 'EEXIST'],
  ['a path through a file', () => join('a-file', 'kept'), 'ENOTDIR'],
  ['a link that leads nowhere', () => 'a-link', 'ENOENT'],
])('a backup into %s says so and leaves no trace', async (_what, folder, reason) => {
  writeFileSync('a-file', 'as it was')
  symlinkSync('nowhere', 'a-link')
  const { code, out, err } = await run(['backup', folder()])
  expect([code, out]).toEqual([1, ''])
  expect(err).toBe(
    `Backups cannot be kept in ${folder()} (${reason}). Name a folder that the user of this command may write to.\n`,
  )
  expect(readFileSync('a-file', 'utf8')).toBe('as it was')
})

it.each(['a-folder', 'a-link'])(
  'a restore of %s, which is no file to read, says so',
  async (name) => {
    mkdirSync('a-folder')
    symlinkSync('a-link', 'a-link')
    await stop()
    const { code, out, err } = await restore(name, ['--replace'])
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^Nothing was changed\. /)
    expect(err).not.toMatch(/^ {4}at /m)
  },
)

it('Postgres and memory are told to go elsewhere', async () => {
  for (const [url, hint] of [
    ['postgres://user@localhost/auth', 'pg_dump'],
    ['file::memory:', 'cannot be kept'],
  ]) {
    const ended = await run(['backup', 'kept'], { DATABASE_URL: url ?? '' })
    expect([ended.code, ended.err]).toEqual([78, expect.stringContaining(hint ?? '')])
  }
})
