import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { APP_ID, createRefreshBench, type RefreshBench } from './support/refresh-bench.ts'
import { AMBIGUOUS, UNREACHABLE, UPSTREAM } from './support/token-server.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

const MINUTE_MS = 60_000
const PEOPLE = Array.from({ length: 24 }, (_, index) => `ou_${index}`)

/** Five minutes of an installation: the scheduler runs, and everybody asks. */
async function fiveMinutes() {
  for (let tick = 0; tick < 5; tick++) {
    await bench.time.until(bench.tokens.keepGrantsAlive.recover())
    await bench.time.until(bench.tokens.keepGrantsAlive.due())
    await bench.time.pass(MINUTE_MS)
  }
  const calls = PEOPLE.map((openId) =>
    bench.tokens.findFreshToken({ appId: APP_ID, openId }).catch((error: unknown) => error),
  )
  return bench.time.until(Promise.all(calls))
}

describe.each([
  ['answers with trouble', UPSTREAM],
  ['cannot be reached', UNREACHABLE],
  ['takes requests and never answers', AMBIGUOUS],
])('while Feishu %s for an hour', (_, reply) => {
  it('serves every token that still lives, gives no grant up, and comes back in measure', async () => {
    // Ages are spread over the two hours that a token lives.
    for (const [index, openId] of PEOPLE.entries()) await bench.consent(openId, index * 275)
    await fiveMinutes()
    bench.server.always = { refused: reply }
    bench.server.posts.length = 0
    let served = 0
    for (let passed = 0; passed < 12; passed++) {
      const living = new Map<string, boolean>()
      const soon = bench.time.now().getTime() + 6 * MINUTE_MS
      for (const openId of PEOPLE) {
        living.set(openId, (await bench.grant(openId)).accessTokenExpiresAt.getTime() > soon)
      }
      const found = await fiveMinutes()
      for (const [index, each] of found.entries()) {
        if (!living.get(PEOPLE[index] ?? '')) continue
        expect(each).toMatchObject({ kind: 'token' })
        served++
      }
    }
    expect(served).toBeGreaterThan(50)
    // The circuit lets one at a time find out whether it is over.
    expect(bench.server.posts.length).toBeLessThan(30)
    expect(bench.count('grant_finished')).toBe(0)

    bench.server.always = {}
    bench.server.posts.length = 0
    for (let passed = 0; passed < 4; passed++) await fiveMinutes()
    for (const found of await fiveMinutes()) expect(found).toMatchObject({ kind: 'token' })
    expect(bench.count('grant_finished')).toBe(0)
    expect(mostWithin(1000)).toBeLessThanOrEqual(45)
    expect(mostWithin(MINUTE_MS)).toBeLessThanOrEqual(930)
  })
})

/** The largest number of POSTs in any window of this length. */
function mostWithin(milliseconds: number): number {
  const times = bench.server.posts.map(({ at }) => at)
  return Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + milliseconds).length),
  )
}
