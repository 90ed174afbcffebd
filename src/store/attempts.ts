import { and, eq, gt, isNull, lt } from 'drizzle-orm'
import type { AttemptStore } from '../auth/ports.ts'
import type { Engine } from './engine.ts'
import { pickRows } from './pick-rows.ts'

/** Creates the statements on OAuth attempts. */
export function createAttempts(engine: Engine): AttemptStore {
  const { database } = engine
  const { attempts } = engine.schema

  return {
    async insert(attempt) {
      await database.insert(attempts).values(attempt)
    },

    async consume(stateHash, now) {
      const [spent] = await database
        .update(attempts)
        .set({ usedAt: now })
        .where(
          and(
            eq(attempts.stateHash, stateHash),
            isNull(attempts.usedAt),
            gt(attempts.expiresAt, now),
          ),
        )
        .returning()
      return spent ?? null
    },

    async find(stateHash) {
      const [attempt] = await database
        .select()
        .from(attempts)
        .where(eq(attempts.stateHash, stateHash))
      return attempt ?? null
    },

    async deleteExpired(expiredBefore, limit) {
      const picked = pickRows(engine, {
        from: attempts,
        key: [attempts.stateHash],
        where: lt(attempts.expiresAt, expiredBefore),
        oldestBy: attempts.expiresAt,
        limit,
      })
      const rows = await database
        .with(picked.rows)
        .delete(attempts)
        .where(picked.areTheseRows)
        .returning({ stateHash: attempts.stateHash })
      return rows.length
    },
  }
}
