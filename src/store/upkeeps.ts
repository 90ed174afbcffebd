import { and, eq, exists, getTableColumns, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { UpkeepStore } from '../auth/upkeep.ts'
import { bind } from './dialects.ts'
import type { Engine } from './engine.ts'
import { pickRows } from './pick-rows.ts'
import { isFree, isUpkeepOf } from './upkeep-guards.ts'
import { fromMark, toUpkeep, toUpkeepOrNull } from './upkeep-row.ts'

type UpkeepRecords = Omit<UpkeepStore, 'claim' | 'renew' | 'openIntent' | 'release'>

/** Creates the statements that find upkeep, mark it and schedule it; none of them needs a lease. */
export function createUpkeepRecords(engine: Engine): UpkeepRecords {
  const { database, schema } = engine
  const { upkeeps, grants } = schema
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
      const changes = { dueAt, ...(lastUsedAt === undefined ? {} : { lastUsedAt }) }
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
        .set({ dueAt: until })
        .where(and(picked.areTheseRows, isDue))
        .returning()
      return rows.map(toUpkeep)
    },

    async listOpenIntents(before, limit) {
      const rows = await database
        .select()
        .from(upkeeps)
        .where(and(lt(upkeeps.intentAt, before), isFree(upkeeps, before), isNotMoot()))
        .orderBy(upkeeps.intentAt)
        .limit(limit)
      return rows.map(toUpkeep)
    },

    async adopt(dueAt, limit) {
      const rows = await database
        .insert(upkeeps)
        .select(grantsWithoutUpkeep(dueAt, limit).getSQL())
        .onConflictDoNothing()
        .returning({ appId: upkeeps.appId })
      return rows.length
    },

    async delete(key) {
      await database.delete(upkeeps).where(isUpkeepOf(upkeeps, key))
    },
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

  /** Sorted, so that two adopters never deadlock. */
  function grantsWithoutUpkeep(dueAt: Date, limit: number) {
    return database
      .select({
        ...emptyRow(),
        appId: grants.appId,
        openId: grants.openId,
        dueAt: bind(dueAt, upkeeps.dueAt),
      })
      .from(grants)
      .leftJoin(upkeeps, and(eq(upkeeps.appId, grants.appId), eq(upkeeps.openId, grants.openId)))
      .where(isNull(upkeeps.appId))
      .orderBy(grants.appId, grants.openId)
      .limit(limit)
  }

  /** Every column in the order of the table, as inserting from a selection needs them. */
  function emptyRow() {
    const columns = Object.entries(getTableColumns(upkeeps))
    return Object.fromEntries(
      columns.map(([name, column]) => [name, bind<PgColumn>(column.notNull ? 0 : null, column)]),
    )
  }
}
