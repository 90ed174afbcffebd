import { describe, expect, it } from 'vitest'
import type { Stores } from '../contract.ts'

/** When jobs last succeeded. */
export function jobSuccessContract(stores: Stores): void {
  describe('the successes of jobs', () => {
    it('are kept with their time, one for each job, whoever did it', async () => {
      const { store, other } = stores()
      const [early, late] = [new Date('2026-11-20T08:00:00Z'), new Date('2026-11-20T09:00:00Z')]
      expect(await store.jobSuccesses.list()).toEqual([])
      await store.jobSuccesses.note('cleanup', early)
      await store.jobSuccesses.note('session_sweep', early)
      await other.jobSuccesses.note('cleanup', late)
      const kept = await store.jobSuccesses.list()
      expect(kept.toSorted((a, b) => a.job.localeCompare(b.job))).toEqual([
        { job: 'cleanup', at: late },
        { job: 'session_sweep', at: early },
      ])
    })
  })
}
