import { and, count, desc, eq, gt, isNotNull, isNull, lt, lte, sql } from 'drizzle-orm'
import type { WebhookOutbox } from '../auth/webhook-outbox.ts'
import { bind } from './dialects.ts'
import type { Engine } from './engine.ts'
import { pickRows } from './pick-rows.ts'
import { toSession } from './session-row.ts'
import { createUntoldMarks } from './untold-marks.ts'

/** Creates the statements of the webhook outbox. */
export function createWebhookDeliveries(engine: Engine): WebhookOutbox {
  const { database } = engine
  const { webhookDeliveries: deliveries, sessions } = engine.schema
  const FRESH = { attempts: 0, deadAt: null }

  return {
    ...createUntoldMarks(engine),

    async put({ id, event, payload }, now) {
      const rows = await database
        .insert(deliveries)
        .values({ id, event, payload, createdAt: now, dueAt: now })
        .onConflictDoNothing()
        .returning({ id: deliveries.id })
      return rows.length === 1
    },

    async listUntoldEnds(endedAfter, limit) {
      const rows = await database
        .select()
        .from(sessions)
        .where(and(gt(sessions.endedAt, endedAfter), isNull(sessions.endToldAt)))
        .orderBy(sessions.endedAt)
        .limit(limit)
      return rows.map(toSession)
    },

    async noteEndTold(sessionId, now) {
      await database.update(sessions).set({ endToldAt: now }).where(eq(sessions.id, sessionId))
    },

    async claimDue(now, until) {
      const isDue = lte(deliveries.dueAt, now)
      const picked = pickRows(engine, {
        from: deliveries,
        key: [deliveries.id],
        where: isDue,
        oldestBy: deliveries.dueAt,
        limit: 1,
      })
      const [claimed] = await database
        .with(picked.rows)
        .update(deliveries)
        .set({ dueAt: until, attempts: sql`${deliveries.attempts} + 1` })
        .where(and(picked.areTheseRows, isDue))
        .returning()
      return claimed ?? null
    },

    async noteDelivered(id, now) {
      await database
        .update(deliveries)
        .set({ deliveredAt: now, dueAt: null, deadAt: null, lastFailure: null })
        .where(eq(deliveries.id, id))
    },

    async noteRetry(id, failure, dueAt, claimedUntil) {
      await database
        .update(deliveries)
        .set({ dueAt, lastFailure: failure })
        .where(and(eq(deliveries.id, id), isClaimed(claimedUntil)))
    },

    async noteDead(id, failure, now, claimedUntil) {
      await database
        .update(deliveries)
        .set({ dueAt: null, deadAt: now, lastFailure: failure })
        .where(and(eq(deliveries.id, id), isClaimed(claimedUntil)))
    },

    async retry(id, now) {
      const rows = await database
        .update(deliveries)
        .set({ ...FRESH, dueAt: now })
        .where(and(eq(deliveries.id, id), isNull(deliveries.deliveredAt)))
        .returning({ id: deliveries.id })
      return rows.length === 1
    },

    async retryDead(now, limit) {
      const picked = pickRows(engine, {
        from: deliveries,
        key: [deliveries.id],
        where: isNotNull(deliveries.deadAt),
        oldestBy: deliveries.deadAt,
        limit,
      })
      const rows = await database
        .with(picked.rows)
        .update(deliveries)
        .set({ ...FRESH, dueAt: now })
        .where(and(picked.areTheseRows, isNotNull(deliveries.deadAt)))
        .returning({ id: deliveries.id })
      return rows.length
    },

    async list({ dead, limit }) {
      return await database
        .select()
        .from(deliveries)
        .where(dead ? isNotNull(deliveries.deadAt) : undefined)
        .orderBy(desc(dead ? deliveries.deadAt : deliveries.createdAt))
        .limit(limit)
    },

    async countQueued() {
      const [row] = await database
        .select({ count: count() })
        .from(deliveries)
        .where(isNotNull(deliveries.dueAt))
      return row?.count ?? 0
    },

    async deleteDelivered(createdBefore, limit) {
      const isOld = and(lt(deliveries.createdAt, createdBefore), isNotNull(deliveries.deliveredAt))
      const picked = pickRows(engine, {
        from: deliveries,
        key: [deliveries.id],
        where: isOld,
        oldestBy: deliveries.createdAt,
        limit,
      })
      const rows = await database
        .with(picked.rows)
        .delete(deliveries)
        .where(and(picked.areTheseRows, isOld))
        .returning({ id: deliveries.id })
      return rows.length
    },

    async deleteDead(deadBefore, limit) {
      const isOld = lt(deliveries.deadAt, deadBefore)
      const picked = pickRows(engine, {
        from: deliveries,
        key: [deliveries.id],
        where: isOld,
        oldestBy: deliveries.deadAt,
        limit,
      })
      const rows = await database
        .with(picked.rows)
        .delete(deliveries)
        .where(and(picked.areTheseRows, isOld))
        .returning({ id: deliveries.id })
      return rows.length
    },
  }

  function isClaimed(until: Date | null) {
    return sql`${deliveries.dueAt} = ${bind(until, deliveries.dueAt)}`
  }
}
