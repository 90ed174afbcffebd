import { sql } from 'drizzle-orm'
import type { UpkeepStore } from '../auth/upkeep.ts'
import { byGrant } from './by-grant.ts'
import type { Engine } from './engine.ts'
import { inGroups } from './in-groups.ts'
import { flushed } from './unflushed.ts'

/** Creates the statement that notes who uses their grant. */
export function createUpkeepUses({
  database,
  schema,
  unflushed = flushed,
}: Engine): Pick<UpkeepStore, 'noteUses'> {
  const { upkeeps } = schema

  return {
    async noteUses(uses, lastUsedAt) {
      for (const group of inGroups(uses.toSorted(byGrant))) {
        const noted = database
          .insert(upkeeps)
          .values(group.map(({ appId, openId, dueAt }) => ({ appId, openId, dueAt, lastUsedAt })))
          .onConflictDoUpdate({
            target: [upkeeps.appId, upkeeps.openId],
            set: { dueAt: sql`excluded.due_at`, lastUsedAt: sql`excluded.last_used_at` },
          })
        // A note that a power cut takes back costs a refresh at the next use, at most.
        await unflushed(noted)
      }
    },
  }
}
