import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'
import { UPSTREAM } from './support/token-server.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

const HOUR_MS = 3_600_000
const ask = (
  request: { minValidity?: number; forceRefresh?: boolean } = {},
  instance = bench as Pick<RefreshBench, 'tokens'>,
) => instance.tokens.findFreshToken({ appId: APP_ID, openId: LIN, ...request })

describe('a token that ran out', () => {
  it.each(Array.from({ length: 10 }, (_, run) => run + 1))(
    'is refreshed once for 1,000 callers at the same time, all of them fresh (run %i)',
    async () => {
      await bench.consent(LIN, 7200)
      const found = await bench.time.until(
        Promise.all(Array.from({ length: 1000 }, () => ask({ minValidity: 3600 }))),
      )
      const tokens = new Set(found.map((each) => each.kind === 'token' && each.token.accessToken))
      expect(tokens.size).toBe(1)
      expect(bench.server.posts).toHaveLength(1)
      expect(bench.count('refresh_shared')).toBe(999)
      expect(found[0]).toMatchObject({ kind: 'token' })
      expect(await bench.grant()).toMatchObject({ version: 2 })
    },
  )

  it('is refreshed once for callers of eight processes', async () => {
    await bench.consent(LIN, 7200)
    const processes = [bench, ...Array.from({ length: 7 }, () => bench.instance())]
    bench.server.plans = [{ after: () => bench.time.sleep(400) }]
    const calls = processes.flatMap((each) =>
      Array.from({ length: 25 }, () => ask({ minValidity: 3600 }, each)),
    )
    const found = await bench.time.until(Promise.all(calls))
    const tokens = new Set(found.map((each) => each.kind === 'token' && each.token.accessToken))
    expect([...tokens]).toEqual([expect.any(String)])
    expect(bench.server.posts).toHaveLength(1)
  })

  it('leaves nothing held behind: no lease, no intent, a date for the next look', async () => {
    await bench.consent(LIN, 7200)
    await bench.token()
    expect(await bench.store.upkeeps.find({ appId: APP_ID, openId: LIN })).toMatchObject({
      lease: null,
      intent: null,
      failures: 0,
      dueAt: expect.any(Date),
    })
  })
})

describe('a token that is fresh', () => {
  it('is handed out without a refresh', async () => {
    const { reply } = await bench.consent()
    expect(await bench.token()).toBe(reply.accessToken)
    expect(bench.server.posts).toEqual([])
  })

  it('is refreshed once for all who insist at the same time', async () => {
    await bench.consent()
    const found = await bench.time.until(
      Promise.all(Array.from({ length: 50 }, () => ask({ forceRefresh: true }))),
    )
    expect(new Set(found.map((each) => JSON.stringify(each))).size).toBe(1)
    expect(bench.server.posts).toHaveLength(1)
  })

  it('is refreshed for who insists although a refresh that nobody needs is on its way', async () => {
    const { reply } = await bench.consent(LIN, 6000)
    const [calm, insisting] = await bench.time.until(
      Promise.all([ask({ minValidity: 1800 }), ask({ forceRefresh: true })]),
    )
    expect(calm).toEqual(insisting)
    expect(calm).not.toMatchObject({ token: { accessToken: reply.accessToken } })
    expect(bench.server.posts).toHaveLength(1)
  })
})

describe('a pause after a setback', () => {
  it('holds for callers, but not for one who insists at the same moment', async () => {
    const { reply } = await bench.consent(LIN, 6000)
    bench.server.always = { refused: UPSTREAM }
    await bench.token()
    bench.server.always = {}
    bench.server.posts.length = 0
    const [calm, insisting] = await bench.time.until(
      Promise.all([ask(), ask({ forceRefresh: true })]),
    )
    expect(calm).toMatchObject({ token: { accessToken: reply.accessToken } })
    expect(insisting).toMatchObject({ kind: 'token' })
    expect(insisting).not.toEqual(calm)
    expect(bench.server.posts).toHaveLength(1)
  })
})

describe('who needs longer than others', () => {
  it('does not get what is enough for them', async () => {
    await bench.consent(LIN, 7200)
    bench.server.expiresIn = 1800
    await bench.token(bench, 60)
    bench.server.expiresIn = 7200
    const other = bench.instance()
    // Both processes find a token of 30 minutes; for one of them it is due, for the other it is too short.
    await bench.time.pass(1500 * 1000)
    const [short, long] = await bench.time.until(
      Promise.all([ask({ minValidity: 60 }), ask({ minValidity: 5400 }, other)]),
    )
    for (const found of [short, long]) expect(found).toMatchObject({ kind: 'token' })
    const left = long?.kind === 'token' ? long.token.expiresAt.getTime() : 0
    expect(left - bench.time.now().getTime()).toBeGreaterThanOrEqual(1.5 * HOUR_MS)
  })

  it('is told when Feishu gives no token that lives so long, and gets no shorter one', async () => {
    await bench.consent(LIN, 7200)
    bench.server.expiresIn = 900
    await expect(bench.time.until(ask({ minValidity: 3600 }))).rejects.toMatchObject({
      code: 'token_refresh_failed',
      reason: 'short_lived',
    })
  })
})
