import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RefreshReply } from '../../src/auth/refresh-outcome.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'
import { APP_WIDE, finished, UNREACHABLE, UPSTREAM } from './support/token-server.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
  await bench.consent(LIN, 7200)
})
afterEach(() => bench.close())

const KEY = { appId: APP_ID, openId: LIN }
const find = () =>
  bench.time.until(bench.tokens.findFreshToken(KEY).catch((error: unknown) => error))
const doubted = async () => (await bench.store.upkeeps.find(KEY))?.doubtedVersion

const ERROR = new FeishuUnavailableError('upstream_5xx', { feishuCode: 29_999, logId: 'log-1' })
const UNKNOWN_400: RefreshReply = { kind: 'unexplained', error: ERROR, mayBeSpent: false }
const UNKNOWN_500: RefreshReply = { ...UNKNOWN_400, mayBeSpent: true }
const POLICY: RefreshReply = {
  kind: 'setback',
  reason: 'policy',
  error: ERROR,
  retryAfterSeconds: null,
}

/** Tries until this was answered, each after the pause of the one before. */
async function meet(...replies: readonly RefreshReply[]) {
  bench.server.plans = replies.map((refused) => ({ refused }))
  while (bench.server.plans.length > 0) {
    await find()
    await bench.time.pass(20 * 60_000)
  }
}

describe('a token that may be spent', () => {
  it.each<[string, RefreshReply]>([
    ['Feishu cannot be reached', UNREACHABLE],
    ['the app is refused', APP_WIDE],
    ['a policy forbids it', POLICY],
    ['a code comes that nobody knows', UNKNOWN_400],
  ])('stays so while %s', async (_, reply) => {
    await meet(UPSTREAM, UPSTREAM, reply)
    expect(await doubted()).toBe(1)
    bench.server.always = { refused: finished('reused') }
    expect(await find()).toMatchObject({ why: 'lost_rotation' })
    expect(bench.count('grant_finished')).toBe(1)
  })

  it('is one that a failure of Feishu with an unknown code has met', async () => {
    await meet(UNKNOWN_500)
    expect(await doubted()).toBe(1)
    bench.server.always = { refused: finished('reused') }
    expect(await find()).toMatchObject({ why: 'lost_rotation' })
  })

  it('is none that was refused for a cause of its own', async () => {
    await meet(POLICY, UNKNOWN_400)
    expect(await doubted()).toBeNull()
    bench.server.always = { refused: finished('reused') }
    expect(await find()).toMatchObject({ why: 'reused' })
  })

  it('is no longer in doubt once a newer consent is there', async () => {
    await meet(UPSTREAM, UPSTREAM)
    await bench.consent(LIN, 7200)
    bench.server.always = { refused: finished('reused') }
    expect(await find()).toMatchObject({ why: 'reused' })
  })

  it('is no longer in doubt once it has brought a new pair', async () => {
    await meet(UPSTREAM, UPSTREAM)
    expect(await find()).toMatchObject({ kind: 'token' })
    await bench.time.pass(121 * 60_000)
    bench.server.always = { refused: finished('reused') }
    expect(await find()).toMatchObject({ why: 'reused' })
  })
})

describe('an answer that nobody here understands', () => {
  it.each([
    [UNKNOWN_400, { code: 'token_refresh_failed', reason: 'internal', cause: ERROR }],
    [UNKNOWN_500, { code: 'feishu_unavailable', reason: 'upstream_5xx', cause: ERROR }],
  ])(
    'is told aloud each time, with what Feishu said, and keeps the grant',
    async (reply, expected) => {
      bench.server.always = { refused: reply }
      expect(await find()).toMatchObject(expected)
      const told = { type: 'refresh_unexplained', ...KEY, error: ERROR }
      expect(bench.seen.filter(({ type }) => type === 'refresh_unexplained')).toEqual([told])
      await find()
      expect(bench.count('refresh_unexplained')).toBe(1)
      await bench.time.pass(67_000)
      await find()
      expect(bench.count('refresh_unexplained')).toBe(2)
      expect(await bench.grant()).toMatchObject({ version: 1 })
      expect(await bench.store.upkeeps.find(KEY)).toMatchObject({ mark: null, intent: null })
    },
  )

  it('is asked for five times, a minute apart and more, and then once an hour', async () => {
    bench.server.always = { refused: UNKNOWN_400 }
    for (let second = 0; second < 4 * 3600; second += 30) {
      await find()
      await bench.time.pass(30_000)
    }
    const times = bench.server.posts.map(({ at }) => at / 1000)
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60)
    expect(Math.max(...gaps.slice(0, 4))).toBeLessThanOrEqual(300)
    expect(Math.min(...gaps.slice(4))).toBeGreaterThanOrEqual(3600)
    expect(gaps.length).toBeGreaterThanOrEqual(6)
  })

  it('says nothing of the app: others are refreshed', async () => {
    await bench.consent('ou_alex', 7200)
    bench.server.plans = [{ refused: UNKNOWN_400 }]
    await find()
    expect(
      await bench.time.until(bench.tokens.findFreshToken({ ...KEY, openId: 'ou_alex' })),
    ).toMatchObject({ kind: 'token' })
  })
})
