import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PkceFailedError } from '../../src/errors.ts'
import {
  APP_ID,
  createRefreshBench,
  type Instance,
  LIN,
  type RefreshBench,
} from './support/refresh-bench.ts'
import { createTroubledStore, type TroubledStore } from './support/troubled-store.ts'

let bench: RefreshBench
let store: TroubledStore
let shaky: Instance
beforeEach(async () => {
  bench = await createRefreshBench()
  store = createTroubledStore(bench.store)
  shaky = bench.instance({ store })
})
afterEach(() => bench.close())

const KEY = { appId: APP_ID, openId: LIN }
const find = () => shaky.tokens.findFreshToken(KEY)
const MINUTE_MS = 60_000
/** The two ways to lose a write; to the caller they look alike. */
const BOTH = ['refused', 'unanswered'] as const

describe('a database that fails after the rotation', () => {
  it.each(BOTH)('has the pair kept in memory, served, and saved later (%s)', async (trouble) => {
    await bench.consent(LIN, 7200)
    store.troubles.set('grants.rotate', trouble)
    const served = await bench.token(shaky)
    expect(shaky.tokens.unsaved.count()).toBe(1)
    expect(shaky.tokens.unsaved.count(APP_ID)).toBe(1)
    expect(shaky.tokens.unsaved.count('cli_other')).toBe(0)
    expect(bench.count('refresh_not_saved', shaky)).toBe(1)
    const ends = () => shaky.seen.filter((event) => event.type === 'refresh_ended')
    const failed = { decision: 'failure', result: { kind: 'fresh', how: 'unsaved' } }
    expect(ends()).toMatchObject([failed])
    for (let minute = 0; minute < 3; minute++) {
      await bench.time.pass(MINUTE_MS)
      expect(await bench.token(shaky)).toBe(served)
    }
    store.troubles.clear()
    await bench.time.until(shaky.background.drain())
    expect(ends()).toMatchObject([failed, { decision: 'success', result: { how: 'refreshed' } }])
    expect(ends()[1]?.seconds).toBeGreaterThan(180)
    expect(shaky.tokens.unsaved.count()).toBe(0)
    expect(await bench.token()).toBe(served)
    expect(bench.server.honours(bench.refreshTokenOf(await bench.grant()))).toBe(true)
    // The spent token was never sent again, and nothing that lives was revoked.
    expect(bench.server.posts).toHaveLength(1)
    expect(bench.server.revoked).toEqual([])
    expect(shaky.errors).toEqual([])
  })

  it('serves what it keeps even while nothing can be read', async () => {
    await bench.consent(LIN, 7200)
    store.troubles.set('grants.rotate', 'refused')
    const served = await bench.token(shaky)
    store.troubles.set('grants.*', 'refused').set('upkeeps.*', 'refused')
    expect(await bench.time.until(find())).toMatchObject({
      how: 'stored',
      token: { accessToken: served },
    })
    store.troubles.clear()
    await bench.time.until(shaky.background.drain())
  })

  it('serves what it keeps to its person alone', async () => {
    await bench.consent(LIN, 7200)
    const { reply } = await bench.consent('ou_alex')
    store.troubles.set('grants.rotate', 'refused')
    await bench.token(shaky)
    const alex = shaky.tokens.findFreshToken({ ...KEY, openId: 'ou_alex' })
    expect(await bench.time.until(alex)).toMatchObject({
      token: { openId: 'ou_alex', accessToken: reply.accessToken },
    })
    store.troubles.clear()
    await bench.time.until(shaky.background.drain())
  })

  it('does not serve what it keeps to who needs a scope that it lacks', async () => {
    await bench.consent(LIN, 7200)
    store.troubles.set('grants.rotate', 'refused')
    await bench.token(shaky)
    const more = shaky.tokens.findFreshToken({ ...KEY, scopes: ['offline_access', 'mail:read'] })
    expect(await bench.time.until(more)).toMatchObject({ missingScopes: ['mail:read'] })
    store.troubles.clear()
    await bench.time.until(shaky.background.drain())
  })

  it.each(['here', 'at Feishu'])(
    'serves no longer what was revoked %s meanwhile',
    async (where) => {
      await bench.consent(LIN, 7200)
      store.troubles.set('grants.rotate', 'refused')
      const served = await bench.token(shaky)
      const { revokeGrant } = shaky.tokens
      const revoking =
        where === 'here'
          ? revokeGrant.here(KEY, 'user')
          : revokeGrant.toldByFeishu(await bench.grant(), 'user')
      await bench.time.until<unknown>(revoking)
      // Who holds the lease and waits for the database lets nobody see yet what became of the grant.
      const meanwhile = bench.time.until(
        find().then(
          ({ kind }) => kind,
          ({ code }) => code,
        ),
      )
      expect(['needs_person', 'token_refresh_failed']).toContain(await meanwhile)
      expect(shaky.tokens.unsaved.count()).toBe(0)
      store.troubles.clear()
      await bench.time.until(shaky.background.drain())
      expect(await bench.time.until(find())).toMatchObject({ kind: 'needs_person' })
      // Nobody else could end the pair that was in memory alone.
      expect(bench.server.revoked).toContain(served)
    },
  )

  it('knows its own pair again after the keys were rotated', async () => {
    await bench.consent(LIN, 7200)
    store.troubles.set('grants.rotate', 'unanswered')
    const served = await bench.token(shaky)
    await bench.reseal()
    store.troubles.clear()
    await bench.time.until(shaky.background.drain())
    expect(await bench.token()).toBe(served)
    expect(bench.server.revoked).toEqual([])
  })

  it('does not serve what it keeps beyond its end, and does not send it either', async () => {
    await bench.consent(LIN, 7200)
    store.troubles.set('grants.rotate', 'refused')
    await bench.token(shaky)
    await bench.time.pass(121 * MINUTE_MS)
    await expect(bench.time.until(find())).rejects.toMatchObject({
      code: 'token_refresh_failed',
      reason: 'persist_failed',
    })
    expect(bench.server.posts).toHaveLength(1)
    store.troubles.clear()
    await bench.time.until(shaky.background.drain())
    expect(await bench.token(shaky)).toEqual(expect.any(String))
    expect(bench.server.reuses()).toBe(0)
  })

  it('keeps the lease meanwhile, so that no other process presents the spent token', async () => {
    await bench.consent(LIN, 7200)
    store.troubles.set('grants.rotate', 'refused')
    await bench.token(shaky)
    await bench.time.pass(30 * MINUTE_MS)
    await bench.time.until(bench.tokens.keepGrantsAlive.recover())
    expect(bench.server.posts).toHaveLength(1)
    store.troubles.clear()
    await bench.time.until(shaky.background.drain())
    expect(bench.count('grant_finished')).toBe(0)
  })

  it('drops what it keeps for a consent that came meanwhile', async () => {
    await bench.consent(LIN, 7200)
    store.troubles.set('grants.rotate', 'refused')
    await bench.token(shaky)
    const { reply } = await bench.consent()
    store.troubles.clear()
    await bench.time.until(shaky.background.drain())
    expect(await bench.token(shaky)).toBe(reply.accessToken)
    expect(bench.server.revoked).toHaveLength(1)
    expect(shaky.seen.findLast((event) => event.type === 'refresh_ended')).toMatchObject({
      decision: 'skipped_fresh',
    })
  })

  it.each(BOTH)('loses nothing when only the lease cannot be given back (%s)', async (trouble) => {
    await bench.consent(LIN, 7200)
    store.troubles.set('upkeeps.release', trouble)
    const served = await bench.token(shaky)
    expect(await bench.token()).toBe(served)
    expect(bench.server.revoked).toEqual([])
    expect(shaky.tokens.unsaved.count()).toBe(0)
    // The lease runs out by itself; the next refresh is an ordinary one.
    store.troubles.clear()
    await bench.time.pass(121 * MINUTE_MS)
    expect(await bench.token()).not.toBe(served)
    expect(bench.server.reuses()).toBe(0)
    expect(bench.count('grant_finished')).toBe(0)
  })
})

