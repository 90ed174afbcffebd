import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { generateKey } from '../../src/auth/token-cipher.ts'
import { type Service, startService } from '../support/service.ts'
import { run } from './command.ts'

// Each command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

type Token = { access_token: string }
type Held = 'grants' | 'cards' | 'sign_ins' | 'answers'

let cwd: string
let service: Service
let env: Record<string, string>
let people: string[]
let waiting: string
const [oldKey, newKey] = [generateKey(), generateKey()]

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'card-auth-'))
  const DATABASE_URL = `file:${join(cwd, 'auth.db')}`
  service = await startService({
    env: { DATABASE_URL, TOKEN_ENCRYPTION_KEYS: `${oldKey},${newKey}` },
  })
  env = {
    FEISHU_APP_ID: service.emulator.app.appId,
    FEISHU_APP_SECRET: service.emulator.app.appSecret,
    FEISHU_API_BASE_URL: service.emulator.url,
    FEISHU_ACCOUNTS_BASE_URL: service.emulator.url,
    DATABASE_URL,
    TOKEN_ENCRYPTION_KEYS: `${newKey},${oldKey}`,
  }
  people = service.emulator.people.slice(0, 2).map(({ openId }) => openId)
  waiting = service.emulator.people[2]?.openId ?? ''
  for (const openId of people) {
    await service.ask(openId)
    const { authorizeUrl } = await service.tap(openId)
    const approved = await service.emulator.sim.approve({ authorizeUrl, openId })
    await fetch('redirect' in approved ? approved.redirect : '')
  }
})
afterAll(async () => {
  await service.close()
  rmSync(cwd, { recursive: true })
})

async function tokenOf(openId: string): Promise<string> {
  const answer = await service.api(`/v1/tokens/${openId}`)
  expect(answer.status).toBe(200)
  return ((await answer.json()) as Token).access_token
}

const works = (token: string) => service.emulator.sim.tokenOwner(token)?.works

describe('keys', () => {
  const kid = (key: string) => key.split(':')[0] ?? ''

  /** What a key holds, as `keys list --json` tells it. */
  const holds = (key: string, standing: string, counts: Partial<Record<Held, number>> = {}) => ({
    ...{ key_id: kid(key), grants: 0, revocations: 0, cards: 0, sign_ins: 0, answers: 0 },
    ...counts,
    standing,
  })
  const list = async (ring: string) => {
    const now = { ...env, TOKEN_ENCRYPTION_KEYS: ring }
    const { code, out, err } = await run(['keys', 'list', '--json'], { cwd, env: now })
    return { code, err, rows: JSON.parse(out) as unknown }
  }

  it('are counted with all they hold, and one that is missing is an alarm', async () => {
    // One card waits, its link is open in a browser, and one answer may be asked for again.
    const asked = await fetch(`${service.url}/v1/sessions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${service.apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': 'once',
      },
      body: JSON.stringify({ open_id: waiting }),
    })
    expect(asked.status).toBe(201)
    await service.tap(waiting)
    const all = { grants: 2, cards: 1, sign_ins: 1, answers: 1 }
    expect(await list(oldKey)).toEqual({ code: 0, err: '', rows: [holds(oldKey, 'seals', all)] })
    const alarm = await list(newKey)
    expect(alarm.code).toBe(1)
    expect(alarm.err).toMatch(/put their key back/)
    expect(alarm.rows).toEqual([holds(newKey, 'seals'), holds(oldKey, 'missing', all)])
    const without = { ...env, TOKEN_ENCRYPTION_KEYS: newKey }
    const stuck = await run(['keys', 'rotate', '--json'], { cwd, env: without })
    expect(stuck.code).toBe(1)
    const nothing = { resealed: 0, unreadable: 3, left: 3, running_out: 2 }
    expect(JSON.parse(stuck.out)).toEqual(nothing)
  })

  it('are rotated beside the running service, and once is enough', async () => {
    const rotated = await run(['keys', 'rotate'], { cwd, env })
    expect(rotated.code).toBe(0)
    expect(rotated.out).toMatch(/3 sealed with the first key, 0 left/)
    expect(rotated.out).toMatch(/2 are left. Take an old key away when keys list counts nothing/)
    const again = await run(['keys', 'rotate', '--json'], { cwd, env })
    const done = { resealed: 0, unreadable: 0, left: 0, running_out: 2 }
    expect(JSON.parse(again.out)).toEqual(done)
    // What runs out by itself is no alarm.
    const alone = await list(newKey)
    expect(alone.code).toBe(0)
    expect(alone.rows).toEqual([
      holds(newKey, 'seals', { grants: 2, cards: 1 }),
      holds(oldKey, 'missing', { sign_ins: 1, answers: 1 }),
    ])
    for (const openId of people) expect(works(await tokenOf(openId))).toBe(true)
    // The card that waited still leads to the authorize page.
    expect((await service.tap(waiting)).authorizeUrl).toContain('/authen/v1/authorize')
  })
})

describe('tokens', () => {
  it('are listed, refreshed and revoked, and never printed', async () => {
    const [lin = ''] = people
    const first = await tokenOf(lin)
    const listed = await run(['tokens', 'list', '--json'], { cwd, env })
    expect(listed).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(listed.out)).toHaveLength(2)
    expect(JSON.parse(listed.out)).toContainEqual({
      open_id: lin,
      app_id: service.emulator.app.appId,
      state: 'fresh',
      scopes: ['offline_access'],
      expires_at: expect.any(String),
      refresh_expires_at: expect.any(String),
      refresh: 'possible',
    })

    const refreshed = await run(['tokens', 'refresh', lin, '--json'], { cwd, env })
    expect(refreshed).toMatchObject({ code: 0, err: '' })
    const second = await tokenOf(lin)
    expect(second).not.toBe(first)

    const gone = await run(['tokens', 'revoke', lin, '--json'], { cwd, env })
    expect(JSON.parse(gone.out)).toEqual({ revoked: true, feishu_told: true })
    expect(works(second)).toBe(false)
    const twice = await run(['tokens', 'revoke', lin], { cwd, env })
    expect(twice).toMatchObject({ code: 0, out: 'There was no token; nothing to do.\n' })
    const none = await run(['tokens', 'refresh', lin], { cwd, env })
    expect(none.code).toBe(1)
    expect(none.err).toMatch(/^authorization_required: /)

    for (const { out, err } of [listed, refreshed, gone]) {
      expect(out + err).not.toContain(first)
      expect(out + err).not.toContain(second)
      expect(out + err).not.toMatch(/sealed/i)
    }
  })

  it('that are revoked while Feishu is away are ended there by the running service', async () => {
    const [, alex = ''] = people
    const token = await tokenOf(alex)
    const fault = { match: 'POST /oauth/v1/revoke', status: 503, times: 2 }
    service.emulator.sim.injectFault(fault)
    const untold = await run(['tokens', 'revoke', alex], { cwd, env })
    expect(untold.code).toBe(0)
    expect(untold.out).toContain('Feishu could not be told yet')
    await expect.poll(() => works(token), { timeout: 60_000 }).toBe(false)
  })
})
