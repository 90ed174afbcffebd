import { and, count, eq, gt, isNull, lte, type SQL, sql } from 'drizzle-orm'
import type { TimeLeftBin } from '../auth/grant-census.ts'
import type { Engine } from './engine.ts'
import { letOthers } from './let-others.ts'
import type { Schema } from './schema.ts'

const DAY_MS = 86_400_000

/** Each bin with the days at its upper bound. */
const BINS = [
  { bin: '1d', days: 1 },
  { bin: '3d', days: 3 },
  { bin: '7d', days: 7 },
  { bin: '30d', days: 30 },
  { bin: '365d', days: 365 },
] as const satisfies readonly { bin: TimeLeftBin; days: number }[]

/** SQLite counts so many entries of an index in a few milliseconds. */
const MOST_IN_STEP = 20_000
/** What ended longer ago is counted at once: there is little of it. */
const LONG_AGO_DAYS = -730

type Ends = Schema['grants']['refreshTokenExpiresAt'] | Schema['grants']['accessTokenExpiresAt']

/** The grants of one app by when they end, whatever marks they bear. */
export type CountedEnds = {
  /** Until after tomorrow, until tomorrow, or over: by the later end of the two tokens. */
  active: number
  expiring: number
  ended: number
  byTimeLeft: Record<TimeLeftBin, number>
}

/**
 * Counts the grants of an app by when they end.
 *
 * Each number comes from a range of an index that holds all it needs. SQLite goes through long ranges in steps, between
 * which others have their turn.
 */
export async function countByEnds(
  { database, name, schema: { grants } }: Engine,
  appId: string,
  now: Date,
): Promise<CountedEnds> {
  const isOfApp = eq(grants.appId, appId)
  const isBare = isNull(grants.refreshTokenExpiresAt)
  const inADay = after(now, 1)
  const longAgo = after(now, LONG_AGO_DAYS)
  const byTimeLeft = { expired: 0, '1d': 0, '3d': 0, '7d': 0, '30d': 0, '365d': 0 }
  let from = now
  for (const { bin, days } of BINS) {
    const to = after(now, days)
    byTimeLeft[bin] = await countBetween(grants.refreshTokenExpiresAt, from, to)
    from = to
  }
  byTimeLeft['365d'] += await countWhere(gt(grants.refreshTokenExpiresAt, from))
  byTimeLeft.expired =
    (await countBetween(grants.refreshTokenExpiresAt, longAgo, now)) +
    (await countWhere(lte(grants.refreshTokenExpiresAt, longAgo)))

  const bareAlive = await countWhere(and(isBare, gt(grants.accessTokenExpiresAt, now)))
  const bareEnded =
    (await countBetween(grants.accessTokenExpiresAt, longAgo, now, isBare)) +
    (await countWhere(and(isBare, lte(grants.accessTokenExpiresAt, longAgo))))
  const longer = await countOutliving(inADay)
  const alive = bareAlive + (await countOutlivingRefresh(now))

  const later = byTimeLeft['3d'] + byTimeLeft['7d'] + byTimeLeft['30d'] + byTimeLeft['365d']
  const active = later + longer
  const usable = later + byTimeLeft['1d'] + alive
  const all = later + byTimeLeft['1d'] + byTimeLeft.expired + bareAlive + bareEnded
  return { active, expiring: usable - active, ended: all - usable, byTimeLeft }

  /** Whose access token lives then, and no refresh token: a few at most. In two ranges, for SQLite would go through all. */
  async function countOutliving(instant: Date): Promise<number> {
    const bare = await countWhere(and(isBare, gt(grants.accessTokenExpiresAt, instant)))
    return bare + (await countOutlivingRefresh(instant))
  }

  function countOutlivingRefresh(instant: Date): Promise<number> {
    const isOver = lte(grants.refreshTokenExpiresAt, instant)
    return countWhere(and(isOver, gt(grants.accessTokenExpiresAt, instant)))
  }

  /** Many grants may end within the same minute: a step too full is halved, and one nearly empty doubles the next. */
  async function countBetween(
    column: Ends,
    start: Date,
    end: Date,
    condition?: SQL,
  ): Promise<number> {
    const isBetween = (low: number, high: number) =>
      and(condition, gt(column, new Date(low)), lte(column, new Date(high)))
    // Postgres counts elsewhere, and each step would be a round trip.
    if (name !== 'sqlite') return countWhere(isBetween(start.getTime(), end.getTime()))
    let sum = 0
    let width = end.getTime() - start.getTime()
    for (let low = start.getTime(); low < end.getTime(); ) {
      const high = Math.min(low + width, end.getTime())
      const counted = await countUpTo(MOST_IN_STEP, isBetween(low, high))
      if (counted === MOST_IN_STEP && width > 1) {
        width = Math.ceil((high - low) / 2)
        continue
      }
      sum += counted < MOST_IN_STEP ? counted : await countWhere(isBetween(low, high))
      if (counted < MOST_IN_STEP / 4) width *= 2
      low = high
    }
    return sum
  }

  async function countUpTo(most: number, where: SQL | undefined): Promise<number> {
    const some = database
      .select({ one: sql<number>`1`.as('one') })
      .from(grants)
      .where(and(isOfApp, where))
      .limit(most)
      .as('some')
    const [row] = await database.select({ count: count() }).from(some)
    await letOthers()
    return row?.count ?? 0
  }

  async function countWhere(where: SQL | undefined): Promise<number> {
    const [row] = await database.select({ count: count() }).from(grants).where(and(isOfApp, where))
    await letOthers()
    return row?.count ?? 0
  }
}

function after(instant: Date, days: number): Date {
  return new Date(instant.getTime() + days * DAY_MS)
}
