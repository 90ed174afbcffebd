import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { APP_ID, createRefreshBench, type RefreshBench } from './support/refresh-bench.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

describe('a caller who leaves', () => {
  it('at any millisecond from 0 to 200 of a refresh of 100 ms costs no rotation', async () => {
    const people = Array.from({ length: 201 }, (_, millisecond) => `ou_${millisecond}`)
    for (const openId of people) await bench.consent(openId, 7200)
    bench.server.always = { after: () => bench.time.sleep(100) }
    const lasting: Promise<unknown>[] = []
    for (const [millisecond, openId] of people.entries()) {
      const caller = new AbortController()
      const call = bench.tokens.findFreshToken({ appId: APP_ID, openId })
      // The caller's patience ends; what they waited for does not.
      const left = bench.time.sleep(millisecond, caller.signal)
      lasting.push(Promise.race([call, left]).finally(() => caller.abort()))
      await bench.time.pass(20)
    }
    await bench.time.until(Promise.all(lasting))
    await bench.time.until(bench.background.drain())
    for (const openId of people) {
      const grant = await bench.grant(openId)
      expect(grant.version).toBe(2)
      expect(bench.server.honours(bench.refreshTokenOf(grant))).toBe(true)
    }
    expect(bench.server.posts).toHaveLength(people.length)
    expect(bench.server.reuses()).toBe(0)
  })
})
