import { and, eq, isNull, sql } from 'drizzle-orm'
import type { ApiKeyStore } from '../access/api-key-store.ts'
import type { Engine } from './engine.ts'

/** Creates the statements on API keys. */
export function createApiKeyRecords({ database, schema: { apiKeys } }: Engine): ApiKeyStore {
  const findUsable = database
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.secretHash, sql.placeholder('secretHash')), isNull(apiKeys.revokedAt)))
    .prepare('find_usable_api_key')

  return {
    async insert(key) {
      const rows = await database
        .insert(apiKeys)
        .values(key)
        .onConflictDoNothing()
        .returning({ id: apiKeys.id })
      return rows.length === 1
    },

    async findUsable(secretHash) {
      const [key] = await findUsable.execute({ secretHash })
      return key ?? null
    },

    async list() {
      return await database.select().from(apiKeys).orderBy(apiKeys.name)
    },

    async revoke(name, now) {
      const [revoked] = await database
        .update(apiKeys)
        .set({ revokedAt: now })
        .where(and(eq(apiKeys.name, name), isNull(apiKeys.revokedAt)))
        .returning()
      return revoked ?? null
    },
  }
}
