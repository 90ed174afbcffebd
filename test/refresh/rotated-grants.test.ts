import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TokenReply } from '../../src/auth/ports.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
  await bench.consent(LIN, 7200)
})
afterEach(() => bench.close())

const KEY = { appId: APP_ID, openId: LIN }
const MINUTE_MS = 60_000
const find = () => bench.time.until(bench.tokens.findFreshToken(KEY))

/** Changes what Feishu answers to a refresh. */
function answerWith(changes: Partial<TokenReply>): void {
  const issue = bench.server.issue
  bench.server.issue = () => ({ ...issue(), ...changes })
}

describe('a refreshed grant', () => {
  it('lives as long as Feishu says, counted from when the old token was sent', async () => {
    bench.server.plans = [{ after: () => bench.time.sleep(5000) }]
    const sentAt = bench.time.now().getTime()
    const before = await bench.grant()
    await bench.token()
    expect(await bench.grant()).toEqual({
      ...before,
      version: 2,
      sealedAccessToken: expect.any(String),
      accessTokenExpiresAt: new Date(sentAt + 7_200_000),
      sealedRefreshToken: expect.any(String),
      refreshTokenExpiresAt: new Date(sentAt + 604_800_000),
      issuedAt: new Date(sentAt),
    })
  })

  it.each([
    [[], ['offline_access']],
    [['docx:document'], ['docx:document']],
  ])('whose answer names the scopes %j has %j', async (scopes, expected) => {
    answerWith({ scopes })
    expect(await find()).toMatchObject({ token: { scopes: expected } })
    expect((await bench.grant()).scopes).toEqual(expected)
  })

  it('has no known end of its refresh token where Feishu names none', async () => {
    answerWith({ refreshTokenExpiresIn: null })
    await bench.token()
    const grant = await bench.grant()
    expect(grant.refreshTokenExpiresAt).toBeNull()
    expect(bench.server.honours(bench.refreshTokenOf(grant))).toBe(true)
  })

  it('is scheduled anew, and nothing is left of earlier setbacks', async () => {
    const now = bench.time.now()
    await bench.store.upkeeps.schedule(KEY, now)
    await bench.token()
    const upkeep = await bench.store.upkeeps.find(KEY)
    expect(upkeep).toMatchObject({ mark: null, failures: 0, coolUntil: null, coolReason: null })
    expect(upkeep?.dueAt?.getTime()).toBeGreaterThan(now.getTime() + 3_600_000)
  })
})

describe('a pair that comes too late', () => {
  const withdraw = () => bench.store.grants.delete(KEY)
  const told = () => bench.seen.filter(({ type }) => type === 'stray_token_kept')

  it('is ended whole where the person has withdrawn, the refresh token first', async () => {
    bench.server.plans = [{ after: async () => void (await withdraw()) }]
    expect(await find()).toMatchObject({ why: 'never_authorized' })
    await bench.time.until(bench.background.drain())
    expect(bench.server.revoked.map((token) => token.slice(0, 10))).toEqual([
      'eyJ-refres',
      'eyJ-access',
    ])
    expect(told()).toEqual([])
    expect(bench.seen).not.toContainEqual(expect.objectContaining({ step: 'pair_saved' }))
    expect(await bench.store.upkeeps.find(KEY)).toMatchObject({ lease: null, dueAt: null })
  })

  it('is ended whole where Feishu has told meanwhile that it ended the grant', async () => {
    bench.server.plans = [
      { after: async () => void (await bench.store.grants.end(KEY, bench.time.now())) },
    ]
    expect(await find()).toMatchObject({ why: 'revoked' })
    await bench.time.until(bench.background.drain())
    expect(bench.server.revoked.map((token) => token.slice(0, 10))).toEqual([
      'eyJ-refres',
      'eyJ-access',
    ])
  })

  it('is ended as far as Feishu takes it: one that it does not take keeps back no other', async () => {
    const error = new FeishuUnavailableError('upstream_5xx')
    const { revokeRefreshToken } = bench.server
    bench.server.revokeRefreshToken = () => Promise.reject(error)
    bench.server.plans = [{ after: async () => void (await withdraw()) }]
    await find()
    await bench.time.until(bench.background.drain())
    expect(bench.server.revoked.map((token) => token.slice(0, 10))).toEqual(['eyJ-access'])
    expect(told()).toMatchObject([{ type: 'stray_token_kept', error }])
    // Feishu is told until it answers.
    bench.server.revokeRefreshToken = revokeRefreshToken
    await bench.time.pass(MINUTE_MS)
    expect(await bench.tokens.sweepRevocations.due()).toEqual({ told: 1, left: 0 })
    expect(bench.server.revoked.map((token) => token.slice(0, 10))).toEqual([
      'eyJ-access',
      'eyJ-refres',
    ])
  })

  it('is ended as far as it goes where it came without a refresh token', async () => {
    answerWith({ refreshToken: null, refreshTokenExpiresIn: null })
    bench.server.plans = [{ after: async () => void (await withdraw()) }]
    await find()
    await bench.time.until(bench.background.drain())
    expect(bench.server.revoked.map((token) => token.slice(0, 10))).toEqual(['eyJ-access'])
  })

  it('leaves the refresh token to run out where a newer consent lives, which might end with it', async () => {
    const error = new FeishuUnavailableError('upstream_5xx')
    const { revokeAccessToken } = bench.server
    bench.server.revokeAccessToken = () => Promise.reject(error)
    bench.server.plans = [{ after: async () => void (await bench.consent()) }]
    expect(await find()).toMatchObject({ kind: 'token' })
    await bench.time.until(bench.background.drain())
    expect(told()).toMatchObject([{ type: 'stray_token_kept', error }])
    bench.server.revokeAccessToken = revokeAccessToken
    await bench.time.pass(MINUTE_MS)
    expect(await bench.tokens.sweepRevocations.due()).toEqual({ told: 1, left: 0 })
    expect(bench.server.revoked.map((token) => token.slice(0, 10))).toEqual(['eyJ-access'])
  })
})
