/** How grants stand, as they are counted: expiring ends within a day unless something happens. */
export const COUNTED_STATES = [
  'active',
  'expiring',
  'ambiguous',
  'reauth_required',
  'revoked',
] as const

/** How a counted grant stands. */
export type CountedState = (typeof COUNTED_STATES)[number]

/** Exclusive bins of the time a refresh token has left, named by their upper bound. */
export const TIME_LEFT_BINS = ['expired', '1d', '3d', '7d', '30d', '365d'] as const

/** One bin of the time left. */
export type TimeLeftBin = (typeof TIME_LEFT_BINS)[number]

/** What is counted of all grants at one time. */
export type GrantCounts = {
  byState: readonly { appId: string; state: CountedState; count: number }[]
  /** Of grants that have a refresh token whose end is known. */
  byTimeLeft: readonly { appId: string; bin: TimeLeftBin; count: number }[]
  /** By the key that sealed both tokens; null where that is not known. */
  byKey: readonly { keyId: string | null; count: number }[]
  /** When the refresh token of each app was issued that ends first, of those that have not ended. */
  oldestIssue: readonly { appId: string; at: Date }[]
  /** Since when the longest overdue refresh of each app waits; apps without one are left out. */
  oldestDue: readonly { appId: string; at: Date }[]
}

/** Counts all grants; it may take a while, and holds nobody up. */
export interface GrantCensus {
  count(now: Date): Promise<GrantCounts>
}
