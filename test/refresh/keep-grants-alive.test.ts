import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'
import { AMBIGUOUS, finished } from './support/token-server.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

const HOUR = 3600
const DAY = 24 * HOUR
const KEY = { appId: APP_ID, openId: LIN }
const due = (instance: Pick<RefreshBench, 'tokens'> = bench) =>
  bench.time.until(instance.tokens.keepGrantsAlive.due())
const many = (count: number) => Array.from({ length: count }, (_, index) => `ou_${index}`)

/** Looks every so often for as long as that. */
async function watch(seconds: number, everySeconds: number) {
  for (let passed = 0; passed < seconds; passed += everySeconds) {
    await due()
    await bench.time.pass(everySeconds * 1000)
  }
}

/** The largest number of POSTs in any window of this length. */
function mostWithin(milliseconds: number): number {
  const times = bench.server.posts.map(({ at }) => at)
  return Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + milliseconds).length),
  )
}

/** A process before whose first lease a caller elsewhere has the grant refreshed. */
function overtaken() {
  let isFirst = true
  const claim: RefreshBench['store']['upkeeps']['claim'] = async (...args) => {
    if (isFirst) {
      isFirst = false
      await bench.tokens.findFreshToken({ ...KEY, forceRefresh: true })
    }
    return bench.store.upkeeps.claim(...args)
  }
  return bench.instance({ store: { ...bench.store, upkeeps: { ...bench.store.upkeeps, claim } } })
}

