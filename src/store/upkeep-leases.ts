import { and, exists, ne, type SQL, sql } from 'drizzle-orm'
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core'
import type { GrantKey, GrantMark, Lease, UpkeepStore } from '../auth/upkeep.ts'
import { bind } from './dialects.ts'
import type { Engine } from './engine.ts'
import { isOfGrant } from './is-of-grant.ts'
import { isFree, isHeldUnder } from './lease-guards.ts'
import type { Schema } from './schema.ts'
import { fromMark, toUpkeepOrNull } from './upkeep-row.ts'

type UpkeepLeases = Pick<UpkeepStore, 'claim' | 'renew' | 'openIntent' | 'release'>
type Changes = PgUpdateSetSource<Schema['upkeeps']>

const NO_INTENT = { intentVersion: null, intentAt: null, intentProbes: null }

/** Creates the statements that give out the right to refresh a grant, and take it back. */
export function createUpkeepLeases({ database, schema }: Engine): UpkeepLeases {
  const { upkeeps, grants } = schema

  return {
    async claim({ appId, openId }, owner, now, until) {
      const rows = await database
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
      return toUpkeepOrNull(rows)
    },

    async renew(key, lease, until) {
      return await changeUnder(lease, key, { leaseUntil: until })
    },

    async openIntent(key, lease, { version, at, probes }) {
      const intent = { intentVersion: version, intentAt: at, intentProbes: probes }
      return await changeUnder(lease, key, intent)
    },

    async release(key, lease, { intent, failures, coolUntil, coolReason, mark, dueAt }) {
      return await changeUnder(lease, key, {
        ...{ leaseOwner: null, leaseUntil: null, failures, coolUntil, coolReason },
        ...(intent === 'settled' ? NO_INTENT : {}),
        ...(mark === undefined ? {} : unlessMarkedNewer(mark)),
        ...(dueAt === undefined ? {} : { dueAt: mark ? unlessMoot(key, mark, dueAt) : dueAt }),
      })
    },
  }

  async function changeUnder(lease: Lease, key: GrantKey, changes: Changes): Promise<boolean> {
    const rows = await database
      .update(upkeeps)
      .set(changes)
      .where(and(isOfGrant(upkeeps, key), isHeldUnder(upkeeps, lease)))
      .returning({ appId: upkeeps.appId })
    return rows.length === 1
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
