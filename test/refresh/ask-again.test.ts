import { describe, expect, it } from 'vitest'
import { createAskAgain } from '../../src/auth/ask-again.ts'
import { createAuthEvents } from '../../src/auth/events.ts'
import type { FinishedReason } from '../../src/auth/refresh-outcome.ts'
import { TooManyCardsError } from '../../src/errors.ts'
import { aSession } from '../store/contract/samples.ts'
import { APP_ID, createRefreshBench, LIN } from './support/refresh-bench.ts'
import { AMBIGUOUS } from './support/token-server.ts'

const AWAY = new Error('The database is away.')

async function begin(trouble: Error | null = null) {
  const bench = await createRefreshBench()
  const asked: unknown[] = []
  const shown: string[] = []
  const events = createAuthEvents((error) => {
    throw error
  })
  const stop = createAskAgain({
    store: bench.store,
    events,
    background: bench.background,
    async openSession(request) {
      asked.push(request)
      if (trouble) throw trouble
      return { session: aSession({ id: 'ses_1' }), created: true }
    },
    showCard: {
      async one(id) {
        shown.push(id)
        return null
      },
    },
  })()
  bench.onEvent = events.emit
  const finish = async (reason: FinishedReason) => {
    events.emit({ type: 'grant_finished', appId: APP_ID, openId: LIN, reason })
    await bench.time.until(bench.background.drain())
  }
  return { bench, asked, shown, finish, stop }
}

describe('a person whose grant is finished', () => {
  it('is asked again, for what they had granted, when the rotation was lost', async () => {
    const { bench, asked, shown } = await begin()
    const { grant } = await bench.consent(LIN, 6000)
    bench.server.plans = [{ lost: AMBIGUOUS }]
    await bench.token()
    for (let minute = 0; minute < 60; minute++) {
      await bench.time.until(bench.tokens.keepGrantsAlive.recover())
      await bench.time.pass(60_000)
    }
    const { scopes, tenantKey } = grant
    expect(asked).toEqual([{ appId: APP_ID, openId: LIN, scopes, tenantKey, askedBy: 'service' }])
    expect(shown).toEqual(['ses_1'])
    await bench.close()
  })

  it.each(['reused', 'revoked', 'expired', 'invalid', 'user_status', 'no_refresh_token'] as const)(
    'is left in peace until somebody needs them, when it was %s',
    async (reason) => {
      const { bench, asked, finish } = await begin()
      await bench.consent()
      await finish(reason)
      expect(asked).toEqual([])
      await bench.close()
    },
  )

  it('is left in peace when they have withdrawn meanwhile, and after a close', async () => {
    const { bench, asked, finish, stop } = await begin()
    await finish('lost_rotation')
    await bench.consent()
    stop()
    await finish('lost_rotation')
    expect(asked).toEqual([])
    expect(bench.errors).toEqual([])
    await bench.close()
  })

  it.each([
    ['has had cards enough, is left to the next caller', new TooManyCardsError('person', 60), []],
    ['cannot be asked for another reason, is told of', AWAY, [AWAY]],
  ])('but %s', async (_what, trouble, errors) => {
    const { bench, asked, shown, finish } = await begin(trouble)
    await bench.consent()
    await finish('lost_rotation')
    expect(asked).toHaveLength(1)
    expect(shown).toEqual([])
    expect(bench.errors).toEqual(errors)
    await bench.close()
  })
})
