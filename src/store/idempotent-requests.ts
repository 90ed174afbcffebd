import { and, eq, isNull, lt, lte, or, sql } from 'drizzle-orm'
import type { IdempotencyClaim, IdempotentRequestStore } from '../access/idempotent-request.ts'
import type { Engine } from './engine.ts'
import { pickRows } from './pick-rows.ts'

/** Creates the statements on requests that their callers may repeat. */
export function createIdempotentRequests(engine: Engine): IdempotentRequestStore {
  const { database } = engine
  const { idempotentRequests: requests } = engine.schema

  return {
    async claim(request, forgetBefore) {
      const isAbandoned = and(
        isNull(requests.statusCode),
        lte(requests.claimedUntil, request.createdAt),
        eq(requests.fingerprint, request.fingerprint),
      )
      const fresh = { ...request, statusCode: null, sealedReply: null }
      const rows = await database
        .insert(requests)
        .values(fresh)
        .onConflictDoUpdate({
          target: requests.keyHash,
          set: fresh,
          setWhere: sql`${or(isAbandoned, lt(requests.createdAt, forgetBefore))}`,
        })
        .returning({ keyHash: requests.keyHash })
      return rows.length === 1
    },

    async find(keyHash) {
      const [row] = await database.select().from(requests).where(eq(requests.keyHash, keyHash))
      return row ?? null
    },

    async answer(claim, { statusCode, sealedReply }) {
      const rows = await database
        .update(requests)
        .set({ statusCode, sealedReply })
        .where(and(isClaimedBy(claim), isNull(requests.statusCode)))
        .returning({ keyHash: requests.keyHash })
      return rows.length === 1
    },

    async release(claim) {
      await database.delete(requests).where(isClaimedBy(claim))
    },

    async deleteCreatedBefore(before, limit) {
      const picked = pickRows(engine, {
        from: requests,
        key: [requests.keyHash],
        where: lt(requests.createdAt, before),
        oldestBy: requests.createdAt,
        limit,
      })
      const rows = await database
        .with(picked.rows)
        .delete(requests)
        .where(picked.areTheseRows)
        .returning({ keyHash: requests.keyHash })
      return rows.length
    },
  }

  function isClaimedBy({ keyHash, claimedUntil }: IdempotencyClaim) {
    return and(eq(requests.keyHash, keyHash), eq(requests.claimedUntil, claimedUntil))
  }
}
