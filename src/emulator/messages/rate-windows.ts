/** A limit: so many within so many milliseconds. */
export type RateLimit = { most: number; withinMs: number }

/** Counts what happened lately, by the emulator's clock. */
export interface RateWindows {
  /** Counts one more for `key`; false, and nothing counted, when that would exceed a limit. */
  take(key: string, ...limits: RateLimit[]): boolean
  reset(): void
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
      const isFull = limits.some(
        ({ most, withinMs }) => recent.filter((then) => at - then < withinMs).length >= most,
      )
      if (isFull) return false
      recent.push(at)
      return true
    },
    reset: () => taken.clear(),
  }
}
