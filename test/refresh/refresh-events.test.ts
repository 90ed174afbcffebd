import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuthEvent } from '../../src/auth/events.ts'
import type { Store } from '../../src/auth/ports.ts'
import {
  APP_ID,
  createRefreshBench,
  type Instance,
  LIN,
  type RefreshBench,
} from './support/refresh-bench.ts'
import { finished, UPSTREAM } from './support/token-server.ts'

let bench: RefreshBench
beforeEach(async () => {
  bench = await createRefreshBench()
})
afterEach(() => bench.close())

const KEY = { appId: APP_ID, openId: LIN }
const find = ({ tokens }: Pick<Instance, 'tokens'> = bench) => tokens.findFreshToken(KEY)
const told = (type: AuthEvent['type'], { seen }: Pick<Instance, 'seen'> = bench) =>
  seen.filter((event) => event.type === type)

/** A process to which something happens between its read of the grant and its lease. */
function interruptedBy(work: () => Promise<unknown>): Instance {
  let isFirst = true
  const claim: Store['upkeeps']['claim'] = async (...args) => {
    if (isFirst) await work()
    isFirst = false
    return bench.store.upkeeps.claim(...args)
  }
  return bench.instance({ store: { ...bench.store, upkeeps: { ...bench.store.upkeeps, claim } } })
}

describe('what is told of a refresh', () => {
  it('is every step in its order, then the success and how long it took', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ after: () => bench.time.sleep(1500) }]
    await bench.token()
    expect(told('refresh_step')).toEqual(
      ['lease_taken', 'intent_open', 'token_sent', 'reply_received', 'pair_saved'].map((step) => ({
        type: 'refresh_step',
        step,
        ...KEY,
      })),
    )
    expect(told('refresh_ended')).toEqual([
      {
        type: 'refresh_ended',
        ...KEY,
        decision: 'success',
        result: expect.objectContaining({ kind: 'fresh', how: 'refreshed' }),
        seconds: 1.5,
      },
    ])
    expect(told('lease_waited')).toEqual([])
    expect(told('refresh_shared')).toEqual([])
  })

  it.each([
    ['the end of the grant', finished('expired'), { kind: 'finished', reason: 'expired' }],
    ['a setback', UPSTREAM, { kind: 'setback', reason: 'upstream', error: expect.any(Error) }],
  ])('is a failure at %s', async (_, refused, result) => {
    await bench.consent(LIN, 6000)
    bench.server.always = { refused }
    await bench.token()
    expect(told('refresh_ended')).toMatchObject([{ decision: 'failure', result }])
  })

  it('is that nothing was left to do, where a consent was faster than the lease', async () => {
    await bench.consent(LIN, 7200)
    const late = interruptedBy(() => bench.consent())
    expect(await bench.time.until(find(late))).toMatchObject({ kind: 'token' })
    expect(told('refresh_ended', late)).toMatchObject([
      { decision: 'skipped_fresh', result: { kind: 'fresh', how: 'adopted' }, seconds: 0 },
    ])
    expect(bench.server.posts).toEqual([])
    expect(await bench.store.upkeeps.find(KEY)).toMatchObject({ lease: null, intent: null })
  })

  it('is that there is nobody to refresh for, where the person was faster than the lease', async () => {
    await bench.consent(LIN, 7200)
    const late = interruptedBy(() => bench.store.grants.delete(KEY))
    expect(await bench.time.until(find(late))).toMatchObject({ why: 'never_authorized' })
    expect(told('refresh_ended', late)).toMatchObject([
      { decision: 'superseded', result: { kind: 'missing' } },
    ])
    expect(await bench.store.upkeeps.find(KEY)).toMatchObject({ lease: null })
  })

  it('is how long the others waited, and that nothing was left to do for them', async () => {
    await bench.consent(LIN, 7200)
    const other = bench.instance()
    bench.server.plans = [{ after: () => bench.time.sleep(2000) }]
    const first = find()
    await bench.time.pass(1)
    const second = find(other)
    expect(await bench.time.until(second)).toEqual(await first)
    expect(told('refresh_ended', other)).toMatchObject([{ decision: 'skipped_fresh' }])
    expect(told('lease_waited', other)).toEqual([
      { type: 'lease_waited', seconds: expect.closeTo(2.1, 0) },
    ])
    expect(told('lease_waited')).toEqual([])
  })

  it('is that others share what is saved while its lease is not given back yet', async () => {
    await bench.consent(LIN, 7200)
    const slow: Store['upkeeps']['release'] = async (...args) => {
      await bench.time.sleep(3000)
      return bench.store.upkeeps.release(...args)
    }
    const upkeeps = { ...bench.store.upkeeps, release: slow }
    bench.server.plans = [{ after: () => bench.time.sleep(1000) }]
    const first = find(bench.instance({ store: { ...bench.store, upkeeps } }))
    await bench.time.pass(1)
    expect(await bench.time.until(find())).toMatchObject({
      kind: 'token',
      token: expect.objectContaining({ accessToken: expect.stringMatching(/^eyJ-access/) }),
    })
    expect(told('refresh_shared')).toEqual([
      { type: 'refresh_shared', appId: APP_ID, how: 'adopted_after_lease' },
    ])
    expect(told('lease_waited')).toEqual([
      { type: 'lease_waited', seconds: expect.closeTo(1.1, 0) },
    ])
    await bench.time.until(first)
  })

  it('is that callers of one process share one run', async () => {
    await bench.consent(LIN, 7200)
    await bench.time.until(Promise.all([find(), find()]))
    expect(told('refresh_shared')).toEqual([
      { type: 'refresh_shared', appId: APP_ID, how: 'coalesced' },
    ])
    expect(told('refresh_ended')).toHaveLength(1)
  })

  it('is the wait of who has waited longer than a vanished holder can last', async () => {
    await bench.consent(LIN, 7200)
    const other = bench.instance()
    bench.server.plans = [{ after: () => bench.time.sleep(60_000) }]
    const first = find()
    await bench.time.pass(1)
    await expect(bench.time.until(find(other))).rejects.toMatchObject({
      reason: 'lease_timeout',
      retryAfterSeconds: 1,
    })
    expect(told('lease_waited', other)).toEqual([
      { type: 'lease_waited', seconds: expect.closeTo(12, 0) },
    ])
    await bench.time.until(first)
  })

  it('is nothing while nobody has to wait, nor while the person withdraws and others wait', async () => {
    await bench.consent(LIN, 7200)
    const other = bench.instance()
    bench.server.plans = [{ after: () => bench.time.sleep(3000) }]
    const first = find()
    await bench.time.pass(1)
    const second = find(other)
    await bench.time.pass(1000)
    await bench.store.grants.delete(KEY)
    expect(await bench.time.until(second)).toMatchObject({ why: 'never_authorized' })
    expect(told('refresh_shared', other)).toEqual([])
    await bench.time.until(first)
  })
})
