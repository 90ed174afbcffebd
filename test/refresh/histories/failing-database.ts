import assert from 'node:assert/strict'
import fc from 'fast-check'
import { APP_ID } from '../support/refresh-bench.ts'
import { createTroubledStore } from '../support/troubled-store.ts'
import type { History, Input } from './play-histories.ts'

const moves = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('ask' as const), process: fc.nat(1), insists: fc.boolean() }),
    fc.record({
      do: fc.constant('trouble' as const),
      // The save alone, everything about grants, or the lease and the intent.
      statements: fc.constantFrom('grants.rotate', 'grants.*', 'upkeeps.*'),
      trouble: fc.constantFrom('refused' as const, 'unanswered' as const),
    }),
    fc.record({ do: fc.constant('heal' as const) }),
    fc.record({ do: fc.constant('wait' as const), seconds: fc.nat(8) }),
  ),
  { minLength: 4, maxLength: 14 },
)

type Moves = Input<typeof moves>

/** R9: the database of two processes fails and comes back at any time, a rotation on its way or not. */
export const failingDatabase: History<Moves> = {
  inputs: moves,
  async play(bench, openId, steps) {
    const store = createTroubledStore(bench.store)
    const processes = [bench.instance({ store }), bench.instance({ store })] as const
    // Feishu takes its time, so that trouble can begin while a token is on its way.
    bench.server.always = { after: () => bench.time.sleep(1500) }
    await bench.consent(openId, 7200)
    const calls: Promise<unknown>[] = []
    for (const step of steps) {
      if (step.do === 'ask') {
        const { tokens } = processes[step.process] ?? processes[0]
        const request = { appId: APP_ID, openId, forceRefresh: step.insists }
        calls.push(tokens.findFreshToken(request).catch((error: unknown) => error))
      } else if (step.do === 'trouble') store.troubles.set(step.statements, step.trouble)
      else if (step.do === 'heal') store.troubles.clear()
      else await bench.time.pass(step.seconds * 1000)
      await bench.time.pass(100)
    }
    store.troubles.clear()
    await bench.time.until(Promise.all(calls))
    for (const { background } of processes) await bench.time.until(background.drain())

    const grant = await bench.grant(openId)
    assert.ok(bench.server.honours(bench.refreshTokenOf(grant)), 'the newest pair is lost')
    for (const { tokens } of processes) assert.equal(tokens.unsaved.count(), 0, 'a pair is unsaved')
    assert.equal(bench.server.reuses(), 0, 'a spent token was presented')
  },
}
