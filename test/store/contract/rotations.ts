import { describe, expect, it } from 'vitest'
import type { Stores } from '../contract.ts'
import { aGrant, inSeconds, insertGrant, insertSession, NOW } from './samples.ts'

/** A refreshed pair replaces the pair it came from, and nothing else. */
export function rotationContract(stores: Stores): void {
  describe('a refreshed pair', () => {
    const refreshed = {
      scopes: ['a', 'b'],
      sealedAccessToken: 'k1.refreshed',
      accessTokenExpiresAt: inSeconds(8000),
      sealedRefreshToken: 'k1.refreshed-too',
      refreshTokenExpiresAt: inSeconds(700_000),
      issuedAt: inSeconds(60),
    }

    it('takes the place of the version it came from', async () => {
      const { store, other } = stores()
      const grant = await insertGrant(store)
      const expected = { ...grant, ...refreshed, version: 2 }
      expect(await store.grants.rotate(1, { ...grant, ...refreshed })).toEqual(expected)
      expect(await other.grants.find(grant.appId, grant.openId)).toEqual(expected)
    })

    it('may lack a refresh token', async () => {
      const { store } = stores()
      const grant = await insertGrant(store)
      const last = { ...grant, sealedRefreshToken: null, refreshTokenExpiresAt: null }
      expect(await store.grants.rotate(1, last)).toEqual({ ...last, version: 2 })
    })

    it('is refused when its version is gone, and when there is no grant', async () => {
      const { store, other } = stores()
      const grant = await insertGrant(store)
      const winner = await store.grants.rotate(1, { ...grant, ...refreshed })
      expect(await other.grants.rotate(1, { ...grant, sealedAccessToken: 'late' })).toBeNull()
      expect(await other.grants.rotate(3, { ...grant, sealedAccessToken: 'early' })).toBeNull()
      expect(await other.grants.rotate(1, { ...grant, openId: 'ou_nobody' })).toBeNull()
      expect(await other.grants.find(grant.appId, grant.openId)).toEqual(winner)
    })

    it('leaves the tenant alone', async () => {
      const { store } = stores()
      const grant = await insertGrant(store)
      const rotated = await store.grants.rotate(1, { ...grant, tenantKey: 'tenant_else' })
      expect(rotated?.tenantKey).toBe(grant.tenantKey)
    })

    it('is refused after a newer consent, though that has the version it asks for', async () => {
      const { store } = stores()
      const grant = await insertGrant(store, { openId: 'ou_again' })
      await store.sessions.completeGranted(NOW, 9)
      const session = await insertSession(store, { openId: 'ou_again' })
      const newer = aGrant(session, { authorizedAt: inSeconds(30), issuedAt: inSeconds(30) })
      const saved = await store.grants.save(newer)
      expect(await store.grants.rotate(1, { ...grant, ...refreshed })).toBeNull()
      expect(await store.grants.rotate(2, { ...grant, ...refreshed })).toBeNull()
      expect(await store.grants.find(grant.appId, grant.openId)).toEqual(saved)

      await store.grants.delete(newer)
      const anew = await store.grants.save(newer)
      expect(anew?.version).toBe(1)
      expect(await store.grants.rotate(1, { ...grant, ...refreshed })).toBeNull()
      expect(await store.grants.rotate(1, { ...newer, authorizedAt: NOW })).toBeNull()
      const sessionBefore = { ...newer, sessionId: grant.sessionId }
      expect(await store.grants.rotate(1, sessionBefore)).toBeNull()
      expect(await store.grants.find(grant.appId, grant.openId)).toEqual(anew)
    })

    it('is not overwritten by the pair its own consent began with', async () => {
      const { store } = stores()
      const grant = await insertGrant(store)
      const rotated = await store.grants.rotate(1, { ...grant, ...refreshed })
      expect(await store.grants.save(grant)).toBeNull()
      expect(await store.grants.find(grant.appId, grant.openId)).toEqual(rotated)
    })
  })
}
