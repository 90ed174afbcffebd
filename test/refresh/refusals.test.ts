import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RefreshReply } from '../../src/auth/refresh-outcome.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { ERROR_CODES, meaningOf } from '../../src/feishu/error-codes/error-codes.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'
import { APP_WIDE } from './support/token-server.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

const KEY = { appId: APP_ID, openId: LIN }
const ALEX = 'ou_alex'
const find = (openId = LIN) => bench.tokens.findFreshToken({ appId: APP_ID, openId })
const outcome = (openId = LIN) => bench.time.until(find(openId).catch((error: unknown) => error))
const MINUTE_MS = 60_000

/** What the adapter makes of a code; that it does so for every code, `test/feishu` shows on the wire. */
function replyOf(code: number): RefreshReply {
  const { atRefresh } = meaningOf(code, 'other')
  const error = new FeishuUnavailableError('upstream_5xx', { feishuCode: code })
  switch (atRefresh.kind) {
    case 'setback':
      return { ...atRefresh, error, retryAfterSeconds: null }
    case 'unexplained':
      return { ...atRefresh, error, mayBeSpent: false }
    default:
      return { ...atRefresh, error }
  }
}

const codesThatAre = (kind: RefreshReply['kind']) =>
  ERROR_CODES.map(([code]) => code).filter((code) => replyOf(code).kind === kind)

describe('a code that ends a grant', () => {
  it.each(codesThatAre('finished'))(
    '%i marks it, is told once, and ends all POSTs',
    async (code) => {
      await bench.consent(LIN, 7200)
      bench.server.always = { refused: replyOf(code) }
      for (let call = 0; call < 5; call++) {
        expect(await outcome()).toMatchObject({ kind: 'needs_person' })
        await bench.time.until(bench.tokens.keepGrantsAlive.due())
        await bench.time.pass(10 * MINUTE_MS)
      }
      expect(bench.server.posts).toHaveLength(1)
      expect(bench.count('grant_finished')).toBe(1)
      // Marked, never deleted.
      expect(await bench.grant()).toMatchObject({ version: 1 })
      expect(await bench.store.upkeeps.find(KEY)).toMatchObject({
        mark: { status: 'reauth_required', version: 1 },
        intent: null,
        lease: null,
      })
    },
  )

  it('is moot as soon as the person has consented again', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ refused: replyOf(20037) }]
    expect(await outcome()).toMatchObject({ why: 'expired' })
    const { reply } = await bench.consent()
    expect(await bench.token()).toBe(reply.accessToken)
    await bench.time.pass(2 * 60 * MINUTE_MS)
    expect(await bench.token()).not.toBe(reply.accessToken)
  })

  it.each([
    ['expired', 20037, 'served'],
    ['reused', 20073, 'served'],
    ['revoked', 20064, 'refused'],
    ['user_status', 20066, 'refused'],
  ])('%s (%i) leaves an old token that lives %s', async (why, code, fate) => {
    const { reply } = await bench.consent(LIN, 6000)
    bench.server.always = { refused: replyOf(code) }
    expect(await outcome()).toMatchObject(
      fate === 'served' ? { token: { accessToken: reply.accessToken } } : { why },
    )
  })

  it('is believed only after another look: a winner elsewhere may be about to save', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ refused: replyOf(20073) }]
    const calling = find()
    await bench.time.pass(500)
    const { reply } = await bench.consent()
    expect(await bench.time.until(calling)).toMatchObject({
      token: { accessToken: reply.accessToken },
    })
    expect(bench.count('grant_finished')).toBe(0)
  })
})

describe('a code that hits the whole app', () => {
  it.each(codesThatAre('app_wide'))(
    '%i keeps every grant and stops all but one probe',
    async (code) => {
      await bench.consent(LIN, 7200)
      await bench.consent(ALEX, 7200)
      bench.server.always = { refused: replyOf(code) }
      expect(await outcome()).toMatchObject({ feishuCode: code })
      // The next one is told the same without a POST.
      expect(await outcome(ALEX)).toMatchObject({ feishuCode: code })
      expect(bench.server.posts).toHaveLength(1)
      await bench.time.pass(35_000)
      await bench.time.until(Promise.allSettled([find(LIN), find(ALEX)]))
      expect(bench.server.posts).toHaveLength(2)
      expect(bench.count('grant_finished')).toBe(0)

      bench.server.always = {}
      await bench.time.pass(20 * MINUTE_MS)
      for (const openId of [LIN, ALEX]) {
        expect(await outcome(openId)).toMatchObject({ kind: 'token' })
        await bench.time.pass(1000)
      }
      expect(bench.tokens.circuit.state(APP_ID)).toBe(0)
    },
  )

  it('lets old tokens serve as long as they live', async () => {
    const { reply } = await bench.consent(LIN, 6000)
    bench.server.always = { refused: APP_WIDE }
    expect(await outcome()).toMatchObject({ token: { accessToken: reply.accessToken } })
    expect(await outcome()).toMatchObject({ token: { accessToken: reply.accessToken } })
  })
})

