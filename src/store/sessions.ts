import { and, count, desc, eq, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import type { SessionFilter, SessionStore } from '../auth/ports.ts'
import type { Engine } from './engine.ts'
import { pickRows } from './pick-rows.ts'
import { isPending } from './session-guards.ts'
import { fromSession, toSession, toSessionOrNull } from './session-row.ts'

type SessionRecords = Pick<
  SessionStore,
  'insert' | 'find' | 'findByTicketHash' | 'findPending' | 'list' | 'deleteEnded' | 'countPending'
>

/** Creates the statements that put sessions in, find them and throw them away. */
export function createSessionRecords(engine: Engine): SessionRecords {
  const { database } = engine
  const { sessions } = engine.schema
  const findById = database
    .select()
    .from(sessions)
    .where(eq(sessions.id, sql.placeholder('id')))
    .prepare('find_session')
  const findByTicketHash = database
    .select()
    .from(sessions)
    .where(eq(sessions.ticketHash, sql.placeholder('ticketHash')))
    .prepare('find_session_by_ticket_hash')

  return {
    async insert(session) {
      const rows = await database
        .insert(sessions)
        .values(fromSession(session))
        .onConflictDoNothing()
        .returning()
      return toSessionOrNull(rows)
    },

    async find(id) {
      return toSessionOrNull(await findById.execute({ id }))
    },

    async findByTicketHash(ticketHash) {
      return toSessionOrNull(await findByTicketHash.execute({ ticketHash }))
    },

    async findPending(appId, openId) {
      const rows = await database
        .select()
        .from(sessions)
        .where(and(eq(sessions.appId, appId), eq(sessions.openId, openId), isPending(sessions)))
      return toSessionOrNull(rows)
    },

    async list(filter) {
      const rows = await database
        .select()
        .from(sessions)
        .where(matches(filter))
        .orderBy(desc(sessions.createdAt), desc(sessions.id))
        .limit(filter.limit)
      return rows.map(toSession)
    },

    async deleteEnded(endedBefore, limit) {
      const picked = pickRows(engine, {
        from: sessions,
        key: [sessions.id],
        where: lt(sessions.endedAt, endedBefore),
        oldestBy: sessions.endedAt,
        limit,
      })
      const rows = await database
        .with(picked.rows)
        .delete(sessions)
        .where(picked.areTheseRows)
        .returning({ id: sessions.id })
      return rows.length
    },

    async countPending() {
      return await database
        .select({ appId: sessions.appId, count: count() })
        .from(sessions)
        .where(isPending(sessions))
        .groupBy(sessions.appId)
    },
  }

  function matches({ appId, openId, state, before }: SessionFilter): SQL | undefined {
    return and(
      appId === undefined ? undefined : eq(sessions.appId, appId),
      openId === undefined ? undefined : eq(sessions.openId, openId),
      state === undefined ? undefined : eq(sessions.state, state),
      before === undefined
        ? undefined
        : and(
            lte(sessions.createdAt, before.createdAt),
            or(lt(sessions.createdAt, before.createdAt), lt(sessions.id, before.id)),
          ),
    )
  }
}
