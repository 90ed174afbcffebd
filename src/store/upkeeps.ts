import { and, eq, exists, isNull, lt, lte, notExists, or, type SQL, sql } from 'drizzle-orm'
import type { GrantKey, UpkeepStore } from '../auth/upkeep.ts'
import { byGrant } from './by-grant.ts'
import { bind } from './dialects.ts'
import type { Engine } from './engine.ts'
import { isFree } from './is-free.ts'
import { isOfGrant } from './is-of-grant.ts'
import { pickRows } from './pick-rows.ts'
import { fromMark, toUpkeep, toUpkeepOrNull } from './upkeep-row.ts'

type UpkeepRecords = Omit<UpkeepStore, 'claim' | 'renew' | 'openIntent' | 'release' | 'noteUses'>

/** Creates the statements that find upkeep, mark it and schedule it; none of them needs a lease. */
export function createUpkeepRecords(engine: Engine): UpkeepRecords {
  const { database, schema } = engine
  const { upkeeps, grants } = schema
  /** Written out, not bound, so that the partial index applies. */
  const isUnadopted = sql`${eq(grants.adopted, 0)}`.inlineParams()
  const findByGrant = database
    .select()
    .from(upkeeps)
    .where(
      and(
        eq(upkeeps.appId, sql.placeholder('appId')),
        eq(upkeeps.openId, sql.placeholder('openId')),
      ),
    )
    .prepare('find_upkeep')

  return {
    async find({ appId, openId }) {
      return toUpkeepOrNull(await findByGrant.execute({ appId, openId }))
    },

    async mark({ appId, openId }, mark) {
      await database
        .insert(upkeeps)
        .values({ appId, openId, ...fromMark(mark) })
        .onConflictDoUpdate({
          target: [upkeeps.appId, upkeeps.openId],
          set: fromMark(mark),
          setWhere: sql`${or(isNull(upkeeps.markVersion), lte(upkeeps.markVersion, mark.version))}`,
        })
    },

    async schedule({ appId, openId }, dueAt, lastUsedAt) {
      const changes = {
        dueAt,
        overdueSince: null,
        ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
      }
      await database
        .insert(upkeeps)
        .values({ appId, openId, ...changes })
        .onConflictDoUpdate({ target: [upkeeps.appId, upkeeps.openId], set: changes })
    },

    async claimDue(now, until, limit) {
      const isDue = lte(upkeeps.dueAt, now)
      const picked = pickRows(engine, {
        from: upkeeps,
        key: [upkeeps.appId, upkeeps.openId],
        where: isDue,
        oldestBy: upkeeps.dueAt,
        limit,
      })
      const rows = await database
        .with(picked.rows)
        .update(upkeeps)
        .set({
          dueAt: until,
          overdueSince: sql`coalesce(${upkeeps.overdueSince}, ${upkeeps.dueAt})`,
        })
        .where(and(picked.areTheseRows, isDue))
        .returning()
      return rows.map(toUpkeep)
    },

    async listOpenIntents(now, before, limit) {
      const rows = await database
        .select()
        .from(upkeeps)
        .where(
          and(lt(upkeeps.intentAt, before), isFree(upkeeps, now), isNotPaused(now), isNotMoot()),
        )
        .orderBy(upkeeps.intentAt)
        .limit(limit)
      return rows.map(toUpkeep)
    },

    async adopt(dueAt, limit) {
      const consents = await database
        .select({ appId: grants.appId, openId: grants.openId, version: grants.version })
        .from(grants)
        .where(isUnadopted)
        .orderBy(grants.appId, grants.openId)
        .limit(limit)
      if (consents.length === 0) return 0
      await database
        .insert(upkeeps)
        .values(consents.toSorted(byGrant).map(({ appId, openId }) => ({ appId, openId, dueAt })))
        .onConflictDoUpdate({
          target: [upkeeps.appId, upkeeps.openId],
          set: { dueAt, overdueSince: null },
        })
      // Last, so that a crash leaves them to the next adopter; a consent given meanwhile waits for it as well.
      const picked = pickRows(engine, {
        from: grants,
        key: [grants.appId, grants.openId],
        where: isAmong(consents),
        oldestBy: grants.authorizedAt,
        limit,
      })
      await database
        .with(picked.rows)
        .update(grants)
        .set({ adopted: 1 })
        .where(and(picked.areTheseRows, isAmong(consents)))
      return consents.length
    },

    async unmark(key, { version, reason }) {
      const rows = await database
        .update(upkeeps)
        .set(fromMark(null))
        .where(
          and(
            isOfGrant(upkeeps, key),
            eq(upkeeps.markVersion, version),
            reason === null ? isNull(upkeeps.markReason) : eq(upkeeps.markReason, reason),
          ),
        )
        .returning({ appId: upkeeps.appId })
      return rows.length === 1
    },

    async delete(key) {
      await database.delete(upkeeps).where(isOfGrant(upkeeps, key))
    },

    async deleteOrphan(key) {
      const itsGrant = database
        .select({ version: grants.version })
        .from(grants)
        .where(isOfGrant(grants, key))
      await database.delete(upkeeps).where(and(isOfGrant(upkeeps, key), notExists(itsGrant)))
    },
  }

  /** A list of values, not a chain of conditions: SQLite nests those a thousand deep at most. */
  function isAmong(consents: (GrantKey & { version: number })[]): SQL {
    const rows = consents.map(
      ({ appId, openId, version }) => sql`(${appId}, ${openId}, ${bind(version, grants.version)})`,
    )
    const columns = sql`${grants.appId}, ${grants.openId}, ${grants.version}`
    return sql`(${columns}) in (values ${sql.join(rows, sql`, `)})`
  }

  /** A pause is not cut short: the next probe may be the last one. */
  function isNotPaused(now: Date): SQL | undefined {
    return or(isNull(upkeeps.coolUntil), lte(upkeeps.coolUntil, now))
  }

  /** An intent of a version that is gone was settled by whatever wrote the newer one. */
  function isNotMoot(): SQL {
    return exists(
      database
        .select({ version: grants.version })
        .from(grants)
        .where(
          and(
            eq(grants.appId, upkeeps.appId),
            eq(grants.openId, upkeeps.openId),
            eq(grants.version, upkeeps.intentVersion),
          ),
        ),
    )
  }
}
