import { describe, expect, it } from 'vitest'
import type { Stores } from '../contract.ts'
import { aGrant, inSeconds, insertGrant, insertSession, NOW } from './samples.ts'

/** Grants that end: told from outside, or taken away here. */
export function endingContract(stores: Stores): void {
  describe('the end of an access token alone', () => {
    it('leaves the refresh token and the version: a pair that comes late still finds its place', async () => {
      const { store, other } = stores()
      const grant = await insertGrant(store)
      expect(await store.grants.endAccess(grant, NOW)).toBe(true)
      const ended = { ...grant, accessTokenExpiresAt: NOW }
      expect(await other.grants.find(grant.appId, grant.openId)).toEqual(ended)
      expect(await store.grants.rotate(1, grant)).toMatchObject({ version: 2 })
    })

    it('is that of one version of one consent, and never a longer life', async () => {
      const { store } = stores()
      const grant = await insertGrant(store)
      for (const gone of [
        { ...grant, version: 2 },
        { ...grant, sessionId: 'another' },
        { ...grant, authorizedAt: inSeconds(-5) },
        { ...grant, openId: 'ou_nobody' },
      ]) {
        expect(await store.grants.endAccess(gone, NOW)).toBe(false)
      }
      expect(await store.grants.find(grant.appId, grant.openId)).toEqual(grant)
      await store.grants.endAccess(grant, NOW)
      expect(await store.grants.endAccess(grant, inSeconds(5))).toBe(false)
    })
  })

  describe('the end of a grant, told from outside', () => {
    it('leaves no living token, and is a version of its own', async () => {
      const { store, other } = stores()
      const grant = await insertGrant(store)
      const ended = await store.grants.end(grant, NOW)
      expect(ended).toEqual({
        ...grant,
        accessTokenExpiresAt: NOW,
        sealedRefreshToken: null,
        refreshTokenExpiresAt: null,
        version: 2,
      })
      expect(await other.grants.find(grant.appId, grant.openId)).toEqual(ended)
    })

    it('makes a refresh on its way too late, and gives way to a newer consent', async () => {
      const { store } = stores()
      const grant = await insertGrant(store)
      const ended = await store.grants.end(grant, NOW)
      expect(await store.grants.rotate(1, { ...grant, sealedAccessToken: 'late' })).toBeNull()
      expect(await store.grants.find(grant.appId, grant.openId)).toEqual(ended)
      const newer = { ...grant, authorizedAt: inSeconds(5), issuedAt: inSeconds(5) }
      expect(await store.grants.save(newer)).toEqual({ ...newer, version: 3 })
    })

    it('may be meant for one version alone', async () => {
      const { store } = stores()
      const grant = await insertGrant(store)
      await store.grants.rotate(1, grant)
      expect(await store.grants.end(grant, NOW, grant)).toBeNull()
      const [second, elsewhere] = [
        { ...grant, version: 2 },
        { ...grant, version: 2, sessionId: 's' },
      ]
      expect(await store.grants.end(grant, NOW, elsewhere)).toBeNull()
      expect((await store.grants.end(grant, NOW, second))?.version).toBe(3)
    })

    it('changes nothing the second time, nor where there is nothing to end', async () => {
      const { store, other } = stores()
      const grant = await insertGrant(store)
      const neighbour = await insertGrant(store)
      const ended = await store.grants.end(grant, NOW)
      expect(await other.grants.end(grant, inSeconds(5))).toBeNull()
      expect(await other.grants.end({ ...grant, openId: 'ou_nobody' }, NOW)).toBeNull()
      expect(await store.grants.find(grant.appId, grant.openId)).toEqual(ended)
      expect(await store.grants.find(neighbour.appId, neighbour.openId)).toEqual(neighbour)
    })

    it('never lengthens a life: what had run out before keeps its instant', async () => {
      const { store } = stores()
      const grant = await insertGrant(store, { accessTokenExpiresAt: inSeconds(-60) })
      const ended = await store.grants.end(grant, NOW)
      expect(ended).toMatchObject({
        accessTokenExpiresAt: inSeconds(-60),
        sealedRefreshToken: null,
      })
    })
  })

  describe('a deleted grant', () => {
    it('may be meant for one version of one consent', async () => {
      const { store } = stores()
      const grant = await insertGrant(store)
      expect(await store.grants.delete(grant, { ...grant, version: 2 })).toBeNull()
      expect(await store.grants.delete(grant, { ...grant, sessionId: 'another' })).toBeNull()
      expect(await store.grants.delete(grant, grant)).toEqual(grant)
    })

    it('is handed back as it was, once', async () => {
      const { store, other } = stores()
      const grant = await insertGrant(store)
      const neighbour = await insertGrant(store)
      expect(await store.grants.delete(grant)).toEqual(grant)
      expect(await other.grants.delete(grant)).toBeNull()
      expect(await other.grants.find(grant.appId, grant.openId)).toBeNull()
      expect(await other.grants.find(neighbour.appId, neighbour.openId)).toEqual(neighbour)
      expect(await store.grants.rotate(1, grant)).toBeNull()
    })

    it('may be given anew', async () => {
      const { store } = stores()
      await store.grants.delete(await insertGrant(store, { openId: 'ou_again' }))
      await store.sessions.expireDue(inSeconds(9000), 9)
      const session = await insertSession(store, { openId: 'ou_again' })
      const anew = aGrant(session, { authorizedAt: inSeconds(60) })
      expect(await store.grants.save(anew)).toEqual({ ...anew, version: 1 })
    })
  })
}
