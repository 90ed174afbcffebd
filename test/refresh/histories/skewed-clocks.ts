import assert from 'node:assert/strict'
import fc from 'fast-check'
import { APP_ID } from '../support/refresh-bench.ts'
import { AMBIGUOUS, UPSTREAM } from '../support/token-server.ts'
import type { History, Input } from './play-histories.ts'

const FIVE_MINUTES_MS = 300_000

const moves = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('ask' as const),
      process: fc.nat(2),
      minValidity: fc.integer({ min: 0, max: 5400 }),
    }),
    fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 5000 }) }),
    fc.record({ do: fc.constant('trouble' as const), isAmbiguous: fc.boolean() }),
    fc.record({ do: fc.constant('sweep' as const), process: fc.nat(2) }),
    // As after a suspended machine: time has jumped, timers have not.
    fc.record({ do: fc.constant('slow' as const), seconds: fc.integer({ min: 1, max: 9 }) }),
  ),
  { minLength: 4, maxLength: 16 },
)
const skew = fc.integer({ min: -FIVE_MINUTES_MS, max: FIVE_MINUTES_MS })
const skews = fc.tuple(skew, skew, skew)
const skewedMoves = fc.record({ steps: moves, skews })

type SkewedMoves = Input<typeof skewedMoves>

/** R14: three processes whose clocks are off; each hands out tokens by its own. */
export const skewedClocks: History<SkewedMoves> = {
  inputs: skewedMoves,
  async play(bench, openId, { steps, skews: skewsMs }) {
    const processes = skewsMs.map((skewMs) => bench.instance({ skewMs }))
    await bench.consent(openId, 5000)
    for (const step of steps) {
      const one = processes['process' in step ? step.process : 0] ?? bench
      if (step.do === 'wait') await bench.time.pass(step.seconds * 1000)
      else if (step.do === 'slow') {
        bench.server.plans = [{ after: () => bench.time.sleep(step.seconds * 1000) }]
      } else if (step.do === 'trouble') {
        bench.server.plans = [{ refused: step.isAmbiguous ? AMBIGUOUS : UPSTREAM }]
      } else if (step.do === 'sweep') {
        await bench.time.until(one.tokens.keepGrantsAlive.recover())
        await bench.time.until(one.tokens.keepGrantsAlive.due())
      } else {
        const { minValidity } = step
        const found = await bench.time.until(
          one.tokens
            .findFreshToken({ appId: APP_ID, openId, minValidity })
            .catch((error: unknown) => error),
        )
        if (found instanceof Error || !hasToken(found)) continue
        const left = found.token.expiresAt.getTime() - one.clock.now().getTime()
        assert.ok(left >= minValidity * 1000, `${left} ms are left of ${minValidity} s`)
      }
    }
    for (const { background } of processes) await bench.time.until(background.drain())
  },
}

/** Who asks or answers next, and how much time passes before. */
const races = fc.array(
  fc.record({ process: fc.option(fc.nat(2)), which: fc.nat(5), waitMs: fc.nat(20_000) }),
  { minLength: 3, maxLength: 12 },
)
const skewedRaces = fc.record({ steps: races, skews })

type SkewedRaces = Input<typeof skewedRaces>

/** R14: the same, all at once; two of them may present one token. */
export const skewedRefreshes: History<SkewedRaces> = {
  inputs: skewedRaces,
  async play(bench, openId, { steps, skews: skewsMs }) {
    const processes = skewsMs.map((skewMs) => bench.instance({ skewMs }))
    const unanswered: (() => void)[] = []
    bench.server.always = { after: () => new Promise((resolve) => unanswered.push(resolve)) }
    await bench.consent(openId, 7200)
    const calls: Promise<unknown>[] = []
    for (const { process, which, waitMs } of steps) {
      const tokens = process === null ? null : processes[process]?.tokens
      const request = { appId: APP_ID, openId, forceRefresh: true }
      if (tokens) calls.push(tokens.findFreshToken(request).catch(() => null))
      else unanswered.splice(which % Math.max(1, unanswered.length), 1)[0]?.()
      await bench.time.pass(waitMs)
    }
    bench.server.always = {}
    for (const answer of unanswered.splice(0)) answer()
    await bench.time.until(Promise.all(calls))
    for (const { background } of processes) await bench.time.until(background.drain())
    const grant = await bench.grant(openId)
    assert.ok(bench.server.honours(bench.refreshTokenOf(grant)), 'the newest pair is lost')
  },
}

function hasToken(found: unknown): found is { token: { expiresAt: Date } } {
  return typeof found === 'object' && found !== null && 'token' in found
}
