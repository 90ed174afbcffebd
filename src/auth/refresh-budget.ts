import { setMaxListeners } from 'node:events'
import type { Clock } from './ports.ts'

/** The share of Feishu's limits that the refreshes of this process may use. */
export interface RefreshBudget {
  /** Waits for the turn of one refresh of this app; false, at once, when its turn would come too late. */
  take(appId: string): Promise<boolean>
  /** Waits until work that nobody waits for leaves enough turns for callers; false when that takes too long. */
  hasRoom(appId: string): Promise<boolean>
  /** Seconds until a turn can be waited for again; 0 when it can now. */
  retryAfterSeconds(appId: string): number
  /** No turn for so many seconds: Feishu asked to slow down. */
  pause(appId: string, seconds: number): void
  /** Sends away whoever waits and lets nobody wait any more, so that a shutdown begins nothing it cannot end. */
  close(): void
}

/**
 * Feishu allows the token endpoint 50 calls a second and 1000 a minute
 * (https://open.feishu.cn/document/authentication-management/access-token/refresh-user-access-token).
 * This is at most 45 in any second and 930 in any minute; code exchanges have the rest.
 */
const PER_SECOND = 15
const BURST = 30
/** Work that nobody waits for begins only while more turns than these are left. */
const KEPT_FOR_CALLERS = 20
/** A caller who would wait longer is told to come back; a shutdown waits no longer than this, too. */
const LONGEST_WAIT_MS = 10_000

/** Creates the budget: one bucket an app, refilled by the clock; turns are given in the order they were asked for. */
export function createRefreshBudget({ clock }: { clock: Clock }): RefreshBudget {
  const buckets = new Map<string, { left: number; filledAt: number }>()
  const closing = new AbortController()
  // Everybody who waits for a turn listens to it; Node would take more than ten for a leak.
  setMaxListeners(0, closing.signal)

  function refill(appId: string) {
    const now = clock.now().getTime()
    const bucket = buckets.get(appId) ?? { left: BURST, filledAt: now }
    const earned = (Math.max(0, now - bucket.filledAt) / 1000) * PER_SECOND
    bucket.left = Math.min(BURST, bucket.left + earned)
    bucket.filledAt = now
    buckets.set(appId, bucket)
    return bucket
  }

  return {
    async take(appId) {
      const bucket = refill(appId)
      const wait = millisecondsUntil(1, bucket)
      if (wait > LONGEST_WAIT_MS) return false
      // Below zero is a queue: whoever comes later waits longer.
      bucket.left -= 1
      if (wait === 0) return true
      await clock.sleep(wait, closing.signal)
      return !closing.signal.aborted
    },
    async hasRoom(appId) {
      const until = clock.now().getTime() + LONGEST_WAIT_MS
      while (!closing.signal.aborted) {
        const wait = millisecondsUntil(KEPT_FOR_CALLERS + 1, refill(appId))
        if (wait === 0) return true
        if (clock.now().getTime() + wait > until) return false
        await clock.sleep(wait, closing.signal)
      }
      return false
    },
    retryAfterSeconds(appId) {
      const wait = millisecondsUntil(1, refill(appId)) - LONGEST_WAIT_MS
      return Math.max(0, Math.ceil(wait / 1000))
    },
    pause(appId, seconds) {
      const bucket = refill(appId)
      bucket.left = Math.min(bucket.left, -seconds * PER_SECOND)
    },
    close: () => closing.abort(),
  }
}

function millisecondsUntil(turns: number, { left }: { left: number }): number {
  return Math.max(0, Math.ceil(((turns - left) / PER_SECOND) * 1000))
}
