import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { APP_ID, createRefreshBench, LIN } from './support/refresh-bench.ts'
import { AMBIGUOUS, UPSTREAM } from './support/token-server.ts'

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
const skews = fc.array(fc.integer({ min: -FIVE_MINUTES_MS, max: FIVE_MINUTES_MS }), {
  minLength: 3,
  maxLength: 3,
})
const numRuns = Number(process.env.REFRESH_RACES ?? 60)

describe('processes whose clocks are up to five minutes off', () => {
  it(
    'hand out no token that is valid for less than was asked, by their own clock',
    async () => {
      await fc.assert(
        fc.asyncProperty(moves, skews, async (steps, skewsMs) => {
          const bench = await createRefreshBench()
          const processes = skewsMs.map((skewMs) => bench.instance({ skewMs }))
          await bench.consent(LIN, 5000)
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
                  .findFreshToken({ appId: APP_ID, openId: LIN, minValidity })
                  .catch((error: unknown) => error),
              )
              if (found instanceof Error || !hasToken(found)) continue
              const left = found.token.expiresAt.getTime() - one.clock.now().getTime()
              expect(left).toBeGreaterThanOrEqual(minValidity * 1000)
            }
          }
          for (const { background } of processes) await bench.time.until(background.drain())
          await bench.close()
        }),
        { numRuns },
      )
    },
    60_000 + numRuns * 300,
  )
})

/** Who asks or answers next, and how much time passes before. */
const races = fc.array(
  fc.record({ process: fc.option(fc.nat(2)), which: fc.nat(5), waitMs: fc.nat(20_000) }),
  { minLength: 3, maxLength: 12 },
)

describe('processes whose clocks are up to five minutes off, all at once', () => {
  it(
    'may present a token twice, but never lose the pair that came of it',
    async () => {
      await fc.assert(
        fc.asyncProperty(races, skews, async (steps, skewsMs) => {
          const bench = await createRefreshBench()
          const processes = skewsMs.map((skewMs) => bench.instance({ skewMs }))
          const unanswered: (() => void)[] = []
          bench.server.always = { after: () => new Promise((resolve) => unanswered.push(resolve)) }
          await bench.consent(LIN, 7200)
          const calls: Promise<unknown>[] = []
          for (const { process, which, waitMs } of steps) {
            const tokens = process === null ? null : processes[process]?.tokens
            const request = { appId: APP_ID, openId: LIN, forceRefresh: true }
            if (tokens) calls.push(tokens.findFreshToken(request).catch(() => null))
            else unanswered.splice(which % Math.max(1, unanswered.length), 1)[0]?.()
            await bench.time.pass(waitMs)
          }
          bench.server.always = {}
          for (const answer of unanswered.splice(0)) answer()
          await bench.time.until(Promise.all(calls))
          for (const { background } of processes) await bench.time.until(background.drain())
          expect(bench.server.honours(bench.refreshTokenOf(await bench.grant()))).toBe(true)
          await bench.close()
        }),
        { numRuns },
      )
    },
    60_000 + numRuns * 300,
  )
})

function hasToken(found: unknown): found is { token: { expiresAt: Date } } {
  return typeof found === 'object' && found !== null && 'token' in found
}
