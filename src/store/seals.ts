import { and, count, eq, gt, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { SealedCount, SealStore } from '../auth/seals.ts'
import type { AuthSession } from '../auth/session.ts'
import { bind } from './dialects.ts'
import type { Engine } from './engine.ts'
import { isPending } from './session-guards.ts'
import { toSession } from './session-row.ts'

/** Creates the statements on what is sealed beside the tokens of grants; only the command line asks them. */
export function createSeals({ database, dialect, schema }: Engine): SealStore {
  const { sessions, attempts, idempotentRequests } = schema
  const isUnderWay = (now: Date) => and(isNull(attempts.usedAt), gt(attempts.expiresAt, now))

  return {
    async count(now) {
      return {
        tickets: await countByKey(sessions, sessions.sealedTicket, isPending(sessions)),
        verifiers: await countByKey(attempts, attempts.sealedVerifier, isUnderWay(now)),
        replies: await countByKey(
          idempotentRequests,
          idempotentRequests.sealedReply,
          isNotNull(idempotentRequests.sealedReply),
        ),
      }
    },

    async listTickets({ notSealedWith, after, limit }) {
      const keyId = dialect.keyIdIn(sessions.sealedTicket)
      const rows = await database
        .select()
        .from(sessions)
        .where(
          and(
            isPending(sessions),
            or(isNull(keyId), ne(keyId, notSealedWith)),
            after === undefined ? undefined : isAfter(after),
          ),
        )
        .orderBy(sessions.expiresAt, sessions.id)
        .limit(limit)
      return rows.map(toSession)
    },

    async resealTicket({ id, sealedTicket }, resealed) {
      const rows = await database
        .update(sessions)
        .set({ sealedTicket: resealed })
        .where(
          and(eq(sessions.id, id), isPending(sessions), eq(sessions.sealedTicket, sealedTicket)),
        )
        .returning({ id: sessions.id })
      return rows.length === 1
    },
  }

  function isAfter({ expiresAt, id }: Pick<AuthSession, 'id' | 'expiresAt'>): SQL {
    return sql`(${sessions.expiresAt}, ${sessions.id}) > (${bind(expiresAt, sessions.expiresAt)}, ${id})`
  }

  function countByKey(
    table: PgTable,
    sealed: PgColumn,
    where: SQL | undefined,
  ): Promise<SealedCount[]> {
    const keyId = dialect.keyIdIn(sealed)
    return database.select({ keyId, count: count() }).from(table).where(where).groupBy(keyId)
  }
}
