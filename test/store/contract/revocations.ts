import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Revocation } from '../../../src/auth/revocation.ts'
import type { Stores } from '../contract.ts'
import { inSeconds, NOW } from './samples.ts'

function aRevocation(changes: Partial<Revocation> = {}): Revocation {
  return {
    id: randomUUID(),
    appId: 'cli_a',
    openId: 'ou_lin',
    tenantKey: 'tenant_a',
    sessionId: 'session',
    cause: 'admin',
    grantVersion: 1,
    authorizedAt: NOW,
    sealedAccessToken: 'k1.access',
    accessTokenExpiresAt: inSeconds(7200),
    sealedRefreshToken: 'k1.refresh',
    refreshTokenExpiresAt: inSeconds(604_800),
    attempts: 0,
    dueAt: NOW,
    ...changes,
  }
}

/** Tokens that Feishu is yet to be told of. */
export function revocationContract(stores: Stores): void {
  describe('a revocation', () => {
    it('is put in once, and given to one who asks when it is due', async () => {
      const { store, other } = stores()
      const revocation = aRevocation({ dueAt: inSeconds(60) })
      await store.revocations.put(revocation)
      await other.revocations.put({ ...revocation, cause: 'user', dueAt: NOW })
      expect(await other.revocations.claimDue(NOW, inSeconds(90), 9)).toEqual([])
      const claimed = await Promise.all(
        [store, other].map((each) => each.revocations.claimDue(inSeconds(60), inSeconds(90), 9)),
      )
      expect(claimed.flat()).toEqual([{ ...revocation, dueAt: inSeconds(90) }])
      expect(await other.revocations.claimDue(inSeconds(90), inSeconds(99), 9)).toHaveLength(1)
    })

    it('is given the most overdue first, and no more than asked for', async () => {
      const { store } = stores()
      for (const seconds of [-1, -3, -2]) {
        await store.revocations.put(aRevocation({ id: `${seconds}`, dueAt: inSeconds(seconds) }))
      }
      const claimed = await store.revocations.claimDue(NOW, inSeconds(60), 2)
      expect(claimed.map(({ id }) => id).sort()).toEqual(['-2', '-3'])
    })

    it('of tokens that were never kept has no grant and may have no tenant', async () => {
      const { store } = stores()
      const stray = aRevocation({ grantVersion: null, tenantKey: null, sealedRefreshToken: null })
      await store.revocations.put(stray)
      const [claimed] = await store.revocations.claimDue(NOW, NOW, 9)
      expect(claimed).toEqual(stray)
    })

    it('keeps what is left after a try, until nothing is', async () => {
      const { store } = stores()
      const revocation = aRevocation()
      await store.revocations.put(revocation)
      const neither = { accessToken: false, refreshToken: false }
      await store.revocations.noteTry(revocation.id, neither, inSeconds(5))
      const [first] = await store.revocations.claimDue(inSeconds(5), inSeconds(6), 9)
      expect(first).toEqual({ ...revocation, attempts: 1, dueAt: inSeconds(6) })
      const one = { accessToken: true, refreshToken: false }
      await store.revocations.noteTry(revocation.id, one, inSeconds(5))
      const [second] = await store.revocations.claimDue(inSeconds(5), inSeconds(6), 9)
      expect(second).toMatchObject({
        attempts: 2,
        sealedAccessToken: null,
        sealedRefreshToken: 'k1.refresh',
      })
      const other = { accessToken: false, refreshToken: true }
      await store.revocations.noteTry(revocation.id, other, inSeconds(5))
      const [third] = await store.revocations.claimDue(inSeconds(5), inSeconds(6), 9)
      expect(third).toMatchObject({ sealedAccessToken: null, sealedRefreshToken: null })
      await store.revocations.delete(revocation.id)
      expect(await store.revocations.claimDue(inSeconds(9), inSeconds(9), 9)).toEqual([])
    })
  })

  describe('the keys of revocations', () => {
    it('are counted, and what another key sealed is listed by pages', async () => {
      const { store, other } = stores()
      const sealed = { sealedAccessToken: 'k2.access', sealedRefreshToken: 'k2.refresh' }
      await store.revocations.put(aRevocation({ id: 'a' }))
      await store.revocations.put(aRevocation({ id: 'b', ...sealed }))
      await store.revocations.put(aRevocation({ id: 'c', sealedRefreshToken: 'k2.refresh' }))
      await store.revocations.put(aRevocation({ id: 'd', sealedAccessToken: null }))
      const counts = await other.revocations.countByKey()
      expect(new Map(counts.map(({ keyId, count }) => [keyId, count]))).toEqual(
        new Map([
          ['k1', 2],
          ['k2', 1],
          [null, 1],
        ]),
      )
      const page = await other.revocations.listSealedOtherwise('k2', null, 2)
      expect(page.map(({ id }) => id)).toEqual(['a', 'c'])
      const rest = await other.revocations.listSealedOtherwise('k2', 'c', 2)
      expect(rest.map(({ id }) => id)).toEqual(['d'])
    })

    it('change only while the tokens are those that were read', async () => {
      const { store } = stores()
      const revocation = aRevocation()
      await store.revocations.put(revocation)
      const anew = { sealedAccessToken: 'k2.access', sealedRefreshToken: 'k2.refresh' }
      expect(await store.revocations.reseal(revocation, anew)).toBe(true)
      expect(await store.revocations.countByKey()).toEqual([{ keyId: 'k2', count: 1 }])
      expect(await store.revocations.reseal(revocation, anew)).toBe(false)
      // A token that is done with stays so, whatever was read before.
      const done = { accessToken: true, refreshToken: false }
      await store.revocations.noteTry(revocation.id, done, NOW)
      expect(await store.revocations.reseal({ ...revocation, ...anew }, anew)).toBe(false)
      const left = { sealedAccessToken: null, sealedRefreshToken: 'k3.refresh' }
      const read = { ...revocation, ...anew, sealedAccessToken: null }
      expect(await store.revocations.reseal(read, left)).toBe(true)
      expect(await store.revocations.countByKey()).toEqual([{ keyId: 'k3', count: 1 }])
    })
  })
}
