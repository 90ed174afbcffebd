import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { generateKey } from '../../src/auth/token-cipher.ts'
import { freePort } from '../support/free-port.ts'
import { type Service, startService } from '../support/service.ts'
import { run } from './command.ts'
import { runHere } from './run-here.ts'

// Each command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const TOKEN_ENCRYPTION_KEYS = generateKey()
let cwd: string
let service: Service
let env: Record<string, string>

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'card-auth-'))
  const DATABASE_URL = `file:${join(cwd, 'auth.db')}`
  const config = { DATABASE_URL, TOKEN_ENCRYPTION_KEYS }
  service = await startService({ env: config })
  env = {
    FEISHU_APP_ID: service.emulator.app.appId,
    FEISHU_APP_SECRET: service.emulator.app.appSecret,
    FEISHU_API_BASE_URL: service.emulator.url,
    FEISHU_ACCOUNTS_BASE_URL: service.emulator.url,
    METRICS_PORT: String(await freePort()),
    API_KEYS: 'everything:0123456789abcdef',
    ...config,
  }
})
afterAll(async () => {
  await service.close()
  rmSync(cwd, { recursive: true })
})

const cli = (...args: string[]) => run(args, { cwd, env })
const callWith = (secret: string, path: string) =>
  fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${secret}` } })

describe('apikey', () => {
  const everything = ['--action', '*', '--app', '*', '--scope', '*', '--person', '*']

  it('makes a key that works at once, lists it without its secret, and ends it', async () => {
    const created = await cli('apikey', 'create', '--name', 'calendar-bot', ...everything)
    expect(created.code).toBe(0)
    const secret = created.out.trim()
    expect(secret).toMatch(/^fca_[A-Za-z0-9_-]{43}$/)
    expect((await callWith(secret, '/v1/sessions')).status).toBe(200)

    const listed = await cli('apikey', 'list', '--json')
    expect(JSON.parse(listed.out)).toMatchObject([
      { name: 'calendar-bot', actions: ['*'], people: ['*'], revoked_at: null },
    ])
    expect(listed.out).not.toContain(secret)

    expect(await cli('apikey', 'revoke', 'calendar-bot')).toMatchObject({ code: 0 })
    await vi.waitFor(
      async () => expect((await callWith(secret, '/v1/sessions')).status).toBe(401),
      { timeout: 10_000, interval: 100 },
    )
    expect((await cli('apikey', 'revoke', 'calendar-bot', '--json')).code).toBe(1)

    const again = await cli('apikey', 'create', '--name', 'calendar-bot', ...everything)
    expect(again.code).toBe(1)
    expect(again.err).toMatch(/another name/)
  })

  it.each([
    ['no person', /--person/, ['--action', 'read', '--app', '*', '--scope', '*']],
    ['nothing at all', /could do nothing/, []],
    ['a word for an action', /ask, read or revoke/, [...everything, '--action', 'write']],
  ])('is not made with %s', async (_what, why, options) => {
    const refused = await runHere(['apikey', 'create', '--name', 'idle', ...options])
    expect(refused).toMatchObject({ code: 64, out: '' })
    expect(refused.err).toMatch(why)
  })

  it('is for an app that is configured, and takes no name that the environment has', async () => {
    const elsewhere = everything.with(3, 'cli_other')
    const strange = await cli('apikey', 'create', '--name', 'idle', ...elsewhere)
    expect(strange).toMatchObject({ code: 1, out: '' })
    expect(strange.err).toMatch(/unknown_app/)
    const taken = await cli('apikey', 'create', '--name', 'everything', ...everything)
    expect(taken).toMatchObject({ code: 1, out: '' })
  })
})

describe('audit', () => {
  it('lists who did what, and the chain is whole', async () => {
    const listed = await cli('audit', 'list', '--json')
    const entries = JSON.parse(listed.out)
    expect(entries).toMatchObject([
      { sequence: 1, actor: 'cli', action: 'api_key_created', detail: { name: 'calendar-bot' } },
      { sequence: 2, actor: 'cli', action: 'api_key_revoked' },
    ])
    const none = await cli('audit', 'list', '--person', 'ou_nobody', '--since', '2026-01-01')
    expect(none).toMatchObject({ code: 0, out: 'No entries.\n' })

    const verified = await cli('audit', 'verify', '--json')
    expect(verified.code).toBe(0)
    const verdict = JSON.parse(verified.out)
    expect(verdict).toMatchObject({ ok: true, entries: 2 })
    // As the log line audit_verified tells it, in which 43 characters of base64url would be masked.
    expect(verdict.head).toMatch(/^2:[0-9a-f]{64}$/)
    expect(await cli('audit', 'verify', '--head', verdict.head)).toMatchObject({ code: 0 })
    const cut = verdict.head.replace(/^2:/, '3:')
    expect(await cli('audit', 'verify', '--head', cut)).toMatchObject({ code: 1 })
    expect(await cli('audit', 'verify', '--head', 'x')).toMatchObject({ code: 64 })
  })
})
