import { lt } from 'drizzle-orm'
import type { TimeZoneStore } from '../auth/time-zones.ts'
import type { Engine } from './engine.ts'
import { isOfGrant } from './is-of-grant.ts'
import { pickRows } from './pick-rows.ts'

/** Creates the statements on the time zones of people. */
export function createTimeZones(engine: Engine): TimeZoneStore {
  const { database } = engine
  const { timeZones } = engine.schema

  return {
    async note({ appId, openId }, timeZone, notedAt) {
      await database
        .insert(timeZones)
        .values({ appId, openId, timeZone, notedAt })
        .onConflictDoUpdate({
          target: [timeZones.appId, timeZones.openId],
          set: { timeZone, notedAt },
        })
    },

    async find(person) {
      const [found] = await database
        .select({ timeZone: timeZones.timeZone })
        .from(timeZones)
        .where(isOfGrant(timeZones, person))
      return found?.timeZone ?? null
    },

    async deleteNotedBefore(before, limit) {
      const picked = pickRows(engine, {
        from: timeZones,
        key: [timeZones.appId, timeZones.openId],
        where: lt(timeZones.notedAt, before),
        oldestBy: timeZones.notedAt,
        limit,
      })
      const rows = await database
        .with(picked.rows)
        .delete(timeZones)
        .where(picked.areTheseRows)
        .returning({ openId: timeZones.openId })
      return rows.length
    },
  }
}
