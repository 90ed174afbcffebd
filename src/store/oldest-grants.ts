import { and, asc, eq, gt, isNotNull, lte, min, sql } from 'drizzle-orm'
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

/** Since when the most overdue refresh of an app waits, whether or not anybody has looked at it; null when none is due. */
export async function findOldestDue(
  { database, schema: { upkeeps } }: Engine,
  appId: string,
  now: Date,
): Promise<Date | null> {
  const [looked] = await database
    .select({ since: min(upkeeps.overdueSince) })
    .from(upkeeps)
    .where(and(eq(upkeeps.appId, appId), isNotNull(upkeeps.overdueSince)))
  const [due] = await database
    .select({ since: upkeeps.dueAt })
    .from(upkeeps)
    // As it is, the app would lead SQLite through all of its rows, in place of those that are due.
    .where(and(lte(upkeeps.dueAt, now), sql`${upkeeps.appId} || '' = ${appId}`))
    .orderBy(asc(upkeeps.dueAt))
    .limit(1)
  const instants = [looked?.since, due?.since].filter((instant) => instant instanceof Date)
  return instants.reduce<Date | null>(
    (oldest, instant) => (oldest === null || instant < oldest ? instant : oldest),
    null,
  )
}
