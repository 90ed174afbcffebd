import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TokenUnreadableError } from '../../src/errors.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'
import { AMBIGUOUS, UNREACHABLE, UPSTREAM } from './support/token-server.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

const KEY = { appId: APP_ID, openId: LIN }
const find = (minValidity?: number) => bench.tokens.findFreshToken({ ...KEY, minValidity })
const recover = () => bench.time.until(bench.tokens.keepGrantsAlive.recover())
const MINUTE_MS = 60_000

describe('a refresh whose outcome nobody knows', () => {
  it('serves the old token while it lives, and probes once, later than 10 s, with success', async () => {
    const { reply } = await bench.consent(LIN, 6000)
    bench.server.plans = [{ refused: AMBIGUOUS }]
    const startedAt = bench.time.now().getTime()
    expect(await bench.token()).toBe(reply.accessToken)
    for (let second = 0; second < 400; second += 5) {
      await recover()
      await bench.time.pass(5000)
    }
    expect(bench.server.posts).toHaveLength(2)
    expect((bench.server.posts[1]?.at ?? 0) - startedAt).toBeGreaterThan(10_000)
    expect(await bench.token()).not.toBe(reply.accessToken)
    expect(bench.count('grant_finished')).toBe(0)
  })

  it('probes once and learns that the rotation was lost', async () => {
    const { reply } = await bench.consent(LIN, 6000)
    bench.server.plans = [{ lost: AMBIGUOUS }]
    expect(await bench.token()).toBe(reply.accessToken)
    for (let second = 0; second < 400; second += 5) {
      await recover()
      await bench.time.pass(5000)
    }
    expect(bench.server.posts).toHaveLength(2)
    expect(bench.seen.filter(({ type }) => type === 'grant_finished')).toEqual([
      { type: 'grant_finished', ...KEY, reason: 'lost_rotation' },
    ])
    // The old access token still works; then the person is needed.
    expect(await bench.token()).toBe(reply.accessToken)
    await bench.time.pass(20 * MINUTE_MS)
    expect(await bench.time.until(find())).toMatchObject({
      kind: 'needs_person',
      why: 'lost_rotation',
    })
    expect(bench.server.posts).toHaveLength(2)
  })

  it('is over after one probe without an answer, while Feishu answers others', async () => {
    await bench.consent(LIN, 6000)
    await bench.consent('ou_alex', 7200)
    bench.server.plans = [{ refused: AMBIGUOUS }, {}, { refused: AMBIGUOUS }]
    await bench.token()
    await bench.time.pass(1000)
    await bench.time.until(bench.tokens.findFreshToken({ ...KEY, openId: 'ou_alex' }))
    for (let minute = 0; minute < 60; minute++) {
      await recover()
      await bench.time.pass(MINUTE_MS)
    }
    expect(bench.server.posts).toHaveLength(3)
    expect(bench.seen.filter(({ type }) => type === 'grant_finished')).toEqual([
      { type: 'grant_finished', ...KEY, reason: 'lost_rotation' },
    ])
  })

  it('is not over while Feishu answers nobody: no grant is given up without a word of Feishu', async () => {
    await bench.consent(LIN, 6000)
    bench.server.always = { refused: AMBIGUOUS }
    await bench.token()
    for (let minute = 0; minute < 12 * 60; minute++) {
      await recover()
      await bench.time.pass(MINUTE_MS)
    }
    // No more than one in a quarter of an hour, once it has lasted.
    expect(bench.server.posts.length).toBeLessThanOrEqual(55)
    expect(bench.count('grant_finished')).toBe(0)
    bench.server.always = {}
    await bench.time.pass(20 * MINUTE_MS)
    await recover()
    expect(await bench.grant()).toMatchObject({ version: 2 })
  })

  it('tells a caller who has no other token when to come back', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ refused: AMBIGUOUS }]
    const told = { code: 'token_refresh_failed', reason: 'ambiguous' }
    await expect(bench.time.until(find())).rejects.toMatchObject(told)
    await expect(bench.time.until(find())).rejects.toMatchObject(told)
    expect(bench.server.posts).toHaveLength(1)
  })

  it.each([
    ['Feishu has trouble of its own', UPSTREAM],
    ['Feishu cannot be reached', UNREACHABLE],
  ])('keeps its probe when %s at the probe', async (_, reply) => {
    await bench.consent(LIN, 6000)
    bench.server.plans = [{ refused: AMBIGUOUS }]
    await bench.token()
    bench.server.always = { refused: reply }
    for (let minute = 0; minute < 30; minute++) {
      await recover()
      await bench.time.pass(MINUTE_MS)
    }
    expect(bench.count('grant_finished')).toBe(0)
    bench.server.always = {}
    await bench.time.pass(20 * MINUTE_MS)
    await recover()
    expect(await bench.grant()).toMatchObject({ version: 2 })
  })

  it('is no reason to probe every few seconds', async () => {
    await bench.consent(LIN, 6000)
    bench.server.always = { refused: UPSTREAM }
    await bench.token()
    for (let second = 0; second < 600; second += 5) {
      await recover()
      await bench.time.pass(5000)
    }
    expect(bench.server.posts.length).toBeLessThanOrEqual(10)
  })
})

describe('a refresh that Feishu has answered with trouble of its own', () => {
  it('is repeated at once, as Feishu asks', async () => {
    const { reply } = await bench.consent(LIN, 7200)
    bench.server.plans = [{ refused: UPSTREAM }]
    expect(await bench.token()).not.toBe(reply.accessToken)
    expect(bench.server.posts).toHaveLength(2)
  })

  it('is a lost rotation when the repetition says that the token is spent', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ lost: UPSTREAM }]
    expect(await bench.time.until(find())).toMatchObject({ why: 'lost_rotation' })
  })

  it('is a lost rotation when a later try says so', async () => {
    await bench.consent(LIN, 6000)
    bench.server.plans = [{ lost: UPSTREAM }, { refused: UPSTREAM }]
    await bench.token()
    await bench.time.pass(10 * MINUTE_MS)
    expect(await bench.time.until(find(3600))).toMatchObject({ why: 'lost_rotation' })
  })
})

describe('a refresh token that cannot be opened', () => {
  it('is an alarm, never presented and never given up', async () => {
    const { grant } = await bench.consent(LIN, 7200)
    await bench.store.grants.rotate(1, { ...grant, sealedRefreshToken: 'other.AAAA.BBBB.CCCC' })
    for (let minute = 0; minute < 30; minute++) {
      await expect(bench.time.until(find())).rejects.toBeInstanceOf(TokenUnreadableError)
      await bench.time.pass(MINUTE_MS)
    }
    expect(bench.server.posts).toEqual([])
    expect(bench.count('grant_finished')).toBe(0)
    expect(await bench.store.upkeeps.find(KEY)).toMatchObject({ mark: null, intent: null })
  })
})
