import type { Clock } from './ports.ts'

/** Who waits for a refresh: a caller, or nobody. */
export type Urgency = 'awaited' | 'background'

/** The share of Feishu's limits that refreshes may use. */
export interface RefreshBudget {
  /** Resolves when one more refresh of this app may be sent; background work leaves room for callers. */
  take(appId: string, urgency: Urgency): Promise<void>
}

/**
 * Feishu allows the token endpoint 50 calls a second and 1000 a minute
 * (https://open.feishu.cn/document/authentication-management/access-token/refresh-user-access-token).
 * 15 a second are 900 a minute; code exchanges keep the rest.
 */
const PER_SECOND = 15
const BURST = 40
/** Background refreshes stop while fewer than this many are left for callers. */
const KEPT_FOR_CALLERS = 25

/** Creates the budget: one bucket an app, refilled by the clock. */
export function createRefreshBudget({ clock }: { clock: Clock }): RefreshBudget {
  const buckets = new Map<string, { left: number; filledAt: number }>()

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
    async take(appId, urgency) {
      const floor = urgency === 'background' ? KEPT_FOR_CALLERS : 0
      for (;;) {
        const bucket = refill(appId)
        if (bucket.left - 1 >= floor) {
          bucket.left -= 1
          return
        }
        await clock.sleep(Math.ceil(((floor + 1 - bucket.left) / PER_SECOND) * 1000))
      }
    },
  }
}
