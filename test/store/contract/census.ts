import { describe, expect, it } from 'vitest'
import type { GrantCounts } from '../../../src/auth/grant-census.ts'
import type { Stores } from '../contract.ts'
import {
  aGrant,
  claimLease,
  inSeconds,
  insertGrant,
  insertSession,
  NOW,
  SETTLED,
} from './samples.ts'

const DAY = 86_400

/** What is counted of all grants, for metrics. */
export function censusContract(stores: Stores): void {
  describe('the census', () => {
    const save = async (access: number, refresh: number | null, appId = 'cli_a', key = 'k1') => {
      const { store } = stores()
      const grant = await store.grants.save(
        aGrant(await insertSession(store, { appId }), {
          accessTokenExpiresAt: inSeconds(access),
          sealedAccessToken: `${key}.a.b.c`,
          sealedRefreshToken: refresh === null ? null : `${key}.d.e.f`,
          refreshTokenExpiresAt: refresh === null ? null : inSeconds(refresh),
        }),
      )
      if (grant === null) throw new Error('The sample grant was not saved.')
      return grant
    }
    const count = () => stores().store.census.count(NOW)

    it('finds nothing where there is nothing', async () => {
      const none = { byState: [], byTimeLeft: [], byKey: [], oldestIssue: [], oldestDue: [] }
      expect(await count()).toEqual(none)
    })

    it('tells how grants stand by the later of their ends', async () => {
      await save(1, null)
      await save(0, 1)
      await save(0, 0)
      await save(-5, null)
      await save(-5, 5 * DAY)
      await save(2 * DAY, null)
      await save(2 * DAY, DAY)
      await save(2 * DAY, -1)
      await save(1, -1)
      await save(1, 1, 'cli_b')
      const counts = await count()
      expect(statesOf(counts, 'cli_a')).toEqual({ active: 4, expiring: 3, reauth_required: 2 })
      expect(statesOf(counts, 'cli_b')).toEqual({ active: 0, expiring: 1, reauth_required: 0 })
    })

    it('tells those apart that bear a mark, unless it is moot', async () => {
      const { store } = stores()
      const mark = (status: 'revoked' | 'ambiguous', version: number) =>
        ({ status, reason: null, version, at: NOW }) as const
      await store.upkeeps.mark(await save(1, 5 * DAY), mark('revoked', 1))
      await store.upkeeps.mark(await save(1, null), mark('ambiguous', 1))
      await store.upkeeps.mark(await save(1, 5 * DAY), mark('revoked', 0))
      await store.upkeeps.mark({ appId: 'cli_a', openId: 'ou_nobody' }, mark('revoked', 1))
      expect(statesOf(await count(), 'cli_a')).toEqual({
        active: 1,
        expiring: 0,
        reauth_required: 0,
        revoked: 1,
        ambiguous: 1,
      })
    })

    it('puts every refresh token in one bin', async () => {
      for (const days of [-9, 0, 0.1, 1, 1.1, 3, 3.1, 6.9, 7, 8, 29, 31, 365, 400]) {
        await save(1, days * DAY)
      }
      await save(1, null)
      const bins = (await count()).byTimeLeft.map(({ bin, count: inBin }) => [bin, inBin])
      expect(Object.fromEntries(bins)).toEqual({
        expired: 2,
        '1d': 2,
        '3d': 2,
        '7d': 3,
        '30d': 2,
        '365d': 3,
      })
    })

    it('counts by key, and finds the oldest refresh token that lives', async () => {
      await save(1, 5 * DAY)
      await save(1, 3 * DAY, 'cli_a', 'k2')
      await save(1, -DAY, 'cli_b', 'k2')
      const { byKey, oldestIssue } = await count()
      expect(byKey.toSorted((a, b) => a.count - b.count)).toEqual([
        { keyId: 'k1', count: 1 },
        { keyId: 'k2', count: 2 },
      ])
      expect(oldestIssue).toEqual([{ appId: 'cli_a', at: NOW }])
    })

    it('tells since when the most overdue refresh waits, whatever was tried', async () => {
      const { store } = stores()
      const grant = await insertGrant(store)
      await store.upkeeps.schedule(grant, inSeconds(-60))
      const waits = [{ appId: grant.appId, at: inSeconds(-60) }]
      expect((await count()).oldestDue).toEqual(waits)
      await store.upkeeps.claimDue(NOW, inSeconds(120), 9)
      expect((await count()).oldestDue).toEqual(waits)
      const { lease } = await claimLease(store, grant)
      const setback = {
        ...SETTLED,
        failures: 1,
        coolUntil: inSeconds(30),
        coolReason: 'upstream',
      } as const
      await store.upkeeps.release(grant, lease, { ...setback, dueAt: inSeconds(30) })
      expect((await count()).oldestDue).toEqual(waits)
      const again = await claimLease(store, grant)
      await store.upkeeps.release(grant, again.lease, { ...SETTLED, dueAt: inSeconds(5000) })
      expect((await count()).oldestDue).toEqual([])
    })

    it.each(['policy', 'drift', 'internal'] as const)(
      'leaves out what stands in its own way (%s), and counts what waits behind it',
      async (coolReason) => {
        const { store } = stores()
        const stubborn = await insertGrant(store)
        await store.upkeeps.schedule(stubborn, inSeconds(-7200))
        await store.upkeeps.claimDue(NOW, inSeconds(120), 9)
        const { lease } = await claimLease(store, stubborn)
        const pause = { failures: 7, coolUntil: inSeconds(900), coolReason } as const
        const dueAt = inSeconds(-1)
        await store.upkeeps.release(stubborn, lease, { intent: 'settled', ...pause, dueAt })
        expect((await count()).oldestDue).toEqual([])
        const other = await insertGrant(store)
        await store.upkeeps.schedule(other, inSeconds(-60))
        await store.upkeeps.claimDue(inSeconds(-30), inSeconds(120), 9)
        expect((await count()).oldestDue).toEqual([{ appId: other.appId, at: inSeconds(-60) }])
      },
    )
  })
}

function statesOf({ byState }: GrantCounts, appId: string): Record<string, number> {
  return Object.fromEntries(
    byState.filter((row) => row.appId === appId).map(({ state, count }) => [state, count]),
  )
}
