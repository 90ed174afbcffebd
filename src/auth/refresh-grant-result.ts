import type { CardAuthError } from '../errors.ts'
import type { UserAccessToken } from './grant.ts'
import type { FinishedReason, SetbackReason } from './refresh-outcome.ts'

/** What a refresh came to; never a silently stale token. */
export type RefreshResult =
  | { kind: 'fresh'; token: UserAccessToken; how: 'refreshed' | 'adopted' | 'unsaved' }
  /** The grant is at its end; the person must authorize again. */
  | { kind: 'finished'; reason: FinishedReason }
  | { kind: 'missing' }
  /** Not now: the grant is kept, and may serve while its access token lives. */
  | {
      kind: 'setback'
      reason: SetbackReason
      error: CardAuthError | null
      retryAfterSeconds: number
    }

/** A setback; `error` is what Feishu said, null where nobody was asked. */
export function setback(
  reason: SetbackReason,
  error: CardAuthError | null,
  retryAfterSeconds: number,
): RefreshResult {
  return { kind: 'setback', reason, error, retryAfterSeconds }
}