describe('what nobody waits for', () => {
  it('refreshes a token in use before a caller would have to wait for it', async () => {
    await bench.consent()
    await bench.token()
    await watch(2 * HOUR, 60)
    expect(bench.server.posts).toHaveLength(1)
    const before = bench.server.posts.length
    await bench.token()
    expect(bench.server.posts).toHaveLength(before)
  })

  it('counts what it looked at and what it refreshed', async () => {
    await bench.consent('ou_idle')
    await bench.consent('ou_old', 5 * DAY)
    await bench.consent('ou_gone')
    await bench.store.upkeeps.adopt(bench.time.now(), 9)
    await bench.store.grants.delete({ ...KEY, openId: 'ou_gone' })
    expect(await due()).toEqual({ looked: 3, refreshed: 1 })
    expect(bench.server.posts).toHaveLength(1)
  })

  it('is not done twice where a caller came first', async () => {
    await bench.consent(LIN, 5 * DAY)
    expect(await due(overtaken())).toEqual({ looked: 1, refreshed: 1 })
    expect(bench.server.posts).toHaveLength(1)
  })

  it('stops with the first day on which nobody has used it', async () => {
    await bench.consent()
    await bench.token()
    await watch(2 * DAY, 600)
    const posts = bench.server.posts.length
    expect(posts).toBeGreaterThanOrEqual(14)
    expect(posts).toBeLessThanOrEqual(20)
    await watch(DAY, 600)
    expect(bench.server.posts).toHaveLength(posts)
  })

  it('keeps an unused grant alive, rarely, for ever', async () => {
    await bench.consent()
    await watch(60 * DAY, 6 * HOUR)
    expect(bench.server.posts.length).toBeGreaterThanOrEqual(12)
    expect(bench.server.posts.length).toBeLessThanOrEqual(18)
    expect(await bench.token()).toEqual(expect.any(String))
  })

  it('is taken by one of the processes that look at the same time', async () => {
    for (const openId of many(60)) await bench.consent(openId, 5 * DAY)
    const processes = [bench, bench.instance(), bench.instance()]
    for (let tick = 0; tick < 4; tick++) {
      await bench.time.until(Promise.all(processes.map((each) => due(each))))
      await bench.time.pass(5000)
    }
    expect(bench.server.posts).toHaveLength(60)
    expect(bench.server.reuses()).toBe(0)
  })

  it('catches up after three days without a stampede', async () => {
    const people = many(400)
    for (const [index, openId] of people.entries()) await bench.consent(openId, 5 * DAY + index)
    const ticks: number[] = []
    for (let tick = 0; bench.server.posts.length < people.length && tick < 30; tick++) {
      const before = bench.server.posts.length
      await due()
      ticks.push(bench.server.posts.length - before)
      await bench.time.pass(5000)
    }
    expect(Math.max(...ticks)).toBeLessThanOrEqual(60)
    expect(mostWithin(1000)).toBeLessThanOrEqual(30)
    expect(mostWithin(60_000)).toBeLessThanOrEqual(930)
    expect(bench.server.posts).toHaveLength(people.length)
  })

  it('leaves room for callers: none of them waits while it catches up', async () => {
    for (const openId of many(120)) await bench.consent(openId, 5 * DAY)
    await bench.consent(LIN, 2 * HOUR)
    const sweeping = bench.tokens.keepGrantsAlive.due()
    await bench.time.pass(800)
    const before = bench.time.now().getTime()
    await bench.token()
    expect(bench.time.now().getTime()).toBe(before)
    await bench.time.until(sweeping)
  })

  it('waits two minutes where Feishu has asked to slow down', async () => {
    await bench.consent(LIN, 5 * DAY)
    await bench.consent('ou_caller', 2 * HOUR)
    const error = new FeishuUnavailableError('rate_limited')
    const slow = { kind: 'setback', reason: 'rate_limited', error, retryAfterSeconds: 60 } as const
    bench.server.plans = [{ refused: slow }]
    await bench.time.until(
      bench.tokens.findFreshToken({ ...KEY, openId: 'ou_caller' }).catch(() => null),
    )
    const taken = bench.time.now().getTime()
    expect(await due()).toMatchObject({ refreshed: 0 })
    expect(bench.server.posts).toHaveLength(1)
    // None but the caller has tried.
    expect(bench.count('refresh_ended')).toBe(1)
    expect(await bench.store.upkeeps.find(KEY)).toMatchObject({
      dueAt: new Date(taken + 120_000),
      lease: null,
    })
    await bench.time.pass(119_999)
    expect(await due()).toEqual({ looked: 0, refreshed: 0 })
    await bench.time.pass(1)
    expect(await due()).toEqual({ looked: 2, refreshed: 2 })
  })

  it('lets others have their turn between two of them', async () => {
    for (const openId of many(3)) await bench.consent(openId, 5 * DAY)
    const turns: string[] = []
    const { now, sleep } = bench.clock
    const { grants } = bench.store
    const patient = bench.instance({
      store: {
        ...bench.store,
        grants: {
          ...grants,
          find(appId, openId) {
            turns.push(openId)
            return grants.find(appId, openId)
          },
        },
      },
      clock: {
        now,
        sleep(milliseconds, signal) {
          if (milliseconds === 0) turns.push('others')
          return sleep(milliseconds, signal)
        },
      },
    })
    await due(patient)
    // What is found under its lease is the same grant again.
    const first = turns.filter((turn, at) => turn === 'others' || turns.indexOf(turn) === at)
    expect(first).toEqual(['ou_0', 'others', 'ou_1', 'others', 'ou_2', 'others'])
  })

  it('goes on when one of them cannot be opened, and tells of it', async () => {
    for (const openId of many(20)) await bench.consent(openId, 5 * DAY)
    const { grant } = await bench.consent('ou_broken', 6 * DAY)
    await bench.store.grants.rotate(1, { ...grant, sealedRefreshToken: 'other.AAAA.BBBB.CCCC' })
    await expect(due()).rejects.toMatchObject({ code: 'token_unreadable' })
    expect(bench.server.posts).toHaveLength(20)
  })

  it('does not take the upkeep away from a consent that came while it looked', async () => {
    await bench.consent(LIN, 5 * DAY)
    await bench.store.upkeeps.adopt(bench.time.now(), 9)
    const find: RefreshBench['store']['grants']['find'] = async () => {
      await bench.consent()
      await bench.store.upkeeps.adopt(bench.time.now(), 9)
      return null
    }
    await bench.store.grants.delete(KEY)
    const late = bench.instance({
      store: { ...bench.store, grants: { ...bench.store.grants, find } },
    })
    expect(await due(late)).toEqual({ looked: 1, refreshed: 0 })
    expect(await bench.store.upkeeps.find(KEY)).toMatchObject({ dueAt: expect.any(Date) })
  })

  it('unschedules a grant that is finished, until somebody consents again', async () => {
    await bench.consent(LIN, 5 * DAY)
    bench.server.always = { refused: finished('revoked') }
    await watch(HOUR, 60)
    expect(bench.server.posts).toHaveLength(1)
    expect(await bench.store.upkeeps.find(KEY)).toMatchObject({ dueAt: null })
    await bench.time.until(bench.tokens.findFreshToken(KEY))
    await watch(HOUR, 60)
    expect(await bench.store.upkeeps.find(KEY)).toMatchObject({ dueAt: null })
    bench.server.always = {}
    await bench.consent()
    await watch(600, 60)
    expect(await bench.store.upkeeps.find(KEY)).toMatchObject({ dueAt: expect.any(Date) })
    expect(bench.server.posts).toHaveLength(1)
  })

  it('forgets what it knows of a grant that is gone', async () => {
    await bench.consent()
    await due()
    await bench.store.grants.delete(KEY)
    await watch(8 * DAY, DAY)
    expect(await bench.store.upkeeps.find(KEY)).toBeNull()
  })

  it('takes up nothing more when it is closed', async () => {
    for (const openId of many(30)) await bench.consent(openId, 5 * DAY)
    bench.server.always = { after: () => bench.time.sleep(1000) }
    const sweeping = bench.tokens.keepGrantsAlive.due()
    await bench.time.pass(500)
    bench.tokens.keepGrantsAlive.close()
    await bench.time.until(sweeping)
    expect(bench.server.posts).toHaveLength(8)
  })
})

