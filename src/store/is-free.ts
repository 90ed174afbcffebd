import { isNull, lte, or, type SQL } from 'drizzle-orm'
import type { Schema } from './schema.ts'

/** Holds while nobody has the lease, or whoever had it let it run out. */
export function isFree(upkeeps: Schema['upkeeps'], now: Date | SQL): SQL | undefined {
  return or(isNull(upkeeps.leaseOwner), lte(upkeeps.leaseUntil, now))
}
