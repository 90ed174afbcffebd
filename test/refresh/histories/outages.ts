import assert from 'node:assert/strict'
import fc from 'fast-check'
import { APP_ID, type RefreshBench } from '../support/refresh-bench.ts'
import { AMBIGUOUS, UNREACHABLE, UPSTREAM } from '../support/token-server.ts'
import type { History, Input } from './play-histories.ts'

const MINUTE_MS = 60_000
const PEOPLE = 12
/** Feishu answers with trouble, cannot be reached, or takes requests and never answers. */
const REPLIES = { trouble: UPSTREAM, unreachable: UNREACHABLE, silent: AMBIGUOUS }

const outage = fc.record({
  reply: fc.constantFrom('trouble' as const, 'unreachable' as const, 'silent' as const),
  fiveMinutes: fc.integer({ min: 6, max: 18 }),
  // Spread over the two hours that a token lives.
  ages: fc.array(fc.integer({ min: 0, max: 6600 }), { minLength: PEOPLE, maxLength: PEOPLE }),
})

type Outage = Input<typeof outage>

/** R10: Feishu is away for half an hour to an hour and a half, and then comes back. */
export const outages: History<Outage> = {
  inputs: outage,
  async play(bench, openId, { reply, fiveMinutes, ages }) {
    const one = bench.instance()
    const people = ages.map((_, index) => `${openId}_${index}`)
    const { posts } = bench.server
    for (const [index, age] of ages.entries()) await bench.consent(people[index], age)

    const passFiveMinutes = async () => {
      for (let minute = 0; minute < 5; minute++) {
        await bench.time.until(one.tokens.keepGrantsAlive.recover())
        await bench.time.until(one.tokens.keepGrantsAlive.due())
        await bench.time.pass(MINUTE_MS)
      }
      const calls = people.map((each) =>
        one.tokens.findFreshToken({ appId: APP_ID, openId: each }).then(
          ({ kind }) => kind,
          () => 'later' as const,
        ),
      )
      return bench.time.until(Promise.all(calls))
    }

    await passFiveMinutes()
    bench.server.always = { refused: REPLIES[reply] }
    posts.length = 0
    for (let passed = 0; passed < fiveMinutes; passed++) {
      const soon = bench.time.now().getTime() + 6 * MINUTE_MS
      const living: boolean[] = []
      for (const each of people) {
        living.push((await bench.grant(each)).accessTokenExpiresAt.getTime() > soon)
      }
      const found = await passFiveMinutes()
      assert.ok(
        found.every((kind, index) => kind === 'token' || !living[index]),
        'not served',
      )
    }
    // The circuit lets one at a time find out whether it is over.
    assert.ok(posts.length < 10 + 3 * fiveMinutes, `${posts.length} POSTs into an outage`)

    bench.server.always = {}
    posts.length = 0
    for (let passed = 0; passed < 4; passed++) await passFiveMinutes()
    const found = await passFiveMinutes()
    assert.ok(
      found.every((kind) => kind === 'token'),
      'it does not come back',
    )
    assert.equal(bench.count('grant_finished', one), 0, 'a grant was given up')
    assert.ok(mostWithin(posts, 1000) <= 45 && mostWithin(posts, MINUTE_MS) <= 930, 'a stampede')
    await bench.time.until(one.background.drain())
    for (const each of people) {
      await bench.store.grants.delete({ appId: APP_ID, openId: each })
      await bench.store.upkeeps.delete({ appId: APP_ID, openId: each })
    }
  },
}

/** The largest number of POSTs in any window of this length. */
function mostWithin(posts: RefreshBench['server']['posts'], milliseconds: number): number {
  const times = posts.map(({ at }) => at)
  return Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + milliseconds).length),
  )
}
