import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import type { GrantFilter, GrantStore } from '../auth/ports.ts'
import type { GrantKey } from '../auth/upkeep.ts'
import { countByKey } from './count-by-key.ts'
import type { Engine } from './engine.ts'
import { columnsOfGrant } from './grant-columns.ts'
import { createResealGrants } from './reseal-grants.ts'

type GrantKeys = Pick<GrantStore, 'list' | 'reseal' | 'countByKey'>

/** Creates the statements that go through all grants, as the rotation of keys does. */
export function createGrantKeys(engine: Engine): GrantKeys {
  const { database } = engine
  const { grants } = engine.schema
  return {
    async list(filter) {
      return await database
        .select(columnsOfGrant(grants))
        .from(grants)
        .where(matches(filter))
        .orderBy(grants.appId, grants.openId)
        .limit(filter.limit)
    },

    reseal: createResealGrants(engine),

    countByKey: () => countByKey(engine),
  }

  function matches({ appId, sealedWith, after }: GrantFilter): SQL | undefined {
    return and(
      appId === undefined ? undefined : eq(grants.appId, appId),
      sealedWith === undefined ? undefined : isSealedWith(sealedWith),
      after === undefined ? undefined : isAfter(after, appId),
    )
  }

  /** Within one app SQLite finds the place at once; by both names it would come there from the app's first row. */
  function isAfter(after: GrantKey, appId: string | undefined): SQL {
    if (after.appId === appId) return gt(grants.openId, after.openId)
    return sql`(${grants.appId}, ${grants.openId}) > (${after.appId}, ${after.openId})`
  }

  function isSealedWith(keyId: string | null): SQL {
    return keyId === null ? isNull(grants.sealedWith) : eq(grants.sealedWith, keyId)
  }
}
