import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuthEvent } from '../../src/auth/events.ts'
import type { UpkeepStore } from '../../src/auth/upkeep.ts'
import { APP_ID, createRefreshBench, LIN, type RefreshBench } from './support/refresh-bench.ts'
import { AMBIGUOUS, finished } from './support/token-server.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

const KEY = { appId: APP_ID, openId: LIN }
const find = ({ tokens } = bench as Pick<RefreshBench, 'tokens'>) => tokens.findFreshToken(KEY)
const told = (type: AuthEvent['type'], { seen } = bench as Pick<RefreshBench, 'seen'>) =>
  seen.filter((event) => event.type === type)

/** A process has written that it is about to present the refresh token, and is gone. */
async function vanish(): Promise<void> {
  const now = bench.time.now()
  const until = new Date(now.getTime() + 10_000)
  const claimed = await bench.store.upkeeps.claim(KEY, 'gone', now, until)
  const grant = await bench.store.grants.find(APP_ID, LIN)
  if (!claimed?.lease || !grant) throw new Error('There is nothing to vanish from.')
  const intent = { version: grant.version, at: now, probes: 0 }
  await bench.store.upkeeps.openIntent(KEY, claimed.lease, intent)
  await bench.time.pass(11_000)
}

describe('what a vanished process has left open', () => {
  it.each([
    ['fresh', {}],
    ['reauth_required', { refused: finished('invalid') }],
    ['pending', { refused: AMBIGUOUS }],
  ] as const)('is told to be %s once somebody has looked', async (result, plan) => {
    await bench.consent(LIN, 6000)
    await vanish()
    bench.server.plans = [plan]
    await bench.token()
    expect(told('crash_recovered')).toEqual([{ type: 'crash_recovered', appId: APP_ID, result }])
  })

  it('is not what a known uncertainty leaves', async () => {
    await bench.consent(LIN, 6000)
    bench.server.plans = [{ refused: AMBIGUOUS }]
    await bench.token()
    await bench.time.pass(60_000)
    await bench.token()
    expect(bench.server.posts).toHaveLength(2)
    expect(told('crash_recovered')).toEqual([])
  })
})

describe('a lost lease', () => {
  it('is told once, by whoever has lost it', async () => {
    await bench.consent(LIN, 7200)
    const openIntent: UpkeepStore['openIntent'] = async (...args) => {
      const isOpen = await bench.store.upkeeps.openIntent(...args)
      await bench.time.sleep(4000)
      return isOpen
    }
    const lost = async () => false
    const upkeeps = { ...bench.store.upkeeps, openIntent, renew: lost, release: lost }
    const late = bench.instance({ store: { ...bench.store, upkeeps } })
    await bench.time.until(find(late).catch(() => null))
    expect(told('lease_lost', late)).toEqual([{ type: 'lease_lost', appId: APP_ID }])
    expect(told('lease_lost')).toEqual([])
  })
})
