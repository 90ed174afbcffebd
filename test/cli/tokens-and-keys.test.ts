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

let cwd: string
let service: Service
let env: Record<string, string>
let people: string[]
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

  it('are counted, and one that is missing is an alarm', async () => {
    const now = { ...env, TOKEN_ENCRYPTION_KEYS: oldKey }
    const listed = await run(['keys', 'list', '--json'], { cwd, env: now })
    expect(listed).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(listed.out)).toEqual([
      { key_id: kid(oldKey), grants: 2, revocations: 0, standing: 'seals' },
    ])
    const without = { ...env, TOKEN_ENCRYPTION_KEYS: newKey }
    const alarm = await run(['keys', 'list', '--json'], { cwd, env: without })
    expect(alarm.code).toBe(1)
    expect(alarm.err).toMatch(/put their key back/)
    expect(JSON.parse(alarm.out)).toEqual([
      { key_id: kid(newKey), grants: 0, revocations: 0, standing: 'seals' },
      { key_id: kid(oldKey), grants: 2, revocations: 0, standing: 'missing' },
    ])
    const stuck = await run(['keys', 'rotate', '--json'], { cwd, env: without })
    expect(stuck.code).toBe(1)
    expect(JSON.parse(stuck.out)).toEqual({ resealed: 0, unreadable: 2, left: 2 })
  })

  it('are rotated beside the running service, and once is enough', async () => {
    const rotated = await run(['keys', 'rotate'], { cwd, env })
    expect(rotated.code).toBe(0)
    expect(rotated.out).toMatch(/2 sealed with the first key, 0 left/)
    expect(rotated.out).toMatch(/take the old keys away/)
    const again = await run(['keys', 'rotate', '--json'], { cwd, env })
    expect(JSON.parse(again.out)).toEqual({ resealed: 0, unreadable: 0, left: 0 })
    const alone = { ...env, TOKEN_ENCRYPTION_KEYS: newKey }
    expect((await run(['keys', 'list'], { cwd, env: alone })).code).toBe(0)
    for (const openId of people) expect(works(await tokenOf(openId))).toBe(true)
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
