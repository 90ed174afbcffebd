import { and, asc, count, eq, gt, isNull, lte, ne, or, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { RevocationStore, SealedTokens } from '../auth/revocation.ts'
import { keyIdOf } from '../auth/token-cipher.ts'
import type { Engine } from './engine.ts'
import { pickRows } from './pick-rows.ts'

/** Creates the statements of tokens that are yet to be ended at Feishu. */
export function createRevocations(engine: Engine): RevocationStore {
  const { database } = engine
  const { revocations } = engine.schema

  return {
    async put(revocation) {
      await database
        .insert(revocations)
        .values({ ...revocation, sealedWith: keyIdOfLeft(revocation) })
        .onConflictDoNothing()
    },

    async claimDue(now, until, limit) {
      const isDue = lte(revocations.dueAt, now)
      const picked = pickRows(engine, {
        from: revocations,
        key: [revocations.id],
        where: isDue,
        oldestBy: revocations.dueAt,
        limit,
      })
      const rows = await database
        .with(picked.rows)
        .update(revocations)
        .set({ dueAt: until })
        .where(and(picked.areTheseRows, isDue))
        .returning()
      return rows.map(({ sealedWith: _, ...revocation }) => revocation)
    },

    async noteTry(id, done, dueAt) {
      await database
        .update(revocations)
        .set({
          ...(done.accessToken ? { sealedAccessToken: null } : {}),
          ...(done.refreshToken ? { sealedRefreshToken: null } : {}),
          attempts: sql`${revocations.attempts} + 1`,
          dueAt,
        })
        .where(eq(revocations.id, id))
    },

    async delete(id) {
      await database.delete(revocations).where(eq(revocations.id, id))
    },

    async listSealedOtherwise(keyId, after, limit) {
      const isOtherwise = or(isNull(revocations.sealedWith), ne(revocations.sealedWith, keyId))
      const rows = await database
        .select()
        .from(revocations)
        .where(and(isOtherwise, after === null ? undefined : gt(revocations.id, after)))
        .orderBy(asc(revocations.id))
        .limit(limit)
      return rows.map(({ sealedWith: _, ...revocation }) => revocation)
    },

    async reseal(revocation, tokens) {
      const rows = await database
        .update(revocations)
        .set({ ...tokens, sealedWith: keyIdOfLeft(tokens) })
        .where(
          and(
            eq(revocations.id, revocation.id),
            isStill(revocations.sealedAccessToken, revocation.sealedAccessToken),
            isStill(revocations.sealedRefreshToken, revocation.sealedRefreshToken),
          ),
        )
        .returning({ id: revocations.id })
      return rows.length === 1
    },

    async countByKey() {
      return await database
        .select({ keyId: revocations.sealedWith, count: count() })
        .from(revocations)
        .groupBy(revocations.sealedWith)
    },
  }
}

function isStill(column: PgColumn, value: string | null): SQL {
  return value === null ? isNull(column) : eq(column, value)
}

/** Tells which key sealed what is left; null, that is unknown, when it was more than one. */
function keyIdOfLeft({ sealedAccessToken, sealedRefreshToken }: SealedTokens): string | null {
  const keyIds = [sealedAccessToken, sealedRefreshToken].map((sealed) => sealed && keyIdOf(sealed))
  const [first, ...others] = new Set(keyIds.filter((keyId) => keyId !== null))
  return first !== undefined && others.length === 0 ? first : null
}
