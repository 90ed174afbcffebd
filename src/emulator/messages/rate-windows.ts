/** A limit: so many within so many milliseconds. */
export type RateLimit = { most: number; withinMs: number }

/** The limit that is reached, and how long until there is room again. */
export type RateExceeded = { limit: RateLimit; waitMs: number }

/** Counts what happened lately, by the emulator's clock. */
export interface RateWindows {
  /** Counts one more for `key`, or says which limit forbids it; then nothing is counted. */
  take(key: string, ...limits: RateLimit[]): RateExceeded | undefined
}

/** Creates sliding windows; `now` gives milliseconds. */
export function createRateWindows(now: () => number): RateWindows {
  const taken = new Map<string, number[]>()
  return {
    take(key, ...limits) {
      const at = now()
      const longest = Math.max(...limits.map(({ withinMs }) => withinMs))
      // A clock that was moved back leaves instants of the future behind: they no longer count.
      const recent = (taken.get(key) ?? []).filter((then) => then <= at && at - then < longest)
      taken.set(key, recent)
      for (const limit of limits) {
        const within = recent.filter((then) => at - then < limit.withinMs)
        const [oldest] = within
        if (oldest !== undefined && within.length >= limit.most) {
          return { limit, waitMs: oldest + limit.withinMs - at }
        }
      }
      recent.push(at)
      return undefined
    },
  }
}
