import {
  and,
  type Column,
  eq,
  getTableColumns,
  gt,
  inArray,
  isNotNull,
  lt,
  lte,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import type { Grant } from '../auth/grant.ts'
import type { GrantStore, GrantVersion } from '../auth/ports.ts'
import { bind, later } from './dialects.ts'
import type { Engine } from './engine.ts'
import { columnsOfGrant } from './grant-columns.ts'
import { isOfGrant } from './is-of-grant.ts'
import { keyIdOfPair } from './key-id-of-pair.ts'

type GrantRecords = Omit<GrantStore, 'list' | 'reseal' | 'countByKey'>

/** Creates the statements that write grants, find them and end them. */
export function createGrantRecords({ database, dialect, schema }: Engine): GrantRecords {
  const { grants, sessions } = schema
  const columns = columnsOfGrant(grants)
  const findByPerson = database
    .select(columns)
    .from(grants)
    .where(
      and(eq(grants.appId, sql.placeholder('appId')), eq(grants.openId, sql.placeholder('openId'))),
    )
    .prepare('find_grant')
  /** Written once: a new pair is in memory alone until this is done. */
  const rotate = database
    .update(grants)
    .set({
      scopes: given('scopes'),
      sealedAccessToken: given('sealedAccessToken'),
      accessTokenExpiresAt: given('accessTokenExpiresAt'),
      sealedRefreshToken: given('sealedRefreshToken'),
      refreshTokenExpiresAt: given('refreshTokenExpiresAt'),
      issuedAt: given('issuedAt'),
      sealedWith: given('sealedWith'),
      version: sql`${grants.version} + 1`,
    })
    .where(
      and(
        eq(grants.appId, given('appId')),
        eq(grants.openId, given('openId')),
        eq(grants.version, given('version')),
        eq(grants.sessionId, given('sessionId')),
        eq(grants.authorizedAt, given('authorizedAt')),
      ),
    )
    .returning(columns)
    .prepare('rotate_grant')

  return {
    async save(grant) {
      const { appId: _key, openId: _otherKey, version, ...others } = getTableColumns(grants)
      const proposals = Object.entries(others).map(([name, column]): [string, SQL] => [
        name,
        proposed(column),
      ])
      const isNewerConsent = lt(grants.authorizedAt, proposed(grants.authorizedAt))
      const isSameConsent = eq(grants.authorizedAt, proposed(grants.authorizedAt))
      // The same consent twice: a pair refreshed meanwhile must not be overwritten by the first one.
      const isNotRefreshed = lte(grants.issuedAt, proposed(grants.issuedAt))
      const [saved] = await database
        .insert(grants)
        .select(dialect.lockShared(rowIfSessionAllows(grant)).getSQL())
        .onConflictDoUpdate({
          target: [grants.appId, grants.openId],
          set: { ...Object.fromEntries(proposals), version: sql`${version} + 1` },
          setWhere: sql`${isNewerConsent} or (${isSameConsent} and ${isNotRefreshed})`,
        })
        .returning(columns)
      return saved ?? null
    },

    find: (appId, openId) =>
      findByPerson.execute({ appId, openId }).then(([grant]) => grant ?? null),

    async rotate(version, grant) {
      const [rotated] = await rotate.execute({ ...grant, version, sealedWith: keyIdOfPair(grant) })
      return rotated ?? null
    },

    async end(key, now, judged) {
      const isAlive = gt(grants.accessTokenExpiresAt, now)
      const [ended] = await database
        .update(grants)
        .set({
          accessTokenExpiresAt: sql`case when ${isAlive} then ${bind(now, grants.accessTokenExpiresAt)} else ${grants.accessTokenExpiresAt} end`,
          sealedRefreshToken: null,
          refreshTokenExpiresAt: null,
          version: sql`${grants.version} + 1`,
        })
        .where(
          and(
            isOfGrant(grants, key),
            isVersion(judged),
            or(isAlive, isNotNull(grants.sealedRefreshToken)),
          ),
        )
        .returning(columns)
      return ended ?? null
    },

    async endAccess(grant, now) {
      const ended = await database
        .update(grants)
        .set({ accessTokenExpiresAt: now })
        .where(
          and(isOfGrant(grants, grant), isVersion(grant), gt(grants.accessTokenExpiresAt, now)),
        )
        .returning({ appId: grants.appId })
      return ended.length === 1
    },

    async delete(key, read) {
      const [deleted] = await database
        .delete(grants)
        .where(and(isOfGrant(grants, key), isVersion(read)))
        .returning(columns)
      return deleted ?? null
    },
  }

  function given(column: keyof typeof grants.$inferSelect): SQL {
    return later(column, grants[column])
  }

  /** Versions begin at one again when a deleted grant is given anew; its consent is another then. */
  function isVersion(known: GrantVersion | undefined): SQL | undefined {
    if (known === undefined) return undefined
    const { version, sessionId, authorizedAt } = known
    return and(
      eq(grants.version, version),
      eq(grants.sessionId, sessionId),
      eq(grants.authorizedAt, authorizedAt),
    )
  }

  /** The row to write, selected from its own session: no row when that session ended without a token. */
  function rowIfSessionAllows(grant: Omit<Grant, 'version'>) {
    return database
      .select({
        appId: sessions.appId,
        openId: sessions.openId,
        tenantKey: bind(grant.tenantKey, grants.tenantKey),
        sessionId: sessions.id,
        version: bind(1, grants.version),
        scopes: bind(grant.scopes, grants.scopes),
        accessTokenExpiresAt: bind(grant.accessTokenExpiresAt, grants.accessTokenExpiresAt),
        authorizedAt: bind(grant.authorizedAt, grants.authorizedAt),
        issuedAt: bind(grant.issuedAt, grants.issuedAt),
        sealedAccessToken: bind(grant.sealedAccessToken, grants.sealedAccessToken),
        refreshTokenExpiresAt: bind(grant.refreshTokenExpiresAt, grants.refreshTokenExpiresAt),
        sealedRefreshToken: bind(grant.sealedRefreshToken, grants.sealedRefreshToken),
        sealedWith: bind(keyIdOfPair(grant), grants.sealedWith),
        adopted: bind(0, grants.adopted),
      })
      .from(sessions)
      .where(
        and(
          eq(sessions.id, grant.sessionId),
          eq(sessions.appId, grant.appId),
          eq(sessions.openId, grant.openId),
          inArray(sessions.state, ['pending', 'completed']),
        ),
      )
  }
}

/** The value that the row on its way in has for this column. */
function proposed(column: Column): SQL {
  return sql`excluded.${sql.identifier(column.name)}`
}
