import { and, count, eq, gt, isNotNull, or, type SQL, sql } from 'drizzle-orm'
import type { GrantKey, GrantMark } from '../auth/upkeep.ts'
import type { Engine } from './engine.ts'
import { letOthers } from './let-others.ts'

/** So many lookups take SQLite a few milliseconds. */
const STEP = 500

/** Grants of one app with one mark, and how many of them would stand how without it. */
export type MarkedGrants = {
  appId: string
  state: GrantMark['status']
  count: number
  active: number
  expiring: number
}

/** Counts grants with a mark on the version they have; a mark on an older one is moot. */
export async function countMarked(
  { database, schema }: Engine,
  { now, inADay }: { now: Date; inADay: Date },
): Promise<MarkedGrants[]> {
  const { grants, upkeeps } = schema
  const isMarked = isNotNull(upkeeps.markStatus)
  const counts: MarkedGrants[] = []
  let from: GrantKey = { appId: '', openId: '' }
  for (;;) {
    const isLater = and(isMarked, keyIs('>', from))
    const [end] = await database
      .select({ appId: upkeeps.appId, openId: upkeeps.openId })
      .from(upkeeps)
      .where(isLater)
      .orderBy(upkeeps.appId, upkeeps.openId)
      .offset(STEP - 1)
      .limit(1)
    counts.push(...(await countStep(end ? and(isLater, keyIs('<=', end)) : isLater)))
    if (end === undefined) return counts
    from = end
    await letOthers()
  }

  async function countStep(isInStep: SQL | undefined): Promise<MarkedGrants[]> {
    const lasting = (until: Date) => {
      const lasts = or(
        gt(grants.accessTokenExpiresAt, until),
        gt(grants.refreshTokenExpiresAt, until),
      )
      return count(sql`case when ${lasts} then 1 end`)
    }
    const rows = await database
      .select({
        appId: upkeeps.appId,
        state: upkeeps.markStatus,
        count: count(),
        usable: lasting(now),
        active: lasting(inADay),
      })
      .from(upkeeps)
      .innerJoin(
        grants,
        and(
          eq(grants.appId, upkeeps.appId),
          eq(grants.openId, upkeeps.openId),
          eq(grants.version, upkeeps.markVersion),
        ),
      )
      .where(isInStep)
      .groupBy(upkeeps.appId, upkeeps.markStatus)
    return rows.flatMap(({ state, usable, ...row }) =>
      state === null ? [] : [{ ...row, state, expiring: usable - row.active }],
    )
  }

  function keyIs(comparison: '>' | '<=', { appId, openId }: GrantKey): SQL {
    return sql`(${upkeeps.appId}, ${upkeeps.openId}) ${sql.raw(comparison)} (${appId}, ${openId})`
  }
}
