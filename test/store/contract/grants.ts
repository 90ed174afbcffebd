import { describe, expect, it } from 'vitest'
import type { Stores } from '../contract.ts'
import { aGrant, inSeconds, insertSession, NOW } from './samples.ts'

/** The newest consent wins, and only a session that may still complete can write. */
export function grantContract(stores: Stores): void {
  describe('a grant', () => {
    it('is given back as it was saved', async () => {
      const { store, other } = stores()
      const full = aGrant(await insertSession(store), { scopes: ['a:b', '读'] })
      expect(await store.grants.save(full)).toEqual({ ...full, version: 1 })
      expect(await other.grants.find(full.appId, full.openId)).toEqual({ ...full, version: 1 })
      expect(await other.grants.find('cli_b', full.openId)).toBeNull()
      expect(await other.grants.find(full.appId, 'ou_nobody')).toBeNull()
    })

    it('may lack a refresh token, and may be as long as Feishu makes it', async () => {
      const { store } = stores()
      const grant = aGrant(await insertSession(store), {
        sealedAccessToken: 'x'.repeat(40_000),
        sealedRefreshToken: null,
        refreshTokenExpiresAt: null,
      })
      expect(await store.grants.save(grant)).toEqual({ ...grant, version: 1 })
    })

    it('is replaced as a whole by a newer consent, never by an older one', async () => {
      const { store } = stores()
      const first = await insertSession(store, { openId: 'ou_a' })
      await store.grants.save(aGrant(first))
      await store.sessions.completeGranted(NOW, 10)
      const second = await insertSession(store, { openId: 'ou_a' })
      const newer = aGrant(second, {
        tenantKey: 'tenant_b',
        scopes: ['b'],
        sealedAccessToken: 'newer',
        accessTokenExpiresAt: inSeconds(9000),
        sealedRefreshToken: null,
        refreshTokenExpiresAt: null,
        authorizedAt: inSeconds(60),
        issuedAt: inSeconds(61),
      })
      expect(await store.grants.save(newer)).toEqual({ ...newer, version: 2 })
      expect(await store.grants.save(aGrant(first, { authorizedAt: inSeconds(59) }))).toBeNull()
      expect(await store.grants.find('cli_a', 'ou_a')).toEqual({ ...newer, version: 2 })
    })

    it('may be saved again by the same consent, but not over a pair issued since', async () => {
      const { store } = stores()
      const session = await insertSession(store)
      expect((await store.grants.save(aGrant(session)))?.version).toBe(1)
      const refreshed = aGrant(session, { issuedAt: inSeconds(60), sealedAccessToken: 'newer' })
      expect((await store.grants.save(refreshed))?.version).toBe(2)
      expect(await store.grants.save(aGrant(session))).toBeNull()
      expect((await store.grants.find(session.appId, session.openId))?.sealedAccessToken).toBe(
        'newer',
      )
    })

    it('is saved while its session is pending, whether held or past its time', async () => {
      const { store } = stores()
      const session = await insertSession(store, {
        expiresAt: inSeconds(-60),
        heldUntil: inSeconds(30),
      })
      expect(await store.grants.save(aGrant(session))).not.toBeNull()
    })

    it('is saved when its session is already completed', async () => {
      const { store } = stores()
      const session = await insertSession(store)
      const completed = { to: 'completed', grantedScopes: [], tenantKey: null } as const
      await store.sessions.move(session.id, completed, NOW)
      expect(await store.grants.save(aGrant(session))).not.toBeNull()
    })

    it('is not saved when its session ended otherwise, or never was', async () => {
      const { store } = stores()
      const rejected = await insertSession(store)
      const rejection = { to: 'rejected', endReason: 'declined_on_card' } as const
      await store.sessions.move(rejected.id, rejection, NOW)
      const expired = await insertSession(store, { expiresAt: NOW })
      await store.sessions.expireDue(NOW, 10)
      for (const session of [rejected, expired]) {
        expect(await store.grants.save(aGrant(session))).toBeNull()
        expect(await store.grants.find(session.appId, session.openId)).toBeNull()
      }
      expect(await store.grants.save(aGrant(rejected, { sessionId: 'unknown' }))).toBeNull()
    })

    it('is not filed under anybody but the person and the app its session asked', async () => {
      const { store } = stores()
      const session = await insertSession(store)
      expect(await store.grants.save(aGrant(session, { openId: 'ou_else' }))).toBeNull()
      expect(await store.grants.save(aGrant(session, { appId: 'cli_else' }))).toBeNull()
      expect(await store.grants.find(session.appId, 'ou_else')).toBeNull()
    })
  })
}
