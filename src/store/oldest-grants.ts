import { and, asc, eq, gt, isNotNull, isNull, lte, notInArray, or, sql } from 'drizzle-orm'
import type { SetbackReason } from '../auth/refresh-outcome.ts'
import type { Engine } from './engine.ts'

/** When the refresh token of an app was issued that ends first, of those that have not ended. */
export async function findOldestIssue(
  { database, schema: { grants } }: Engine,
  appId: string,
  now: Date,
): Promise<Date | null> {
  const [oldest] = await database
    .select({ issuedAt: grants.issuedAt })
    .from(grants)
    .where(and(eq(grants.appId, appId), gt(grants.refreshTokenExpiresAt, now)))
    .orderBy(asc(grants.refreshTokenExpiresAt))
    .limit(1)
  return oldest?.issuedAt ?? null
}

/** What sets a single grant back however often it is tried; it says nothing of how far the work is behind. */
const OF_ITS_OWN: SetbackReason[] = ['policy', 'drift', 'internal']

/**
 * Since when the most overdue refresh of an app waits, whether or not anybody has looked at it; null when none is due. Grants
 * that stand in their own way are left out: they were looked at in time.
 */
export async function findOldestDue(
  { database, schema: { upkeeps } }: Engine,
  appId: string,
  now: Date,
): Promise<Date | null> {
  const isWaiting = or(isNull(upkeeps.coolReason), notInArray(upkeeps.coolReason, OF_ITS_OWN))
  const [looked] = await database
    .select({ since: upkeeps.overdueSince })
    .from(upkeeps)
    .where(and(eq(upkeeps.appId, appId), isNotNull(upkeeps.overdueSince), isWaiting))
    .orderBy(asc(upkeeps.overdueSince))
    .limit(1)
  const [due] = await database
    .select({ since: upkeeps.dueAt })
    .from(upkeeps)
    // As it is, the app would lead SQLite through all of its rows, in place of those that are due.
    .where(and(lte(upkeeps.dueAt, now), sql`${upkeeps.appId} || '' = ${appId}`, isWaiting))
    .orderBy(asc(upkeeps.dueAt))
    .limit(1)
  const instants = [looked?.since, due?.since].filter((instant) => instant instanceof Date)
  return instants.reduce<Date | null>(
    (oldest, instant) => (oldest === null || instant < oldest ? instant : oldest),
    null,
  )
}