describe('a database that fails before the rotation', () => {
  it.each(BOTH)('keeps the token from being presented (%s)', async (trouble) => {
    await bench.consent(LIN, 7200)
    store.troubles.set('upkeeps.openIntent', trouble)
    await expect(bench.time.until(find())).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(bench.server.posts).toEqual([])
  })

  it('does not stop the app: the next one may try as soon as it is back', async () => {
    await bench.consent(LIN, 7200)
    shaky.tokens.circuit.open(APP_ID, new PkceFailedError())
    await bench.time.pass(31_000)
    store.troubles.set('upkeeps.openIntent', 'refused')
    await expect(bench.time.until(find())).rejects.toMatchObject({ code: 'store_unavailable' })
    store.troubles.clear()
    await bench.time.pass(31_000)
    expect(await bench.token(shaky)).toEqual(expect.any(String))
    expect(shaky.tokens.circuit.state(APP_ID)).toBe(0)
  })

  it('fails the callers and ends: nothing is renewed for ever', async () => {
    await bench.consent(LIN, 7200)
    store.troubles.set('upkeeps.*', 'refused')
    await expect(bench.time.until(find())).rejects.toMatchObject({ code: 'store_unavailable' })
    await bench.time.until(shaky.background.drain())
  })
})

describe('a shutdown', () => {
  it('waits for a pair that is not saved yet', async () => {
    await bench.consent(LIN, 7200)
    store.troubles.set('grants.rotate', 'refused')
    await bench.token(shaky)
    let isDrained = false
    const drained = shaky.background.drain().then(() => {
      isDrained = true
    })
    await bench.time.pass(20_000)
    expect(isDrained).toBe(false)
    store.troubles.clear()
    await bench.time.until(drained)
    expect(await bench.grant()).toMatchObject({ version: 2 })
  })

  it('does not wait for a renewal that only sleeps', async () => {
    await bench.consent(LIN, 7200)
    await bench.token(shaky)
    const before = bench.time.now().getTime()
    await bench.time.until(shaky.background.drain())
    expect(bench.time.now().getTime()).toBe(before)
  })

  it('waits for a refresh whose caller has left', async () => {
    await bench.consent(LIN, 7200)
    bench.server.plans = [{ after: () => bench.time.sleep(5000) }]
    void find()
    await bench.time.pass(10)
    await bench.time.until(shaky.background.drain())
    expect(await bench.grant()).toMatchObject({ version: 2 })
  })
})
