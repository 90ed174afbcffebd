import { describe, expect, it } from 'vitest'
import type { Grant } from '../../../src/auth/grant.ts'
import type { Stores } from '../contract.ts'
import { inSeconds, insertGrant, NOW } from './samples.ts'

/** The lists of grants before their end, and the note that a person was asked. */
export function renewalContract(stores: Stores): void {
  const given = async (changes: Partial<Omit<Grant, 'version'>> = {}) => {
    const { store } = stores()
    const grant = await insertGrant(store, changes)
    await store.upkeeps.schedule(grant, null, NOW)
    return grant
  }
  const everybody = { from: inSeconds(-1000), to: inSeconds(0), after: null, now: NOW }
  const idsOf = (grants: { openId: string }[]) => grants.map(({ openId }) => openId)

  describe('the grants by their consent', () => {
    it('come in pages, the oldest first, those of one instant too', async () => {
      const { store } = stores()
      const ages = [-300, -100, -200, -200, -200, -1001, 1]
      const grants = []
      for (const age of ages) grants.push(await given({ authorizedAt: inSeconds(age) }))
      const wanted = grants
        .filter(({ authorizedAt }) => authorizedAt >= everybody.from && authorizedAt <= NOW)
        .sort((one, other) => {
          const apart = one.authorizedAt.getTime() - other.authorizedAt.getTime()
          return apart || (one.openId < other.openId ? -1 : 1)
        })
      const first = await store.renewals.listByConsent(everybody, 2)
      const second = await store.renewals.listByConsent(
        { ...everybody, after: first[1] ?? null },
        2,
      )
      const third = await store.renewals.listByConsent(
        { ...everybody, after: second[1] ?? null },
        2,
      )
      expect([first.length, second.length, third.length]).toEqual([2, 2, 1])
      expect(idsOf([...first, ...second, ...third])).toEqual(idsOf(wanted))
    })

    it('tell what is known of them, and nothing of their tokens', async () => {
      const { store } = stores()
      const grant = await given()
      await store.upkeeps.mark(grant, {
        ...{ status: 'reauth_required', reason: 'revoked', version: 1, at: NOW },
      })
      const { sealedAccessToken: _a, sealedRefreshToken: _r, ...others } = grant
      const { refreshTokenExpiresAt: _e, issuedAt: _i, ...known } = others
      const told = { ...known, markVersion: 1, markReason: 'revoked', askedAt: null }
      expect(await store.renewals.listByConsent(everybody, 9)).toEqual([
        { ...told, timeZone: null },
      ])
      await store.timeZones.note(grant, 'Asia/Tokyo', NOW)
      expect(await store.renewals.listByConsent(everybody, 9)).toEqual([
        { ...told, timeZone: 'Asia/Tokyo' },
      ])
    })

    it('leave out what cannot be refreshed any more', async () => {
      const { store } = stores()
      await given({ sealedRefreshToken: null })
      await given({ refreshTokenExpiresAt: NOW })
      const untold = await given({ refreshTokenExpiresAt: null })
      expect(idsOf(await store.renewals.listByConsent(everybody, 9))).toEqual([untold.openId])
    })
  })

  describe('the grants that cannot be refreshed', () => {
    it('come while they are used and not asked for, those that end first', async () => {
      const { store } = stores()
      const unrefreshable = (seconds: number) =>
        given({ sealedRefreshToken: null, accessTokenExpiresAt: inSeconds(seconds) })
      const [late, soon] = [await unrefreshable(90), await unrefreshable(60)]
      const [, , unused, asked] = [
        await unrefreshable(59),
        await unrefreshable(91),
        await unrefreshable(70),
        await unrefreshable(80),
      ]
      await given({ accessTokenExpiresAt: inSeconds(75) })
      await store.upkeeps.schedule(unused, null, inSeconds(-10))
      const span = { from: inSeconds(60), to: inSeconds(90), usedAfter: inSeconds(-10) }
      const listed = await store.renewals.listUnrefreshable(span, 9)
      expect(idsOf(listed)).toEqual(idsOf([soon, asked, late]))
      const [, middle] = listed
      if (middle) await store.renewals.claimAsk(middle, inSeconds(1))
      expect(idsOf(await store.renewals.listUnrefreshable(span, 1))).toEqual([soon.openId])
      expect(idsOf(await store.renewals.listUnrefreshable(span, 9))).toEqual(idsOf([soon, late]))
    })
  })

  describe('the note that a person was asked', () => {
    it('is made by one of many, and once for each consent', async () => {
      const { store, other } = stores()
      await given({ authorizedAt: inSeconds(-60) })
      const [grant] = await store.renewals.listByConsent(everybody, 1)
      if (!grant) throw new Error('The grant is not listed.')
      const claims = await Promise.all(
        [store, other, store, other].map(({ renewals }) => renewals.claimAsk(grant, NOW)),
      )
      expect(claims.filter(Boolean)).toHaveLength(1)
      expect(await store.renewals.claimAsk(grant, inSeconds(5))).toBe(false)
      expect(await other.renewals.listByConsent(everybody, 1)).toEqual([{ ...grant, askedAt: NOW }])
    })

    it('can be taken back by whoever made it', async () => {
      const { store } = stores()
      await given({ authorizedAt: inSeconds(-60) })
      const [grant] = await store.renewals.listByConsent(everybody, 1)
      if (!grant) throw new Error('The grant is not listed.')
      await store.renewals.claimAsk(grant, NOW)
      await store.renewals.releaseAsk(grant, inSeconds(1))
      expect(await store.renewals.claimAsk(grant, NOW)).toBe(false)
      await store.renewals.releaseAsk(grant, NOW)
      expect(await store.renewals.claimAsk(grant, NOW)).toBe(true)
    })

    it('is not made for a grant that has changed since it was listed', async () => {
      const { store } = stores()
      const stored = await given({ authorizedAt: inSeconds(-60) })
      const [grant] = await store.renewals.listByConsent(everybody, 1)
      if (!grant) throw new Error('The grant is not listed.')
      await store.grants.rotate(1, stored)
      expect(await store.renewals.claimAsk(grant, NOW)).toBe(false)
    })
  })
}
