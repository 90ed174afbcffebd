import { and, eq, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { GrantKey } from '../auth/upkeep.ts'

/** Holds for the row that belongs to one grant, in each table that has one for it. */
export function isOfGrant(
  table: { appId: PgColumn; openId: PgColumn },
  { appId, openId }: GrantKey,
): SQL | undefined {
  return and(eq(table.appId, appId), eq(table.openId, openId))
}
