import { lt } from 'drizzle-orm'
import type { SeenEventStore } from '../auth/ports.ts'
import type { Engine } from './engine.ts'
import { pickRows } from './pick-rows.ts'

/** Creates the statements on event ids. */
export function createSeenEvents(engine: Engine): SeenEventStore {
  const { database } = engine
  const { seenEvents } = engine.schema

  return {
    async markSeen(eventId, now) {
      const rows = await database
        .insert(seenEvents)
        .values({ eventId, seenAt: now })
        .onConflictDoNothing()
        .returning({ eventId: seenEvents.eventId })
      return rows.length === 1
    },

    async deleteSeenBefore(before, limit) {
      const picked = pickRows(engine, {
        from: seenEvents,
        key: [seenEvents.eventId],
        where: lt(seenEvents.seenAt, before),
        oldestBy: seenEvents.seenAt,
        limit,
      })
      const rows = await database
        .with(picked.rows)
        .delete(seenEvents)
        .where(picked.areTheseRows)
        .returning({ eventId: seenEvents.eventId })
      return rows.length
    },
  }
}
