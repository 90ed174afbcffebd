import { describe, expect, it } from 'vitest'
import type { GrantMark } from '../../../src/auth/upkeep.ts'
import type { Stores } from '../contract.ts'
import { aGrantKey, claimLease, inSeconds, insertGrant, NOW, SETTLED } from './samples.ts'

const FINISHED: GrantMark = { status: 'reauth_required', reason: 'expired', version: 1, at: NOW }

/** One holder at a time, told apart by a fence that only grows; a late holder changes nothing. */
export function leaseContract(stores: Stores): void {
  describe('the lease of a grant', () => {
    it('begins the upkeep of a grant that has none', async () => {
      const { store, other } = stores()
      const key = aGrantKey()
      const upkeep = await store.upkeeps.claim(key, 'process_a', NOW, inSeconds(10))
      expect(upkeep).toEqual({
        ...key,
        mark: null,
        lastUsedAt: null,
        dueAt: null,
        lease: { owner: 'process_a', fence: 1, until: inSeconds(10) },
        intent: null,
        failures: 0,
        coolUntil: null,
        coolReason: null,
        doubtedVersion: null,
      })
      expect(await other.upkeeps.find(key)).toEqual(upkeep)
    })

    it('is not given while another holds it, nor twice to the same process', async () => {
      const { store, other } = stores()
      const key = aGrantKey()
      const { lease } = await claimLease(store, key)
      expect(
        await other.upkeeps.claim(key, 'process_b', inSeconds(9.999), inSeconds(20)),
      ).toBeNull()
      expect(await store.upkeeps.claim(key, 'process_a', NOW, inSeconds(20))).toBeNull()
      expect((await store.upkeeps.find(key))?.lease).toEqual(lease)
      expect(await other.upkeeps.claim(aGrantKey(), 'process_b', NOW, inSeconds(10))).not.toBeNull()
    })

    it('is given again with the next fence when it has run out or was given back', async () => {
      const { store, other } = stores()
      const key = aGrantKey()
      await claimLease(store, key)
      const second = await other.upkeeps.claim(key, 'process_b', inSeconds(10), inSeconds(20))
      expect(second?.lease).toEqual({ owner: 'process_b', fence: 2, until: inSeconds(20) })
      await other.upkeeps.release(key, { owner: 'process_b', fence: 2, until: NOW }, SETTLED)
      expect((await claimLease(store, key)).lease.fence).toBe(3)
    })

    it('is renewed by its holder, even past its time as long as nobody else has it', async () => {
      const { store, other } = stores()
      const key = aGrantKey()
      const { lease } = await claimLease(store, key)
      expect(await store.upkeeps.renew(key, lease, inSeconds(13))).toBe(true)
      expect(await other.upkeeps.claim(key, 'process_b', inSeconds(12), inSeconds(22))).toBeNull()
      expect(await store.upkeeps.renew(key, lease, inSeconds(60))).toBe(true)
      expect((await other.upkeeps.find(key))?.lease).toEqual({ ...lease, until: inSeconds(60) })
    })

    it('is of one grant: others are not touched', async () => {
      const { store } = stores()
      const [key, neighbour] = [aGrantKey(), aGrantKey()]
      const sameElsewhere = { ...key, appId: 'cli_b' }
      const { lease } = await claimLease(store, key)
      await claimLease(store, neighbour)
      await claimLease(store, sameElsewhere)
      await store.upkeeps.release(key, lease, { ...SETTLED, failures: 3 })
      expect((await store.upkeeps.find(key))?.lease).toBeNull()
      for (const untouched of [neighbour, sameElsewhere]) {
        expect(await store.upkeeps.find(untouched)).toMatchObject({ lease, failures: 0 })
      }
    })

    it('lost to another lets a late holder change nothing', async () => {
      const { store, other } = stores()
      const key = aGrantKey()
      const { lease: late } = await claimLease(store, key)
      const present = await other.upkeeps.claim(key, 'process_b', inSeconds(10), inSeconds(20))
      const sameOwner = { owner: 'process_b', fence: late.fence, until: late.until }
      for (const lease of [late, sameOwner]) {
        expect(await store.upkeeps.renew(key, lease, inSeconds(99))).toBe(false)
        const intent = { version: 9, at: NOW, probes: 0 }
        expect(await store.upkeeps.openIntent(key, lease, intent)).toBe(false)
        const result = { ...SETTLED, failures: 9, mark: FINISHED, dueAt: inSeconds(9) }
        expect(await store.upkeeps.release(key, lease, result)).toBe(false)
      }
      expect(await store.upkeeps.find(key)).toEqual(present)
    })

    it('that was given back is lost as well', async () => {
      const { store } = stores()
      const key = aGrantKey()
      const { lease } = await claimLease(store, key)
      expect(await store.upkeeps.release(key, lease, SETTLED)).toBe(true)
      expect(await store.upkeeps.release(key, lease, { ...SETTLED, failures: 1 })).toBe(false)
      expect(await store.upkeeps.renew(key, lease, inSeconds(20))).toBe(false)
      expect(await store.upkeeps.find(key)).toMatchObject({ lease: null, failures: 0 })
    })
  })

  describe('the intent to present a refresh token', () => {
    const intent = { version: 4, at: inSeconds(1), probes: 0 }

    it('is there for the next holder when this one vanishes', async () => {
      const { store, other } = stores()
      const key = aGrantKey()
      const { lease } = await claimLease(store, key)
      expect(await store.upkeeps.openIntent(key, lease, intent)).toBe(true)
      const next = await other.upkeeps.claim(key, 'process_b', inSeconds(10), inSeconds(20))
      expect(next?.intent).toEqual(intent)
    })

    it('is kept or forgotten as the holder says when it gives the lease back', async () => {
      const { store } = stores()
      const key = aGrantKey()
      const { lease } = await claimLease(store, key)
      await store.upkeeps.openIntent(key, lease, intent)
      await store.upkeeps.release(key, lease, { ...SETTLED, intent: 'open' })
      expect((await store.upkeeps.find(key))?.intent).toEqual(intent)
      const again = await claimLease(store, key)
      const probe = { version: 4, at: inSeconds(20), probes: 1 }
      await store.upkeeps.openIntent(key, again.lease, probe)
      expect((await store.upkeeps.find(key))?.intent).toEqual(probe)
      await store.upkeeps.release(key, again.lease, SETTLED)
      expect((await store.upkeeps.find(key))?.intent).toBeNull()
    })
  })

  describe('giving a lease back', () => {
    it('records setbacks and the pause after them', async () => {
      const { store, other } = stores()
      const key = aGrantKey()
      const { lease } = await claimLease(store, key)
      const pause = { failures: 2, coolUntil: inSeconds(30), coolReason: 'upstream' } as const
      await store.upkeeps.release(key, lease, { intent: 'open', ...pause, dueAt: inSeconds(30) })
      expect(await other.upkeeps.find(key)).toMatchObject({ ...pause, dueAt: inSeconds(30) })
    })

    it('keeps a doubt through whatever comes after it, until there is another', async () => {
      const { store, other } = stores()
      const key = aGrantKey()
      for (const [told, kept] of [
        [4, 4],
        [undefined, 4],
        [5, 5],
      ] as const) {
        const { lease } = await claimLease(store, key)
        await store.upkeeps.release(key, lease, { ...SETTLED, doubtedVersion: told })
        expect(await other.upkeeps.find(key)).toMatchObject({ doubtedVersion: kept })
      }
    })

    it('leaves the mark and the schedule as they are unless told', async () => {
      const { store } = stores()
      const key = aGrantKey()
      await store.upkeeps.schedule(key, inSeconds(100), NOW)
      await store.upkeeps.mark(key, FINISHED)
      const { lease } = await claimLease(store, key)
      await store.upkeeps.release(key, lease, SETTLED)
      const kept = { mark: FINISHED, dueAt: inSeconds(100), lastUsedAt: NOW }
      expect(await store.upkeeps.find(key)).toMatchObject(kept)
      const again = await claimLease(store, key)
      await store.upkeeps.release(key, again.lease, { ...SETTLED, mark: null, dueAt: null })
      expect(await store.upkeeps.find(key)).toMatchObject({
        mark: null,
        dueAt: null,
        lastUsedAt: NOW,
      })
    })

    it('marks the version it worked on, unless a newer one was marked meanwhile', async () => {
      const { store } = stores()
      const key = aGrantKey()
      const ambiguous: GrantMark = { ...FINISHED, status: 'ambiguous', reason: 'ambiguous' }
      const first = await claimLease(store, key)
      await store.upkeeps.release(key, first.lease, { ...SETTLED, mark: ambiguous })
      expect((await store.upkeeps.find(key))?.mark).toEqual(ambiguous)
      const second = await claimLease(store, key)
      await store.upkeeps.release(key, second.lease, { ...SETTLED, mark: FINISHED })
      expect((await store.upkeeps.find(key))?.mark).toEqual(FINISHED)

      const revoked: GrantMark = { status: 'revoked', reason: null, version: 2, at: inSeconds(1) }
      for (const mark of [FINISHED, null]) {
        const { lease } = await claimLease(store, key)
        await store.upkeeps.openIntent(key, lease, { version: 1, at: NOW, probes: 0 })
        await store.upkeeps.mark(key, revoked)
        expect(await store.upkeeps.release(key, lease, { ...SETTLED, mark })).toBe(true)
        expect(await store.upkeeps.find(key)).toMatchObject({ mark: revoked, intent: null })
      }
    })

    it('with a verdict does not unschedule a consent that came meanwhile', async () => {
      const { store } = stores()
      const grant = await insertGrant(store)
      const early = await claimLease(store, grant)
      await store.upkeeps.release(grant, early.lease, { ...SETTLED, mark: FINISHED, dueAt: NOW })
      expect((await store.upkeeps.find(grant))?.dueAt).toEqual(NOW)

      const { lease } = await claimLease(store, grant)
      await store.grants.save({ ...grant, authorizedAt: inSeconds(5), issuedAt: inSeconds(5) })
      await store.upkeeps.schedule(grant, inSeconds(100))
      await store.upkeeps.release(grant, lease, { ...SETTLED, mark: FINISHED, dueAt: null })
      expect((await store.upkeeps.find(grant))?.dueAt).toEqual(inSeconds(100))
    })
  })
}
