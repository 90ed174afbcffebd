import type { EventSink } from './events.ts'
import type { Grant } from './grant.ts'
import type { HeldLease } from './held-lease.ts'
import type { Clock, Store } from './ports.ts'
import type { RefreshResult } from './refresh-grant-result.ts'
import type { FinishedReason } from './refresh-outcome.ts'

/** Marks a grant as finished for its version, and lets go of its lease. */
export type GiveUpGrant = (
  held: HeldLease,
  grant: Grant,
  reason: FinishedReason,
) => Promise<RefreshResult>

/** Creates the one place where a refresh finds that a grant is at its end. */
export function createGiveUpGrant(neighbours: {
  store: Pick<Store, 'grants'>
  clock: Clock
  events: EventSink
}): GiveUpGrant {
  const { store, clock, events } = neighbours

  return async (held, grant, reason) => {
    const { appId, openId, version } = grant
    const mark = { status: 'reauth_required', reason, version, at: clock.now() } as const
    const cleared = { intent: 'settled', failures: 0, coolUntil: null, coolReason: null } as const
    // Under a lost lease it is for whoever has it by now to find that out.
    if (await held.release({ ...cleared, mark, dueAt: null })) {
      events.emit({ type: 'grant_finished', appId, openId, reason })
      if (hasEndedAll(reason)) await store.grants.endAccess(grant, clock.now())
    }
    return { kind: 'finished', reason }
  }
}

/** Whoever was revoked or may not use the app has lost the access token, too; otherwise it lives to its own end. */
function hasEndedAll(reason: FinishedReason): boolean {
  return reason === 'revoked' || reason === 'user_status'
}
