import { and, asc, eq, exists, gt, gte, isNotNull, isNull, lt, lte, or, sql } from 'drizzle-orm'
import type { RenewalStore } from '../auth/renewals.ts'
import { bind } from './dialects.ts'
import type { Engine } from './engine.ts'
import { isOfGrant } from './is-of-grant.ts'

/** Creates the statements that find grants before their end, and see to it that each person is asked once. */
export function createRenewals({
  database,
  schema: { grants, upkeeps, timeZones },
}: Engine): RenewalStore {
  // What is not adopted has just been granted; its upkeep begins within seconds.
  const listed = () =>
    database
      .select({
        appId: grants.appId,
        openId: grants.openId,
        tenantKey: grants.tenantKey,
        sessionId: grants.sessionId,
        scopes: grants.scopes,
        authorizedAt: grants.authorizedAt,
        accessTokenExpiresAt: grants.accessTokenExpiresAt,
        version: grants.version,
        markVersion: upkeeps.markVersion,
        markReason: upkeeps.markReason,
        askedAt: upkeeps.askedAt,
        timeZone: timeZones.timeZone,
      })
      .from(grants)
      .innerJoin(upkeeps, and(eq(upkeeps.appId, grants.appId), eq(upkeeps.openId, grants.openId)))
      .leftJoin(
        timeZones,
        and(eq(timeZones.appId, grants.appId), eq(timeZones.openId, grants.openId)),
      )

  return {
    async listByConsent({ from, to, after, now }, limit) {
      const columns = sql`${grants.authorizedAt}, ${grants.appId}, ${grants.openId}`
      const last = after && {
        authorizedAt: bind(after.authorizedAt, grants.authorizedAt),
        appId: bind(after.appId, grants.appId),
        openId: bind(after.openId, grants.openId),
      }
      return await listed()
        .where(
          and(
            gte(
              grants.authorizedAt,
              after && after.authorizedAt > from ? after.authorizedAt : from,
            ),
            lte(grants.authorizedAt, to),
            isNotNull(grants.sealedRefreshToken),
            or(isNull(grants.refreshTokenExpiresAt), gt(grants.refreshTokenExpiresAt, now)),
            last
              ? sql`(${columns}) > (${last.authorizedAt}, ${last.appId}, ${last.openId})`
              : undefined,
          ),
        )
        .orderBy(asc(grants.authorizedAt), asc(grants.appId), asc(grants.openId))
        .limit(limit)
    },

    async listUnrefreshable({ from, to, usedAfter }, limit) {
      return await listed()
        .where(
          and(
            isNull(grants.sealedRefreshToken),
            gte(grants.accessTokenExpiresAt, from),
            lte(grants.accessTokenExpiresAt, to),
            gt(upkeeps.lastUsedAt, usedAfter),
            or(isNull(upkeeps.askedAt), lt(upkeeps.askedAt, grants.authorizedAt)),
          ),
        )
        .orderBy(asc(grants.accessTokenExpiresAt))
        .limit(limit)
    },

    async claimAsk(grant, now) {
      const isAsItWas = exists(
        database
          .select({ version: grants.version })
          .from(grants)
          .where(
            and(
              isOfGrant(grants, grant),
              eq(grants.version, grant.version),
              eq(grants.authorizedAt, grant.authorizedAt),
            ),
          ),
      )
      const rows = await database
        .update(upkeeps)
        .set({ askedAt: now })
        .where(
          and(
            isOfGrant(upkeeps, grant),
            or(isNull(upkeeps.askedAt), lt(upkeeps.askedAt, grant.authorizedAt)),
            isAsItWas,
          ),
        )
        .returning({ openId: upkeeps.openId })
      return rows.length === 1
    },

    async releaseAsk(key, askedAt) {
      await database
        .update(upkeeps)
        .set({ askedAt: null })
        .where(and(isOfGrant(upkeeps, key), eq(upkeeps.askedAt, askedAt)))
    },
  }
}
