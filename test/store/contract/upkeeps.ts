import { describe, expect, it } from 'vitest'
import type { GrantMark } from '../../../src/auth/upkeep.ts'
import type { Stores } from '../contract.ts'
import { aGrantKey, claimLease, inSeconds, insertGrant, NOW, SETTLED } from './samples.ts'

/** Marks, schedules and the lists that a scheduler and a recovery work from. */
export function upkeepContract(stores: Stores): void {
  describe('the mark of a grant', () => {
    const mark = (version: number, changes: Partial<GrantMark> = {}): GrantMark => ({
      ...{ status: 'reauth_required', reason: 'reused', version, at: NOW },
      ...changes,
    })

    it('is set without a lease, and beside one', async () => {
      const { store, other } = stores()
      const key = aGrantKey()
      await store.upkeeps.mark(key, mark(3, { status: 'revoked', reason: null }))
      expect(await other.upkeeps.find(key)).toMatchObject({
        mark: { status: 'revoked', reason: null, version: 3, at: NOW },
        lease: null,
        failures: 0,
      })
      const { lease } = await claimLease(store, key)
      await other.upkeeps.mark(key, mark(4))
      expect(await store.upkeeps.find(key)).toMatchObject({ mark: mark(4), lease })
    })

    it('gives way to one of the same version or a newer one, never to an older one', async () => {
      const { store } = stores()
      const key = aGrantKey()
      await store.upkeeps.mark(key, mark(2, { status: 'ambiguous', reason: 'ambiguous' }))
      await store.upkeeps.mark(key, mark(2))
      expect((await store.upkeeps.find(key))?.mark).toEqual(mark(2))
      await store.upkeeps.mark(key, mark(1, { status: 'revoked' }))
      expect((await store.upkeeps.find(key))?.mark).toEqual(mark(2))
      await store.upkeeps.mark(key, mark(3, { reason: 'user_status' }))
      expect((await store.upkeeps.find(key))?.mark).toEqual(mark(3, { reason: 'user_status' }))
    })
  })

  describe('the schedule of a grant', () => {
    it('begins its upkeep, changes, and ends; the last use stays unless told', async () => {
      const { store, other } = stores()
      const key = aGrantKey()
      await store.upkeeps.schedule(key, inSeconds(60), inSeconds(-5))
      const used = { lastUsedAt: inSeconds(-5) }
      expect(await other.upkeeps.find(key)).toMatchObject({ dueAt: inSeconds(60), ...used })
      await other.upkeeps.schedule(key, null)
      expect(await store.upkeeps.find(key)).toMatchObject({ dueAt: null, ...used })
      await store.upkeeps.schedule(key, NOW, NOW)
      expect(await store.upkeeps.find(key)).toMatchObject({ dueAt: NOW, lastUsedAt: NOW })
    })

    it('notes many uses at once: those that are new, and those that are known', async () => {
      const { store, other } = stores()
      const keys = Array.from({ length: 123 }, () => aGrantKey())
      const [known, unused] = [keys[7] ?? aGrantKey(), aGrantKey()]
      const { lease } = await claimLease(store, known)
      await store.upkeeps.schedule(unused, NOW)
      const uses = keys.map((key, index) => ({ ...key, dueAt: inSeconds(index) }))
      await store.upkeeps.noteUses(uses, inSeconds(-5))
      for (const { dueAt, ...key } of uses) {
        const noted = { dueAt, lastUsedAt: inSeconds(-5) }
        expect(await other.upkeeps.find(key)).toMatchObject(noted)
      }
      await other.upkeeps.noteUses([{ ...known, dueAt: null }], NOW)
      expect(await store.upkeeps.find(known)).toMatchObject({ dueAt: null, lastUsedAt: NOW, lease })
      expect(await store.upkeeps.find(unused)).toMatchObject({ dueAt: NOW, lastUsedAt: null })
    })

    it('touches neither lease nor intent nor mark', async () => {
      const { store, other } = stores()
      const key = aGrantKey()
      const { lease } = await claimLease(store, key)
      await store.upkeeps.openIntent(key, lease, { version: 1, at: NOW, probes: 0 })
      const before = await store.upkeeps.find(key)
      await other.upkeeps.schedule(key, inSeconds(60))
      expect(await store.upkeeps.find(key)).toEqual({ ...before, dueAt: inSeconds(60) })
    })

    it('gives what is due to one taker, the most overdue first, until it is due again', async () => {
      const { store, other } = stores()
      const scheduled = async (seconds: number | null) => {
        const key = aGrantKey()
        await store.upkeeps.schedule(key, seconds === null ? null : inSeconds(seconds))
        return key.openId
      }
      const [now, oldest, old] = [await scheduled(0), await scheduled(-90), await scheduled(-60)]
      await scheduled(0.001)
      await scheduled(null)
      const idsOf = (upkeeps: { openId: string }[]) => upkeeps.map(({ openId }) => openId).sort()
      const first = await store.upkeeps.claimDue(NOW, inSeconds(30), 2)
      expect(idsOf(first)).toEqual([oldest, old].sort())
      for (const { dueAt } of first) expect(dueAt).toEqual(inSeconds(30))
      expect(idsOf(await other.upkeeps.claimDue(NOW, inSeconds(30), 9))).toEqual([now])
      expect(await store.upkeeps.claimDue(NOW, inSeconds(30), 9)).toEqual([])
      expect(await store.upkeeps.claimDue(inSeconds(30), inSeconds(60), 9)).toHaveLength(4)
    })

    it('is given once to every consent that has none, in batches', async () => {
      const { store, other } = stores()
      const grants = [await insertGrant(store), await insertGrant(store), await insertGrant(store)]
      expect(await store.upkeeps.adopt(inSeconds(7), 2)).toBe(2)
      expect(await other.upkeeps.adopt(inSeconds(7), 2)).toBe(1)
      expect(await store.upkeeps.adopt(inSeconds(7), 2)).toBe(0)
      for (const grant of grants) {
        const { appId, openId } = grant
        expect(await store.upkeeps.find(grant)).toEqual({
          ...{ appId, openId, mark: null, lastUsedAt: null, dueAt: inSeconds(7), lease: null },
          ...{ intent: null, failures: 0, coolUntil: null, coolReason: null, doubtedVersion: null },
        })
      }
      await store.upkeeps.schedule(grants[0] ?? expect.unreachable(), inSeconds(500))
      expect(await store.upkeeps.adopt(inSeconds(9), 9)).toBe(0)
      expect((await claimLease(store, grants[0] ?? expect.unreachable())).dueAt).toEqual(
        inSeconds(500),
      )
    })

    it('is given anew after another consent, whatever came of the one before', async () => {
      const { store } = stores()
      const grant = await insertGrant(store)
      await store.upkeeps.adopt(NOW, 9)
      const { lease } = await claimLease(store, grant)
      await store.upkeeps.openIntent(grant, lease, { version: 1, at: NOW, probes: 0 })
      await store.upkeeps.schedule(grant, null, NOW)
      await store.grants.rotate(1, grant)
      expect(await store.upkeeps.adopt(inSeconds(7), 9)).toBe(0)

      const before = await store.upkeeps.find(grant)
      await store.grants.save({ ...grant, authorizedAt: inSeconds(5), issuedAt: inSeconds(5) })
      expect(await store.upkeeps.adopt(inSeconds(7), 9)).toBe(1)
      expect(await store.upkeeps.find(grant)).toEqual({ ...before, dueAt: inSeconds(7) })
    })
  })

  describe('the list of open intents', () => {
    it('names grants whose holder has vanished, the oldest intent first', async () => {
      const { store, other } = stores()
      const opened = async (seconds: number) => {
        const grant = await insertGrant(store)
        const { lease } = await claimLease(store, grant)
        await store.upkeeps.openIntent(grant, lease, {
          version: 1,
          at: inSeconds(seconds),
          probes: 0,
        })
        return { grant, lease }
      }
      const [younger, older, renewed, released, settled] = [
        await opened(2),
        await opened(1),
        await opened(0),
        await opened(3),
        await opened(0),
      ]
      await store.upkeeps.renew(renewed.grant, renewed.lease, inSeconds(60))
      await store.upkeeps.release(released.grant, released.lease, { ...SETTLED, intent: 'open' })
      await store.upkeeps.release(settled.grant, settled.lease, SETTLED)
      const listed = async (now: number, before: number, limit = 9) => {
        const { upkeeps } = other
        const open = await upkeeps.listOpenIntents(inSeconds(now), inSeconds(before), limit)
        return open.map(({ openId }) => openId)
      }
      const ids = [older, younger, released].map(({ grant }) => grant.openId)
      expect(await listed(10, 9)).toEqual(ids)
      expect(await listed(10, 9, 2)).toEqual(ids.slice(0, 2))
      expect(await listed(10, 2)).toEqual(ids.slice(0, 1))
      // The leases of those who vanished have not run out by then; the other gave its lease back.
      expect(await listed(9.999, 9)).toEqual([released.grant.openId])
    })

    it('leaves out whose pause is not over', async () => {
      const { store } = stores()
      const grant = await insertGrant(store)
      const { lease } = await claimLease(store, grant)
      await store.upkeeps.openIntent(grant, lease, { version: 1, at: NOW, probes: 0 })
      const pause = { failures: 1, coolUntil: inSeconds(30), coolReason: 'ambiguous' } as const
      await store.upkeeps.release(grant, lease, { intent: 'open', ...pause })
      const listed = (now: number) =>
        store.upkeeps.listOpenIntents(inSeconds(now), inSeconds(now), 9)
      expect(await listed(29.999)).toEqual([])
      expect(await listed(30)).toHaveLength(1)
    })

    it('leaves out what a newer version or a deletion has settled', async () => {
      const { store } = stores()
      for (const settle of [
        (grant: Awaited<ReturnType<typeof insertGrant>>) => store.grants.rotate(1, grant),
        (grant: Awaited<ReturnType<typeof insertGrant>>) => store.upkeeps.delete(grant),
      ]) {
        const grant = await insertGrant(store)
        const { lease } = await claimLease(store, grant)
        await store.upkeeps.openIntent(grant, lease, { version: 1, at: NOW, probes: 0 })
        expect(await store.upkeeps.listOpenIntents(inSeconds(60), inSeconds(60), 9)).toHaveLength(1)
        await settle(grant)
        expect(await store.upkeeps.listOpenIntents(inSeconds(60), inSeconds(60), 9)).toEqual([])
      }
    })
  })

  describe('upkeep', () => {
    it('is found only where there is some, and deleted as a whole', async () => {
      const { store, other } = stores()
      const [key, neighbour] = [aGrantKey(), aGrantKey()]
      await claimLease(store, key)
      await claimLease(store, neighbour)
      await other.upkeeps.delete(key)
      expect(await store.upkeeps.find(key)).toBeNull()
      expect(await store.upkeeps.find(neighbour)).not.toBeNull()
      await store.upkeeps.delete(key)
    })

    it('of a grant that is gone is deleted, and that of one that is there stays', async () => {
      const { store, other } = stores()
      const grant = await insertGrant(store)
      const orphan = { ...grant, openId: 'ou_gone' }
      for (const key of [grant, orphan]) await claimLease(store, key)
      for (const key of [grant, orphan]) await store.upkeeps.deleteOrphan(key)
      expect(await other.upkeeps.find(grant)).not.toBeNull()
      expect(await other.upkeeps.find(orphan)).toBeNull()
    })

    it('loses a mark that is taken back, and no other', async () => {
      const { store, other } = stores()
      const key = aGrantKey()
      const status = 'reauth_required'
      const mark = { status, reason: 'user_status', version: 2, at: NOW } as const
      await store.upkeeps.mark(key, mark)
      expect(await store.upkeeps.unmark(key, { ...mark, version: 1 })).toBe(false)
      expect(await store.upkeeps.unmark(key, { ...mark, reason: 'revoked' })).toBe(false)
      expect(await store.upkeeps.unmark(key, { ...mark, reason: null })).toBe(false)
      expect((await other.upkeeps.find(key))?.mark).toEqual(mark)
      expect(await other.upkeeps.unmark(key, mark)).toBe(true)
      expect((await store.upkeeps.find(key))?.mark).toBeNull()
    })
  })
}
