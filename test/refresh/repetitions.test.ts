import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'
import { UPSTREAM } from './support/token-server.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

const DAY = 86_400
const many = (count: number) => Array.from({ length: count }, (_, index) => `ou_${index}`)
const find = (openId = LIN) =>
  bench.time.until(
    bench.tokens.findFreshToken({ appId: APP_ID, openId }).catch((error: unknown) => error),
  )

function mostWithin(milliseconds: number): number {
  const times = bench.server.posts.map(({ at }) => at)
  return Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + milliseconds).length),
  )
}

describe('a repetition that Feishu asks for', () => {
  it('is not made by many at once: after three answers the app is stopped', async () => {
    for (const openId of many(60)) await bench.consent(openId, 5 * DAY)
    bench.server.always = { refused: UPSTREAM }
    await bench.time.until(bench.tokens.keepGrantsAlive.due())
    // Those that were on their way together; none of them again.
    expect(bench.server.posts).toHaveLength(8)
  })

  it('is not made by callers either, nor do those follow who waited for their turn', async () => {
    const people = many(120)
    for (const openId of people) await bench.consent(openId, 7200)
    bench.server.always = { after: () => bench.time.sleep(200), lost: UPSTREAM }
    const calls = people.map((openId) => bench.tokens.findFreshToken({ appId: APP_ID, openId }))
    await bench.time.until(Promise.allSettled(calls))
    // The burst of the budget, and the turns of the time it took until the first answer.
    expect(bench.server.posts.length).toBeLessThanOrEqual(34)
  })

  it('takes a turn of the budget like any other POST', async () => {
    const people = many(30)
    for (const openId of people) await bench.consent(openId, 7200)
    // Every other one works, so that no outage is seen in it.
    bench.server.plans = people.map((_, index) => (index % 2 === 0 ? { refused: UPSTREAM } : {}))
    const calls = people.map((openId) => bench.tokens.findFreshToken({ appId: APP_ID, openId }))
    await bench.time.until(Promise.allSettled(calls))
    expect(bench.server.posts).toHaveLength(45)
    expect(mostWithin(1000)).toBeLessThanOrEqual(45)
    // 30 at once; of the others 15 in a second.
    const firstAt = bench.server.posts[0]?.at ?? 0
    const soon = bench.server.posts.filter(({ at }) => at < firstAt + 600)
    expect(soon.length).toBeLessThanOrEqual(39)
  })

  it('is not made by the probe of an outage', async () => {
    await bench.consent(LIN, 7200)
    bench.server.always = { refused: UPSTREAM }
    const error = new FeishuUnavailableError('upstream_5xx')
    for (let call = 0; call < 3; call++) bench.tokens.circuit.noteTrouble(APP_ID, error)
    await bench.time.pass(31_000)
    await find()
    expect(bench.server.posts).toHaveLength(1)
    expect(bench.tokens.circuit.retryAfterSeconds(APP_ID)).toBe(60)
  })
})
