import type { GrantEvent, RefreshDecision } from './grant-events.ts'
import type { RefreshResult } from './refresh-grant-result.ts'
import type { GrantKey } from './upkeep.ts'

/** A result, and what it was for whoever decided: a try, or a look at what was known. */
export type DecidedRefresh = { decision: RefreshDecision; result: RefreshResult }

/** What a try came to. A pair that is in memory only is a failure until it is saved. */
export function tried(result: RefreshResult): DecidedRefresh {
  switch (result.kind) {
    case 'fresh':
      return { decision: DECISION_OF_FRESH[result.how], result }
    case 'missing':
      return { decision: 'superseded', result }
    case 'finished':
    case 'setback':
      return { decision: 'failure', result }
  }
}

/** What a look came to that nothing was tried after: it tells again what was counted when it happened. */
export function lookedUp(result: RefreshResult): DecidedRefresh {
  const { kind } = result
  const isKnownTrouble = kind === 'finished' || kind === 'setback'
  return isKnownTrouble ? { decision: 'not_tried', result } : tried(result)
}

/** The event about a refresh that began at `startedAt` and has ended `now`, by whatever clock may have been set since. */
export function endOfRefresh(
  { appId, openId }: GrantKey,
  { decision, result }: DecidedRefresh,
  { startedAt, now }: { startedAt: Date; now: Date },
): GrantEvent {
  const seconds = Math.max(0, (now.getTime() - startedAt.getTime()) / 1000)
  return { type: 'refresh_ended', appId, openId, decision, result, seconds }
}

const DECISION_OF_FRESH = {
  refreshed: 'success',
  adopted: 'skipped_fresh',
  unsaved: 'failure',
} as const
