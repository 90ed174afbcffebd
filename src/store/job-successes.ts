import type { JobSuccessStore } from '../auth/job-success-store.ts'
import type { Engine } from './engine.ts'

/** Creates the statements on the last success of each job. */
export function createJobSuccesses({ database, schema }: Engine): JobSuccessStore {
  const { jobSuccesses } = schema
  return {
    async note(job, at) {
      await database
        .insert(jobSuccesses)
        .values({ job, succeededAt: at })
        .onConflictDoUpdate({ target: jobSuccesses.job, set: { succeededAt: at } })
    },

    async list() {
      const rows = await database.select().from(jobSuccesses)
      return rows.map(({ job, succeededAt }) => ({ job, at: succeededAt }))
    },
  }
}
