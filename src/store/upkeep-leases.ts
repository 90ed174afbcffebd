import { and, exists, ne, type SQL, sql } from 'drizzle-orm'
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core'
import type { GrantKey, GrantMark, Lease, UpkeepStore } from '../auth/upkeep.ts'
import { bind } from './dialects.ts'
import type { Engine } from './engine.ts'
import { isOfGrant } from './is-of-grant.ts'
import { isFree, isHeldUnder } from './lease-guards.ts'
import type { Schema } from './schema.ts'
import { flushed, type Unflushed } from './unflushed.ts'
import { fromMark, toUpkeepOrNull } from './upkeep-row.ts'

type UpkeepLeases = Pick<UpkeepStore, 'claim' | 'renew' | 'openIntent' | 'release'>
type Changes = PgUpdateSetSource<Schema['upkeeps']>

const NO_INTENT = { intentVersion: null, intentAt: null, intentProbes: null }

/** Creates the statements that give out the right to refresh a grant, and take it back. */
export function createUpkeepLeases({
  database,
  schema,
  unflushed = flushed,
}: Engine): UpkeepLeases {
  const { upkeeps, grants } = schema

  return {
    async claim({ appId, openId }, owner, now, until) {
      // A power cut ends every holder as well; whoever presents a token waits for the disk with the intent.
      const claimed = database
        .insert(upkeeps)
        .values({ appId, openId, leaseOwner: owner, leaseUntil: until, leaseFence: 1 })
        .onConflictDoUpdate({
          target: [upkeeps.appId, upkeeps.openId],
          set: {
            leaseOwner: owner,
            leaseUntil: until,
            leaseFence: sql`${upkeeps.leaseFence} + 1`,
          },
          setWhere: sql`${isFree(upkeeps, now)}`,
        })
        .returning()
      return toUpkeepOrNull(await unflushed(claimed))
    },

    async renew(key, lease, until) {
      return await changeUnder(lease, key, { leaseUntil: until }, unflushed)
    },

    async openIntent(key, lease, { version, at, probes }) {
      const intent = { intentVersion: version, intentAt: at, intentProbes: probes }
      return await changeUnder(lease, key, intent)
    },

    async release(key, lease, result) {
      const { intent, failures, coolUntil, coolReason, doubtedVersion, mark, dueAt } = result
      // Undone by a power cut, the lease runs out and an intent of the version before is moot: nothing is tried again for it.
      const isForgettable = failures === 0 && !mark
      const changes = {
        ...{ leaseOwner: null, leaseUntil: null, failures, coolUntil, coolReason },
        ...(intent === 'settled' ? NO_INTENT : {}),
        ...(doubtedVersion === undefined ? {} : { doubtedVersion }),
        ...(mark === undefined ? {} : unlessMarkedNewer(mark)),
        ...(dueAt === undefined ? {} : { dueAt: mark ? unlessMoot(key, mark, dueAt) : dueAt }),
        // A pause after a setback does not make it any less overdue.
        ...(dueAt === undefined || (dueAt && failures > 0) ? {} : { overdueSince: null }),
      }
      return await changeUnder(lease, key, changes, isForgettable ? unflushed : flushed)
    },
  }

  async function changeUnder(
    lease: Lease,
    key: GrantKey,
    changes: Changes,
    commit: Unflushed = flushed,
  ): Promise<boolean> {
    const changed = database
      .update(upkeeps)
      .set(changes)
      .where(and(isOfGrant(upkeeps, key), isHeldUnder(upkeeps, lease)))
      .returning({ appId: upkeeps.appId })
    return (await commit(changed)).length === 1
  }

  /** A mark set meanwhile from outside, for a version after the one this holder worked on, stays. */
  function unlessMarkedNewer(mark: GrantMark | null): Changes {
    const workedOn = mark === null ? sql`${upkeeps.intentVersion}` : sql`${mark.version}`
    const isNewer = sql`${upkeeps.markVersion} > ${workedOn}`
    const { markStatus, markReason, markVersion, markAt } = fromMark(mark)
    const unlessNewer = (column: SQL, value: SQL) =>
      sql`case when ${isNewer} then ${column} else ${value} end`
    return {
      markStatus: unlessNewer(sql`${upkeeps.markStatus}`, bind(markStatus, upkeeps.markStatus)),
      markReason: unlessNewer(sql`${upkeeps.markReason}`, bind(markReason, upkeeps.markReason)),
      markVersion: unlessNewer(sql`${upkeeps.markVersion}`, bind(markVersion, upkeeps.markVersion)),
      markAt: unlessNewer(sql`${upkeeps.markAt}`, bind(markAt, upkeeps.markAt)),
    }
  }

  /** A verdict on one version of the grant must not unschedule the consent that came after it. */
  function unlessMoot(key: GrantKey, { version }: GrantMark, dueAt: Date | null): SQL {
    const isMoot = exists(
      database
        .select({ version: grants.version })
        .from(grants)
        .where(and(isOfGrant(grants, key), ne(grants.version, version))),
    )
    return sql`case when ${isMoot} then ${upkeeps.dueAt} else ${bind(dueAt, upkeeps.dueAt)} end`
  }
}
