import { describe, expect, it } from 'vitest'
import type { Grant } from '../../../src/auth/grant.ts'
import type { GrantKey } from '../../../src/auth/upkeep.ts'
import type { Stores } from '../contract.ts'
import { inSeconds, insertGrant, NOW } from './samples.ts'

const sealedWith = (keyId: string) => ({
  sealedAccessToken: `${keyId}.access`,
  sealedRefreshToken: `${keyId}.refresh`,
})

/** Going through all grants, and sealing their tokens with another key while they are used. */
export function keyContract(stores: Stores): void {
  describe('the list of grants', () => {
    it('pages by app and person, losing and repeating none', async () => {
      const { store, other } = stores()
      for (let index = 0; index < 11; index++) {
        await insertGrant(store, { appId: `cli_${'ba'[index % 2]}` })
      }
      const paged: Grant[] = []
      let after: GrantKey | undefined
      for (;;) {
        const page = await other.grants.list({ limit: 4, after })
        expect(page.length).toBeLessThanOrEqual(4)
        paged.push(...page)
        after = page.at(-1)
        if (after === undefined) break
      }
      expect(paged.map(({ appId }) => appId)).toEqual([
        ...Array<string>(5).fill('cli_a'),
        ...Array<string>(6).fill('cli_b'),
      ])
      expect(new Set(paged.map(({ openId }) => openId)).size).toBe(11)
      expect(paged).toEqual(await store.grants.list({ limit: 99 }))
      expect(await store.grants.list({ appId: 'cli_b', limit: 99 })).toEqual(paged.slice(5))
      expect(await store.grants.list({ appId: 'cli_b', limit: 2, after: paged[6] })).toEqual(
        paged.slice(7, 9),
      )
      expect(await store.grants.list({ appId: 'cli_else', limit: 9 })).toEqual([])
    })

    it('tells by key: that of a consent, of a refreshed pair, and none where it is not known', async () => {
      const { store, other } = stores()
      const first = await insertGrant(store, sealedWith('k1'))
      const second = await insertGrant(store, {
        sealedAccessToken: 'k-2_.only',
        sealedRefreshToken: null,
      })
      const mixed = await insertGrant(store, { ...sealedWith('k1'), sealedRefreshToken: 'k2.x' })
      const odd = await insertGrant(store, sealedWith('no key id'))
      const idsOf = async (keyId: string | null) => {
        const listed = await other.grants.list({ sealedWith: keyId, limit: 9 })
        return listed.map(({ openId }) => openId)
      }
      expect(await idsOf('k1')).toEqual([first.openId])
      expect(await idsOf('k-2_')).toEqual([second.openId])
      expect(await idsOf(null)).toEqual([mixed.openId, odd.openId].sort())
      expect(await idsOf('k')).toEqual([])
      const page = { sealedWith: null, limit: 9, after: { appId: 'cli_a', openId: '' } }
      expect(await other.grants.list(page)).toHaveLength(2)
      const counts = await store.grants.countByKey()
      expect(new Map(counts.map(({ keyId, count }) => [keyId, count]))).toEqual(
        new Map([
          ['k1', 1],
          ['k-2_', 1],
          [null, 2],
        ]),
      )

      await store.grants.rotate(1, { ...first, ...sealedWith('k9') })
      await store.grants.save({ ...odd, ...sealedWith('k9'), authorizedAt: inSeconds(9) })
      expect(await idsOf('k9')).toEqual([first.openId, odd.openId].sort())
    })
  })

  describe('the same tokens sealed with another key', () => {
    it('take the place of the old ones, and the version stays', async () => {
      const { store, other } = stores()
      const grant = await insertGrant(store, sealedWith('k1'))
      expect(await store.grants.reseal([{ grant, pair: sealedWith('k2') }])).toBe(1)
      const resealed = { ...grant, ...sealedWith('k2') }
      expect(await other.grants.find(grant.appId, grant.openId)).toEqual(resealed)
      expect(await store.grants.countByKey()).toEqual([{ keyId: 'k2', count: 1 }])
      expect(await store.grants.rotate(1, resealed)).not.toBeNull()
    })

    it('work where there is no refresh token', async () => {
      const { store } = stores()
      const grant = await insertGrant(store, { sealedRefreshToken: null })
      const pair = { sealedAccessToken: 'k2.access', sealedRefreshToken: null }
      expect(await store.grants.reseal([{ grant, pair }])).toBe(1)
      expect((await store.grants.find(grant.appId, grant.openId))?.sealedAccessToken).toBe(
        'k2.access',
      )
    })

    it('are written many at once, and those that have moved on stay as they are', async () => {
      const { store, other } = stores()
      const read: Grant[] = []
      for (let index = 0; index < 23; index++) {
        const changes = index % 5 === 0 ? { sealedRefreshToken: null } : {}
        read.push(await insertGrant(store, { ...sealedWith('k1'), ...changes }))
      }
      const [moved, gone] = [read[3], read[20]]
      if (!moved || !gone) throw new Error('There are too few grants.')
      const rotated = await other.grants.rotate(1, { ...moved, ...sealedWith('k1') })
      await other.grants.delete(gone)
      const resealed = read.map((grant) => ({
        grant,
        pair: {
          sealedAccessToken: `k2.access of ${grant.openId}`,
          sealedRefreshToken: grant.sealedRefreshToken && `k2.refresh of ${grant.openId}`,
        },
      }))
      expect(await store.grants.reseal([])).toBe(0)
      expect(await store.grants.reseal(resealed)).toBe(21)
      for (const { grant, pair } of resealed) {
        const found = await other.grants.find(grant.appId, grant.openId)
        if (grant === gone) expect(found).toBeNull()
        else expect(found).toEqual(grant === moved ? rotated : { ...grant, ...pair })
      }
      expect(await store.grants.list({ sealedWith: 'k2', limit: 99 })).toHaveLength(21)
    })

    it('are refused when the grant has moved on since it was read', async () => {
      const { store, other } = stores()
      const moves: ((grant: Grant) => Promise<unknown>)[] = [
        (grant) => other.grants.rotate(1, { ...grant, sealedAccessToken: 'k1.new' }),
        (grant) => other.grants.save({ ...grant, authorizedAt: inSeconds(9) }),
        (grant) => other.grants.end(grant, NOW),
        (grant) => other.grants.delete(grant),
        (grant) => other.grants.reseal([{ grant, pair: sealedWith('k3') }]),
        (grant) =>
          other.grants.reseal([{ grant, pair: { ...grant, sealedAccessToken: 'k3.access' } }]),
        (grant) =>
          other.grants.reseal([{ grant, pair: { ...grant, sealedRefreshToken: 'k3.refresh' } }]),
        (grant) => other.grants.reseal([{ grant, pair: { ...grant, sealedRefreshToken: null } }]),
      ]
      for (const move of moves) {
        const grant = await insertGrant(store, sealedWith('k1'))
        await move(grant)
        const moved = await store.grants.find(grant.appId, grant.openId)
        expect(await store.grants.reseal([{ grant, pair: sealedWith('k2') }])).toBe(0)
        expect(await store.grants.find(grant.appId, grant.openId)).toEqual(moved)
      }
    })
  })
}
