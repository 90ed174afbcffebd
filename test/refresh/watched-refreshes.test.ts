import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Around } from '../../src/auth/around.ts'
import {
  APP_ID,
  createRefreshBench,
  type Instance,
  LIN,
  type RefreshBench,
} from './support/refresh-bench.ts'
import { finished, UPSTREAM } from './support/token-server.ts'
import { createTroubledStore, type TroubledStore } from './support/troubled-store.ts'

const KEY = { appId: APP_ID, openId: LIN }

let bench: RefreshBench
let store: TroubledStore
let watched: Instance
/** What whoever watches has seen: the work, and why it was a bad one. */
let seen: [string, string | null | undefined][]
beforeEach(async () => {
  bench = await createRefreshBench()
  store = createTroubledStore(bench.store)
  seen = []
  const around: Around = async (stretch, work, failureOf) => {
    const result = await work()
    seen.push([stretch, failureOf?.(result)])
    return result
  }
  watched = bench.instance({ store, around })
})
afterEach(() => bench.close())

const find = () =>
  bench.time.until(watched.tokens.findFreshToken(KEY).catch((error: unknown) => error))

describe('whoever watches refreshes', () => {
  it('sees one that brought a pair, and no reading', async () => {
    await bench.consent(LIN, 7200)
    expect(await find()).toMatchObject({ kind: 'token' })
    expect(await find()).toMatchObject({ kind: 'token' })
    expect(seen).toEqual([['refresh', null]])
  })

  it('sees why one was none: a setback, then the end of the grant', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ refused: UPSTREAM }, { refused: UPSTREAM }]
    await find()
    await bench.time.pass(60_000)
    bench.server.plans = [{ refused: finished('expired') }]
    await find()
    expect(seen).toEqual([
      ['refresh', 'upstream'],
      ['refresh', 'expired'],
    ])
  })

  it('sees that a pair could not be saved, although it serves', async () => {
    await bench.consent(LIN, 7200)
    store.troubles.set('grants.rotate', 'refused')
    expect(await find()).toMatchObject({ kind: 'token' })
    expect(seen).toEqual([['refresh', 'persist_failed']])
    store.troubles.clear()
    await bench.time.until(watched.background.drain())
  })

  it('sees nothing bad where the person was faster, or nothing was tried', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [
      {
        before: async () => void (await bench.store.grants.delete(KEY)),
        refused: finished('reused'),
      },
    ]
    expect(await find()).toMatchObject({ why: 'never_authorized' })
    expect(seen).toEqual([['refresh', null]])

    await bench.consent('ou_alex', 7200)
    watched.tokens.close()
    const others = Array.from({ length: 31 }, (_, index) => `ou_${index}`)
    for (const openId of others) await bench.consent(openId, 7200)
    const calls = others.map((openId) => watched.tokens.findFreshToken({ ...KEY, openId }))
    await bench.time.until(Promise.allSettled(calls))
    expect(new Set(seen.map(([, failure]) => failure))).toEqual(new Set([null]))
    expect(bench.server.posts).toHaveLength(31)
    expect(seen).toHaveLength(32)
  })
})

describe('an engine that is closed', () => {
  it('still writes who has used their grant', async () => {
    await bench.consent()
    await bench.token()
    bench.tokens.close()
    await bench.time.until(bench.background.drain())
    expect(await bench.store.upkeeps.find(KEY)).toMatchObject({ lastUsedAt: bench.time.now() })
  })

  it('tells Feishu of a revocation that is begun, before it ends', async () => {
    await bench.consent()
    const { revokeAccessToken } = bench.server
    bench.server.revokeAccessToken = async (...which) => {
      await bench.time.sleep(3000)
      return revokeAccessToken(...which)
    }
    void bench.tokens.revokeGrant.here(KEY, 'user')
    bench.tokens.close()
    await bench.time.until(bench.background.drain())
    expect(bench.server.revoked).toHaveLength(2)
  })

  it('looks after nobody any more', async () => {
    await bench.consent(LIN, 5 * 86_400)
    bench.tokens.close()
    expect(await bench.time.until(bench.tokens.keepGrantsAlive.due())).toMatchObject({
      refreshed: 0,
    })
    expect(bench.server.posts).toEqual([])
  })
})