describe('a try that was left open', () => {
  const recover = (instance: Pick<RefreshBench, 'tokens'> = bench) =>
    bench.time.until(instance.tokens.keepGrantsAlive.recover())
  beforeEach(async () => {
    await bench.consent(LIN, 2 * HOUR)
    bench.server.plans = [{ refused: AMBIGUOUS }]
    await bench.time.until(bench.tokens.findFreshToken(KEY).catch(() => null))
    await bench.time.pass(40_000)
  })

  it('counts as settled once its outcome is known', async () => {
    bench.server.plans = [{ refused: AMBIGUOUS }]
    expect(await recover()).toEqual({ settled: 0 })
    await bench.time.pass(80_000)
    expect(await recover()).toEqual({ settled: 1 })
    expect(bench.server.posts).toHaveLength(3)
  })

  it('is settled although as many others as one look takes cannot be opened', async () => {
    const broken = many(60)
    for (const openId of broken) {
      const { grant } = await bench.consent(openId, 2 * HOUR)
      await bench.store.grants.rotate(1, { ...grant, sealedRefreshToken: 'other.AAAA.BBBB.CCCC' })
      const now = bench.time.now()
      const claimed = await bench.store.upkeeps.claim({ ...KEY, openId }, 'gone', now, now)
      if (!claimed?.lease) throw new Error('The lease was not given.')
      const at = new Date(now.getTime() - HOUR * 1000)
      const intent = { version: 2, at, probes: 0 }
      await bench.store.upkeeps.openIntent({ ...KEY, openId }, claimed.lease, intent)
    }
    await expect(recover()).rejects.toMatchObject({ code: 'token_unreadable' })
    await bench.time.pass(5000)
    expect(await recover()).toEqual({ settled: 1 })
    await bench.time.pass(120_000)
    await expect(recover()).rejects.toMatchObject({ code: 'token_unreadable' })
  })

  it('is not probed again where a caller came first', async () => {
    expect(await recover(overtaken())).toEqual({ settled: 1 })
    expect(bench.server.posts).toHaveLength(2)
  })
})

describe('a process that died between sending and saving', () => {
  /** A holder to whom no answer ever comes, and whose renewals have stopped: that is what a death looks like. */
  async function die() {
    await bench.consent(LIN, 2 * HOUR)
    const forever = new Promise<void>(() => {})
    bench.server.plans = [{ after: () => forever }]
    const upkeeps = { ...bench.store.upkeeps, renew: () => Promise.resolve(false) }
    const dying = bench.instance({ store: { ...bench.store, upkeeps } })
    void dying.tokens.findFreshToken(KEY)
    await bench.time.pass(1)
  }

  it('is noticed as soon as its lease is over, and the loss is told once', async () => {
    await die()
    const startedAt = bench.time.now().getTime()
    const processes = [bench, bench.instance()]
    while (bench.server.posts.length < 2 && bench.time.now().getTime() < startedAt + 60_000) {
      await bench.time.until(
        Promise.all(processes.map(({ tokens }) => tokens.keepGrantsAlive.recover())),
      )
      await bench.time.pass(1000)
    }
    expect(bench.time.now().getTime() - startedAt).toBeLessThanOrEqual(15_000)
    const finishes = processes.map((each) => bench.count('grant_finished', each))
    expect(finishes.reduce((one, other) => one + other)).toBe(1)
    expect(await bench.time.until(bench.tokens.findFreshToken(KEY))).toMatchObject({
      why: 'lost_rotation',
    })
  })
})