describe('a code that is a setback', () => {
  it.each([...codesThatAre('setback'), ...codesThatAre('unexplained')])(
    '%i keeps the grant, and pauses before the next try',
    async (code) => {
      await bench.consent(LIN, 7200)
      bench.server.always = { refused: replyOf(code) }
      expect(await outcome()).toBeInstanceOf(Error)
      const posts = bench.server.posts.length
      expect(posts).toBeLessThanOrEqual(2)
      expect(await outcome()).toBeInstanceOf(Error)
      expect(bench.server.posts).toHaveLength(posts)
      expect(bench.count('grant_finished')).toBe(0)

      bench.server.always = {}
      await bench.time.pass(67_000)
      expect(await outcome()).toMatchObject({ kind: 'token' })
    },
  )

  it('pauses longer each time, up to a quarter of an hour', async () => {
    await bench.consent(LIN, 7200)
    bench.server.always = { refused: replyOf(20_063) }
    for (let second = 0; second < 3 * 3600; second += 30) {
      await outcome()
      await bench.time.pass(30_000)
    }
    const gaps = bench.server.posts
      .slice(1)
      .map(({ at }, index) => (at - (bench.server.posts[index]?.at ?? 0)) / 1000)
    expect(gaps.slice(0, 3).map((gap) => gap <= 150)).toEqual([true, true, true])
    expect(Math.max(...gaps)).toBeGreaterThanOrEqual(900)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1050)
  })

  it('lets the whole app wait as long as a rate limit asks', async () => {
    await bench.consent(LIN, 7200)
    await bench.consent(ALEX, 7200)
    const { error } = replyOf(99991400) as Extract<RefreshReply, { kind: 'setback' }>
    bench.server.plans = [
      { refused: { kind: 'setback', reason: 'rate_limited', error, retryAfterSeconds: 52 } },
    ]
    expect(await outcome()).toMatchObject({ reason: 'rate_limited' })
    expect(await outcome(ALEX)).toMatchObject({ reason: 'rate_limited' })
    expect(bench.server.posts).toHaveLength(1)
    await bench.time.pass(53_000)
    expect(await outcome(ALEX)).toMatchObject({ kind: 'token' })
  })

  it('counts for all who waited for it, also for who insists', async () => {
    await bench.consent(LIN, 3600)
    bench.server.always = { refused: replyOf(29_999) }
    const insists = { ...KEY, forceRefresh: true }
    const processes = [bench, ...Array.from({ length: 3 }, () => bench.instance())]
    const calls = processes.map(({ tokens }) => tokens.findFreshToken(insists))
    for (const each of await bench.time.until(Promise.allSettled(calls))) {
      expect(each.status).toBe('rejected')
    }
    expect(bench.server.posts).toHaveLength(1)
  })
})

describe('a grant without a refresh token', () => {
  it('serves until its token ends, and then needs the person', async () => {
    const { grant, reply } = await bench.consent(LIN, 6000)
    await bench.store.grants.rotate(1, { ...grant, sealedRefreshToken: null })
    expect(await outcome()).toMatchObject({ token: { accessToken: reply.accessToken } })
    await bench.time.pass(30 * MINUTE_MS)
    expect(await outcome()).toMatchObject({ why: 'no_refresh_token', mayRefresh: false })
    expect(bench.server.posts).toEqual([])
    expect(bench.count('grant_finished')).toBe(1)
  })

  it('is what is left when Feishu answers a refresh without one', async () => {
    await bench.consent(LIN, 7200)
    const issue = bench.server.issue
    bench.server.issue = () => ({ ...issue(), refreshToken: null, refreshTokenExpiresIn: null })
    await bench.token()
    expect(await bench.grant()).toMatchObject({ version: 2, sealedRefreshToken: null })
    expect(bench.seen).toContainEqual(
      expect.objectContaining({
        type: 'grant_unrefreshable',
        why: 'not_returned',
        advice: expect.stringContaining('Refresh user_access_token'),
      }),
    )
    await bench.time.pass(121 * MINUTE_MS)
    expect(await outcome()).toMatchObject({ why: 'no_refresh_token' })
  })

  it('is no matter where Feishu answers with one', async () => {
    await bench.consent(LIN, 7200)
    await bench.token()
    expect(bench.count('grant_unrefreshable')).toBe(0)
  })

  it('does not ask Feishu about one that has run out', async () => {
    await bench.consent(LIN, 8 * 86_400)
    expect(await outcome()).toMatchObject({ why: 'expired' })
    expect(bench.server.posts).toEqual([])
  })
})
