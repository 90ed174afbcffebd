import { describe, expect, it } from 'vitest'
import type { Stores } from '../contract.ts'
import {
  aGrant,
  aGrantKey,
  claimLease,
  inSeconds,
  insertGrant,
  insertSession,
  NOW,
  SETTLED,
} from './samples.ts'

/** Races over one grant: to refresh it, to replace it, to end it. */
export function upkeepRaceContract(stores: Stores): void {
  const sixteen = Array.from({ length: 16 }, (_, index) => index)
  const eitherOf = (index: number) => (index % 2 === 0 ? stores().store : stores().other)
  const winnersOf = <T>(results: (T | null)[]): T[] => results.filter((result) => result !== null)

  describe('a race', { timeout: 120_000 }, () => {
    it('for the lease has exactly one winner, round after round, and every fence is new', async () => {
      const { store } = stores()
      const claimAll = async (key: ReturnType<typeof aGrantKey>, seconds: number) => {
        const results = await Promise.all(
          sixteen.map((index) => {
            const until = inSeconds(seconds + 10)
            return eitherOf(index).upkeeps.claim(key, `process_${index}`, inSeconds(seconds), until)
          }),
        )
        const winners = winnersOf(results)
        expect(winners).toHaveLength(1)
        expect(await store.upkeeps.find(key)).toEqual(winners[0])
        return winners[0]?.lease ?? expect.unreachable()
      }
      for (let race = 0; race < 20; race++) {
        const key = aGrantKey()
        const begun = await claimAll(key, 0)
        const runOut = await claimAll(key, 10)
        await store.upkeeps.release(key, runOut, SETTLED)
        const givenBack = await claimAll(key, 11)
        expect([begun, runOut, givenBack].map(({ fence }) => fence)).toEqual([1, 2, 3])
      }
    })

    it('between a late holder and the next claimer leaves the lease with one of them', async () => {
      const { store, other } = stores()
      for (let race = 0; race < 20; race++) {
        const key = aGrantKey()
        const { lease } = await claimLease(store, key)
        const [renewed, next] = await Promise.all([
          store.upkeeps.renew(key, lease, inSeconds(20)),
          other.upkeeps.claim(key, 'process_b', inSeconds(10), inSeconds(20)),
        ])
        // A holder that renewed first keeps others away; one that renewed last finds its fence gone.
        expect(renewed).toBe(next === null)
        expect((await store.upkeeps.find(key))?.lease).toEqual(
          next?.lease ?? { ...lease, until: inSeconds(20) },
        )
      }
    })

    it('for many due grants gives every one to one taker only', async () => {
      const { store } = stores()
      await Promise.all(Array.from({ length: 100 }, () => store.upkeeps.schedule(aGrantKey(), NOW)))
      const taken: string[] = []
      for (let left = 20; left > 0; left--) {
        const batches = await Promise.all(
          sixteen.map((index) => eitherOf(index).upkeeps.claimDue(NOW, inSeconds(60), 7)),
        )
        for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(7)
        taken.push(...batches.flat().map(({ openId }) => openId))
        if (batches.every((batch) => batch.length === 0)) break
      }
      expect(taken).toHaveLength(100)
      expect(new Set(taken).size).toBe(100)
    })

    it('to adopt schedules every consent and neither blocks nor fails', async () => {
      const { store } = stores()
      await Promise.all(Array.from({ length: 40 }, () => insertGrant(store)))
      for (let left = 20; left > 0; left--) {
        const adopted = await Promise.all(
          sixteen.map((index) => eitherOf(index).upkeeps.adopt(NOW, 7)),
        )
        if (adopted.every((count) => count === 0)) break
      }
      expect(await store.upkeeps.adopt(NOW, 7)).toBe(0)
      expect(await store.upkeeps.claimDue(NOW, inSeconds(60), 99)).toHaveLength(40)
    })

    it('to save a refreshed pair has exactly one winner', async () => {
      const { store } = stores()
      for (let race = 0; race < 20; race++) {
        const grant = await insertGrant(store)
        const results = await Promise.all(
          sixteen.map((index) =>
            eitherOf(index).grants.rotate(1, { ...grant, sealedAccessToken: `pair-${index}` }),
          ),
        )
        const winners = winnersOf(results)
        expect(winners).toHaveLength(1)
        expect(await store.grants.find(grant.appId, grant.openId)).toEqual(winners[0])
      }
    })

    it('between refreshed pairs and a newer consent is won by the consent', async () => {
      const { store } = stores()
      for (let race = 0; race < 20; race++) {
        const openId = `ou_${race}`
        const grant = await insertGrant(store, { openId })
        await store.sessions.completeGranted(NOW, 9)
        const session = await insertSession(store, { openId })
        const newer = aGrant(session, { authorizedAt: inSeconds(5), issuedAt: inSeconds(5) })
        const rotations = sixteen.map((index) =>
          eitherOf(index).grants.rotate(1 + (index % 3), {
            ...grant,
            sealedAccessToken: 'refreshed',
            issuedAt: inSeconds(60),
          }),
        )
        const saves = [store.grants.save(newer), ...rotations]
        expect((await Promise.all(saves))[0]).not.toBeNull()
        expect(await store.grants.find(grant.appId, openId)).toMatchObject(newer)
      }
    })

    it('between refreshed pairs and the end of the grant leaves nothing alive', async () => {
      const { store } = stores()
      for (let race = 0; race < 20; race++) {
        const grant = await insertGrant(store)
        const rotations = sixteen.map((index) => eitherOf(index).grants.rotate(1, grant))
        const ends = [store.grants.end(grant, NOW), ...rotations]
        expect((await Promise.all(ends))[0]).not.toBeNull()
        expect(await store.grants.find(grant.appId, grant.openId)).toMatchObject({
          accessTokenExpiresAt: NOW,
          sealedRefreshToken: null,
        })
      }
    })

    it('between another key and refreshed pairs never brings an old pair back', async () => {
      const { store } = stores()
      for (let race = 0; race < 20; race++) {
        const grant = await insertGrant(store)
        const [rotated, ...resealed] = await Promise.all([
          store.grants.rotate(1, { ...grant, sealedAccessToken: 'k1.new' }),
          ...sixteen.map((index) =>
            eitherOf(index).grants.reseal([
              {
                grant,
                pair: { sealedAccessToken: `k${index}.old`, sealedRefreshToken: null },
              },
            ]),
          ),
        ])
        expect(rotated).not.toBeNull()
        expect(resealed.reduce((sum, written) => sum + written, 0)).toBeLessThanOrEqual(1)
        expect(await store.grants.find(grant.appId, grant.openId)).toEqual(rotated)
      }
    })
  })
}
