import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RefreshReply } from '../../src/auth/refresh-outcome.ts'
import type { UpkeepStore } from '../../src/auth/upkeep.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'
import { AMBIGUOUS, APP_WIDE, finished, UPSTREAM } from './support/token-server.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

const KEY = { appId: APP_ID, openId: LIN }
const find = ({ tokens }: Pick<RefreshBench, 'tokens'> = bench) =>
  bench.time.until(tokens.findFreshToken(KEY).catch((error: unknown) => error))
const upkeep = () => bench.store.upkeeps.find(KEY)
const secondsLeft = (instant: Date | null | undefined) =>
  ((instant?.getTime() ?? 0) - bench.time.now().getTime()) / 1000

/** A process some of whose statements do something else. */
const changed = (changes: Partial<UpkeepStore>) =>
  bench.instance({ store: { ...bench.store, upkeeps: { ...bench.store.upkeeps, ...changes } } })

describe('a try whose outcome nobody knows', () => {
  it('is marked, its intent kept, and its grant looked at after the pause', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ refused: AMBIGUOUS }]
    expect(await find()).toMatchObject({ reason: 'ambiguous' })
    const noted = await upkeep()
    expect(noted).toMatchObject({
      mark: { status: 'ambiguous', reason: 'ambiguous', version: 1, at: bench.time.now() },
      intent: { version: 1, at: bench.time.now(), probes: 0 },
      lease: null,
      failures: 1,
      coolReason: 'ambiguous',
      dueAt: noted?.coolUntil,
    })
    expect(secondsLeft(noted?.coolUntil)).toBeGreaterThanOrEqual(30)
    expect(secondsLeft(noted?.coolUntil)).toBeLessThanOrEqual(33)
  })

  it('is marked for a newer consent, too, whatever an older one has left open', async () => {
    await bench.consent(LIN, 7200)
    bench.server.always = { refused: AMBIGUOUS }
    await find()
    await bench.time.pass(40_000)
    await bench.consent(LIN, 7200)
    expect(await find()).toMatchObject({ reason: 'ambiguous' })
    expect(await upkeep()).toMatchObject({
      mark: { status: 'ambiguous', version: 2 },
      intent: { version: 2, probes: 0 },
    })
  })

  it('leaves nothing behind once its probe has brought a new pair', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ refused: AMBIGUOUS }]
    await find()
    await bench.time.pass(40_000)
    expect(await find()).toMatchObject({ kind: 'token' })
    expect(await upkeep()).toMatchObject({
      mark: null,
      intent: null,
      failures: 0,
      coolUntil: null,
      coolReason: null,
    })
  })

  it('stays as unknown as it was when its probe is refused for another cause', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ refused: AMBIGUOUS }]
    await find()
    const { intent } = (await upkeep()) ?? {}
    await bench.time.pass(40_000)
    bench.server.plans = [{ refused: APP_WIDE }]
    await find()
    expect(await upkeep()).toMatchObject({
      intent,
      coolReason: 'config',
      failures: 2,
      mark: { status: 'ambiguous' },
    })
  })
})

describe('a try that Feishu refused', () => {
  it('for the whole app pauses as long as its circuit does', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ refused: APP_WIDE }]
    expect(await find()).toMatchObject({ code: 'app_misconfigured', reason: 'bad_client' })
    const noted = await upkeep()
    expect(secondsLeft(noted?.coolUntil)).toBe(30)
    expect(noted).toMatchObject({
      intent: null,
      lease: null,
      failures: 1,
      coolReason: 'config',
      dueAt: noted?.coolUntil,
    })
  })

  it.each([
    [52, 52, 52],
    [5, 30, 33],
  ])('with a wait of %i s pauses %i to %i s', async (retryAfterSeconds, atLeast, atMost) => {
    await bench.consent(LIN, 7200)
    const error = new FeishuUnavailableError('rate_limited')
    const refused: RefreshReply = { kind: 'setback', reason: 'policy', error, retryAfterSeconds }
    bench.server.plans = [{ refused }]
    expect(await find()).toBe(error)
    const noted = await upkeep()
    expect(noted).toMatchObject({ intent: null, failures: 1, coolReason: 'policy' })
    expect(secondsLeft(noted?.coolUntil)).toBeGreaterThanOrEqual(atLeast)
    expect(secondsLeft(noted?.coolUntil)).toBeLessThanOrEqual(atMost)
  })

  it('is not repeated under a lease that is lost; what was heard counts', async () => {
    await bench.consent(LIN, 7200)
    let intents = 0
    const unlucky = changed({
      openIntent: async (...args) =>
        intents++ === 0 ? bench.store.upkeeps.openIntent(...args) : false,
    })
    bench.server.always = { refused: UPSTREAM }
    expect(await find(unlucky)).toMatchObject({ reason: 'upstream_5xx' })
    expect(bench.server.posts).toHaveLength(1)
  })

  it('is repeated half a second later, once', async () => {
    await bench.consent(LIN, 7200)
    bench.server.always = { refused: UPSTREAM }
    await find()
    const [first, second, ...others] = bench.server.posts
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBe(500)
    expect(others).toEqual([])
  })

  it('is not repeated where Feishu says how long to wait', async () => {
    await bench.consent(LIN, 7200)
    const error = new FeishuUnavailableError('upstream_5xx')
    const refused: RefreshReply = {
      kind: 'setback',
      reason: 'upstream',
      error,
      retryAfterSeconds: 40,
    }
    bench.server.always = { refused }
    await find()
    expect(bench.server.posts).toHaveLength(1)
  })

  it('with its code for the end of a grant is marked so, and unscheduled', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ refused: finished('expired') }]
    await find()
    expect(await upkeep()).toMatchObject({
      mark: { status: 'reauth_required', reason: 'expired', version: 1, at: bench.time.now() },
      dueAt: null,
      intent: null,
      failures: 0,
      coolUntil: null,
    })
    expect(bench.seen).toContainEqual({ type: 'grant_finished', ...KEY, reason: 'expired' })
  })

  it('is the end of nothing under a lease that was lost', async () => {
    await bench.consent(LIN, 7200)
    const late = changed({ release: () => Promise.resolve(false) })
    bench.server.plans = [{ refused: finished('expired') }]
    expect(await find(late)).toMatchObject({ why: 'expired' })
    expect(bench.count('grant_finished', late)).toBe(0)
  })

  it('is nothing to keep a lease for, where a consent came meanwhile', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [
      { before: async () => void (await bench.consent()), refused: finished('reused') },
    ]
    expect(await find()).toMatchObject({ kind: 'token' })
    expect(await upkeep()).toMatchObject({ lease: null, intent: null, failures: 0, mark: null })
  })
})

describe('a try that has to wait for its turn', () => {
  it('longer than a caller can is none, and leaves no trace', async () => {
    await bench.consent(LIN, 7200)
    bench.tokens.close()
    const crowded = Array.from({ length: 40 }, (_, index) => `ou_${index}`)
    for (const openId of crowded) await bench.consent(openId, 7200)
    const calls = crowded.map((openId) => bench.tokens.findFreshToken({ appId: APP_ID, openId }))
    const found = await bench.time.until(Promise.allSettled(calls))
    expect(found.filter(({ status }) => status === 'fulfilled')).toHaveLength(30)
    expect(await find()).toMatchObject({ reason: 'rate_limited', retryAfterSeconds: 1 })
    expect(await upkeep()).toMatchObject({
      lease: null,
      intent: null,
      failures: 0,
      coolUntil: null,
      coolReason: null,
    })
    expect(bench.server.posts).toHaveLength(30)
  })
})
