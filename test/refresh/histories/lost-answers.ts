import assert from 'node:assert/strict'
import fc from 'fast-check'
import { APP_ID } from '../support/refresh-bench.ts'
import { AMBIGUOUS, type Plan, UPSTREAM } from '../support/token-server.ts'
import type { History, Input } from './play-histories.ts'

/** What becomes of a POST: it does not reach Feishu, or Feishu spends the token, and either way nobody is told. */
const PLANS = {
  'cut before': { refused: AMBIGUOUS },
  'cut after': { lost: AMBIGUOUS },
  'trouble before': { refused: UPSTREAM },
  'trouble after': { lost: UPSTREAM },
  well: {},
} as const satisfies Record<string, Plan>
type Fate = keyof typeof PLANS

const fates = Object.keys(PLANS).filter((name): name is Fate => name in PLANS)
const moves = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('ask' as const), process: fc.nat(1), insists: fc.boolean() }),
    fc.record({ do: fc.constant('fate' as const), fate: fc.constantFrom(...fates) }),
    fc.record({ do: fc.constant('sweep' as const), process: fc.nat(1) }),
    fc.record({ do: fc.constant('wait' as const), seconds: fc.nat(60) }),
  ),
  { minLength: 4, maxLength: 16 },
)

const MINUTE_MS = 60_000
/** Longer than the life of a token, and than the longest pause. */
const MINUTES_TO_SETTLE = 150

type Moves = Input<typeof moves>

/** R12: answers are lost in any order, on two processes; then Feishu is well again. */
export const lostAnswers: History<Moves> = {
  inputs: moves,
  async play(bench, openId, steps) {
    const processes = [bench.instance(), bench.instance()] as const
    const { posts } = bench.server
    await bench.consent(openId, 7200)

    const ask = async (one: (typeof processes)[number], forceRefresh: boolean) => {
      const request = { appId: APP_ID, openId, forceRefresh }
      const found = await bench.time.until(
        one.tokens.findFreshToken(request).catch((error: unknown) => error),
      )
      if (found instanceof Error) return 'later'
      if (!isFound(found)) throw new Error('The answer is of another kind.')
      if (found.kind !== 'token') return 'person'
      assert.ok(found.token.expiresAt > bench.time.now(), 'a stale token was handed out')
      return 'token'
    }
    const sweep = async ({ tokens }: (typeof processes)[number]) => {
      await bench.time.until(tokens.keepGrantsAlive.recover())
      await bench.time.until(tokens.keepGrantsAlive.due())
    }

    let silences = 0
    for (const step of steps) {
      const one = processes['process' in step ? step.process : 0] ?? processes[0]
      if (step.do === 'ask') await ask(one, step.insists)
      else if (step.do === 'sweep') await sweep(one)
      else if (step.do === 'wait') await bench.time.pass(step.seconds * 1000)
      else {
        bench.server.plans.push(PLANS[step.fate])
        if (step.fate.startsWith('cut')) silences += 1
      }
    }
    bench.server.plans = []
    // Somebody asks every five minutes, until no token that lived at the trouble can be served any more.
    let end = 'later'
    for (let minute = 0; minute < MINUTES_TO_SETTLE; minute += 5) {
      await bench.time.pass(5 * MINUTE_MS)
      await sweep(processes[0])
      end = await ask(processes[1], false)
    }
    assert.notEqual(end, 'later', 'it is not settled')

    const honoured = bench.server.honours(bench.refreshTokenOf(await bench.grant(openId)))
    if (end === 'token') return assert.ok(honoured, 'what was handed out cannot be kept alive')
    // Nobody is asked whose grant lives, but after two silences.
    assert.ok(!honoured || silences >= 2, 'a living grant was given up')
    const told = processes.reduce((sum, one) => sum + bench.count('grant_finished', one), 0)
    assert.equal(told, 1, 'its end was told once')
    const presented = posts.length
    for (let again = 0; again < 5; again++) {
      await bench.time.pass(20 * MINUTE_MS)
      await sweep(processes[0])
      assert.equal(await ask(processes[1], true), 'person')
    }
    assert.equal(posts.length, presented, 'a finished token was presented again')
  },
}

function isFound(
  found: unknown,
): found is { kind: 'token'; token: { expiresAt: Date } } | { kind: 'needs_person' } {
  return typeof found === 'object' && found !== null && 'kind' in found
}
