import { and, eq, isNull, lte, or, type SQL } from 'drizzle-orm'
import type { Lease } from '../auth/upkeep.ts'
import type { Schema } from './schema.ts'

type Upkeeps = Schema['upkeeps']

/** Holds while nobody has the lease, or whoever had it let it run out. */
export function isFree(upkeeps: Upkeeps, now: Date): SQL | undefined {
  return or(isNull(upkeeps.leaseOwner), lte(upkeeps.leaseUntil, now))
}

/**
 * Holds while this very lease is the last one given.
 *
 * Time has no say: a holder whose lease ran out keeps its rights until another claims, and clocks differ.
 */
export function isHeldUnder(upkeeps: Upkeeps, { owner, fence }: Lease): SQL | undefined {
  return and(eq(upkeeps.leaseOwner, owner), eq(upkeeps.leaseFence, fence))
}
