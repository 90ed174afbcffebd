import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { APP_ID, createRefreshBench, LIN } from './support/refresh-bench.ts'

const KEY = { appId: APP_ID, openId: LIN }

/** What happens next, in an order that fast-check picks; a step that has nothing to do does nothing. */
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('ask' as const), process: fc.nat(2), insists: fc.boolean() }),
    fc.record({ do: fc.constant('consent' as const) }),
    fc.record({ do: fc.constant('answer' as const), which: fc.nat(5) }),
    fc.record({ do: fc.constant('wait' as const), seconds: fc.nat(4000) }),
  ),
  { minLength: 3, maxLength: 14 },
)

/** More runs with REFRESH_RACES; the short form keeps the suite quick. */
const numRuns = Number(process.env.REFRESH_RACES ?? 60)

describe('consents that race refreshes', () => {
  it(
    'leave the newest consent, whatever the order of answers, and lose no token',
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (moves) => {
          const bench = await createRefreshBench()
          const processes = [bench, bench.instance(), bench.instance()]
          const unanswered: (() => void)[] = []
          const answered = () => new Promise<void>((resolve) => unanswered.push(resolve))
          bench.server.always = { after: answered }
          await bench.consent(LIN, 7200)
          let newest = (await bench.grant()).sessionId
          const calls: Promise<unknown>[] = []

          for (const move of moves) {
            if (move.do === 'ask') {
              const { tokens } = processes[move.process] ?? bench
              const request = { ...KEY, forceRefresh: move.insists }
              calls.push(tokens.findFreshToken(request).catch((error: unknown) => error))
            } else if (move.do === 'consent') {
              newest = (await bench.consent()).grant.sessionId
            } else if (move.do === 'answer') {
              unanswered.splice(move.which % Math.max(1, unanswered.length), 1)[0]?.()
            } else {
              await bench.time.pass(move.seconds * 1000)
            }
            await bench.time.pass(1)
          }
          bench.server.always = {}
          for (const answer of unanswered.splice(0)) answer()
          await bench.time.until(Promise.all(calls))
          for (const { background } of processes) await bench.time.until(background.drain())

          const grant = await bench.grant()
          expect(grant.sessionId).toBe(newest)
          expect(bench.server.honours(bench.refreshTokenOf(grant))).toBe(true)
          expect(bench.server.reuses()).toBe(0)
          for (const one of processes) expect(bench.count('grant_finished', one)).toBe(0)
          await bench.close()
        }),
        { numRuns },
      )
    },
    60_000 + numRuns * 300,
  )
})
