import assert from 'node:assert/strict'
import fc from 'fast-check'
import { APP_ID } from '../support/refresh-bench.ts'
import type { History, Input } from './play-histories.ts'

/** What happens next; a step that has nothing to do does nothing. */
const moves = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('ask' as const), process: fc.nat(2), insists: fc.boolean() }),
    fc.record({ do: fc.constant('consent' as const) }),
    fc.record({ do: fc.constant('answer' as const), which: fc.nat(5) }),
    // Past the pauses, the leases and the longest wait of a caller.
    fc.record({ do: fc.constant('wait' as const), seconds: fc.nat(40) }),
    // Until a token runs out: nothing stays unanswered for so long.
    fc.record({ do: fc.constant('age' as const), seconds: fc.integer({ min: 41, max: 8000 }) }),
  ),
  { minLength: 3, maxLength: 14 },
)

type Moves = Input<typeof moves>

/** R8: consents race refreshes of three processes; Feishu answers in any order. */
export const consentRaces: History<Moves> = {
  inputs: moves,
  async play(bench, openId, steps) {
    const key = { appId: APP_ID, openId }
    const processes = [bench.instance(), bench.instance(), bench.instance()] as const
    const unanswered: (() => void)[] = []
    const answerAll = () => {
      for (const answer of unanswered.splice(0)) answer()
    }
    bench.server.always = { after: () => new Promise((resolve) => unanswered.push(resolve)) }
    let newest = (await bench.consent(openId, 7200)).grant.sessionId
    const calls: Promise<unknown>[] = []

    for (const step of steps) {
      if (step.do === 'ask') {
        const { tokens } = processes[step.process] ?? processes[0]
        const request = { ...key, forceRefresh: step.insists }
        calls.push(tokens.findFreshToken(request).catch((error: unknown) => error))
      } else if (step.do === 'consent') {
        newest = (await bench.consent(openId)).grant.sessionId
      } else if (step.do === 'answer') {
        unanswered.splice(step.which % Math.max(1, unanswered.length), 1)[0]?.()
      } else {
        if (step.do === 'age') answerAll()
        await bench.time.pass(step.seconds * 1000)
      }
      await bench.time.pass(1)
    }
    bench.server.always = {}
    answerAll()
    await bench.time.until(Promise.all(calls))
    for (const { background } of processes) await bench.time.until(background.drain())

    const grant = await bench.grant(openId)
    assert.equal(grant.sessionId, newest, 'an older consent is stored')
    assert.ok(bench.server.honours(bench.refreshTokenOf(grant)), 'the newest pair is lost')
    assert.equal(bench.server.reuses(), 0, 'a spent token was presented')
    for (const one of processes) assert.equal(bench.count('grant_finished', one), 0)
  },
}
