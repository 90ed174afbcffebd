import { and, eq, sql } from 'drizzle-orm'
import type { ResealedGrant } from '../auth/ports.ts'
import { later } from './dialects.ts'
import type { Engine } from './engine.ts'
import { inGroups } from './in-groups.ts'
import { keyIdOfPair } from './key-id-of-pair.ts'

/** Writes pairs that were sealed anew, each only over the pair it was made from; resolves with how many were written. */
export type ResealGrants = (resealed: readonly ResealedGrant[]) => Promise<number>

/**
 * Creates the statement that writes up to a hundred pairs, and so waits once for the disk. It locks its rows at once and passes
 * over those that another statement has locked, so that it never waits for a refresh, nor a refresh for longer than this takes.
 */
export function createResealGrants({
  database,
  dialect,
  schema: { grants },
}: Engine): ResealGrants {
  const updateOf = new Map<number, ReturnType<typeof prepareUpdate>>()
  /** What is given of each grant, in this order, and the column that tells its type. */
  const given = {
    appId: grants.appId,
    openId: grants.openId,
    version: grants.version,
    wasAccess: grants.sealedAccessToken,
    wasRefresh: grants.sealedRefreshToken,
    access: grants.sealedAccessToken,
    refresh: grants.sealedRefreshToken,
    sealedWith: grants.sealedWith,
  }
  type Given = Record<keyof typeof given, unknown>
  const names = Object.keys(given)
  const columnOf = (name: keyof typeof given) => sql.raw(`column${names.indexOf(name) + 1}`)

  return async (resealed) => {
    let written = 0
    for (const group of inGroups(resealed)) {
      const update = updateOf.get(group.length) ?? prepareUpdate(group.length)
      updateOf.set(group.length, update)
      written += (await update.execute(parametersOf(group))).length
    }
    return written
  }

  /** Writing the text of so long a statement takes more time than carrying it out. */
  function prepareUpdate(count: number) {
    const rows = Array.from({ length: count }, (_, row) => {
      const values = Object.entries(given).map(([name, column]) => later(`${name}${row}`, column))
      return sql`(${sql.join(values, sql`, `)})`
    })
    const values = database
      .$with('given', { appId: sql<string>`column1` })
      .as(sql`values ${sql.join(rows, sql`, `)}`)
    const toPick = database
      .select({ appId: grants.appId, openId: grants.openId })
      .from(grants)
      .where(
        sql`(${grants.appId}, ${grants.openId}) in (select ${columnOf('appId')}, ${columnOf('openId')} from given)`,
      )
    const picked = database.$with('picked').as(dialect.lockAndSkipLocked(toPick))
    const isPicked = sql`(${grants.appId}, ${grants.openId}) in ${database.select().from(picked)}`
    const isAsRead = and(
      eq(grants.appId, columnOf('appId')),
      eq(grants.openId, columnOf('openId')),
      eq(grants.version, columnOf('version')),
      eq(grants.sealedAccessToken, columnOf('wasAccess')),
      // Where there is no refresh token there is none to compare; no sealed value is empty.
      sql`coalesce(${grants.sealedRefreshToken}, '') = ${columnOf('wasRefresh')}`,
    )
    return database
      .with(values, picked)
      .update(grants)
      .set({
        sealedAccessToken: columnOf('access'),
        sealedRefreshToken: columnOf('refresh'),
        sealedWith: columnOf('sealedWith'),
      })
      .from(sql`given`)
      .where(and(isAsRead, isPicked))
      .returning({ openId: grants.openId })
      .prepare(`reseal_${count}_grants`)
  }

  function parametersOf(group: readonly ResealedGrant[]): Record<string, unknown> {
    const parameters: Record<string, unknown> = {}
    for (const [row, { grant, pair }] of group.entries()) {
      const of: Given = {
        appId: grant.appId,
        openId: grant.openId,
        version: grant.version,
        wasAccess: grant.sealedAccessToken,
        wasRefresh: grant.sealedRefreshToken ?? '',
        access: pair.sealedAccessToken,
        refresh: pair.sealedRefreshToken,
        sealedWith: keyIdOfPair(pair),
      }
      for (const [name, value] of Object.entries(of)) parameters[`${name}${row}`] = value
    }
    return parameters
  }
}
