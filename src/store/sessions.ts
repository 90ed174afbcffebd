import {
  and,
  count,
  desc,
  eq,
  inArray,
  isNotNull,
  lt,
  lte,
  ne,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import type { SessionFilter, SessionStore } from '../auth/ports.ts'
import type { AuthSession } from '../auth/session.ts'
import type { Engine } from './engine.ts'
import { pickRows } from './pick-rows.ts'
import { isPending } from './session-guards.ts'
import { fromSession, toSession, toSessionOrNull } from './session-row.ts'

type SessionRecords = Pick<
  SessionStore,
  | 'insert'
  | 'find'
  | 'findEnded'
  | 'findByTicketHash'
  | 'findPending'
  | 'list'
  | 'deleteEnded'
  | 'countPending'
  | 'countCardsDue'
>

const IDS_AT_ONCE = 100

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
  const idPlaces = Array.from({ length: IDS_AT_ONCE }, (_, place) => `id${place}`)
  const findEnded = database
    .select()
    .from(sessions)
    .where(
      and(
        inArray(
          sessions.id,
          idPlaces.map((place) => sql.placeholder(place)),
        ),
        ne(sessions.state, 'pending'),
      ),
    )
    .prepare('find_ended_sessions')

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

    async findEnded(ids) {
      const ended: AuthSession[] = []
      for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
        const some = ids.slice(from, from + IDS_AT_ONCE)
        // Places that are left over ask for the first one again, so that there is one statement for any number.
        const filled = idPlaces.map((place, index) => [place, some[index] ?? some[0]])
        ended.push(...(await findEnded.execute(Object.fromEntries(filled))).map(toSession))
      }
      return ended
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

    async countCardsDue() {
      return await database
        .select({ appId: sessions.appId, count: count() })
        .from(sessions)
        .where(isNotNull(sessions.cardDueAt))
        .groupBy(sessions.appId)
    },
  }

  function matches({ appId, openId, chatId, state, before }: SessionFilter): SQL | undefined {
    return and(
      appId === undefined ? undefined : eq(sessions.appId, appId),
      openId === undefined ? undefined : eq(sessions.openId, openId),
      chatId === undefined ? undefined : eq(sessions.chatId, chatId),
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
