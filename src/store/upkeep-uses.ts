import { sql } from 'drizzle-orm'
import type { GrantKey, UpkeepStore } from '../auth/upkeep.ts'
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

/** In one order for everybody, so that two writers do not wait for each other's rows. */
function byGrant(one: GrantKey, other: GrantKey): number {
  return order(one.appId, other.appId) || order(one.openId, other.openId)
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
