import type { FinishedReason, SetbackReason } from '../../auth/refresh-outcome.ts'
import type { MisconfigurationReason } from '../../errors.ts'

/** Who can do something about a code; only `terminal` ever ends a grant, a code or a card. */
export type ErrorClass =
  /** This code, token or message is dead. */
  | 'terminal'
  /** An admin must act for this person. */
  | 'user'
  /** The app's configuration; hits everybody and deletes nothing. */
  | 'app_wide'
  /** Passes; try again. */
  | 'transient'
  /** Our request does not fit the API: a fault of ours, or the API has changed. */
  | 'drift'
  /** Rules of the organisation or of Feishu forbid it. */
  | 'policy'
  /** The access token of this one call; fetch another and repeat once. */
  | 'token'
  /** What was sent cannot be taken: an id, a text, a card. */
  | 'data'
  /** In no table yet. */
  | 'unknown'

/** The typed error of `errors.ts` a code turns into; the reasons of `AppMisconfiguredError` stand for themselves. */
export type Outcome =
  | MisconfigurationReason
  | 'code_expired'
  | 'code_used'
  | 'pkce_failed'
  | 'person_not_allowed'
  | 'person_unreachable'
  | 'card_gone'
  | 'upstream_5xx'
  | 'rate_limited'

/** The calls whose errors differ. */
export type Place = 'exchange' | 'user_info' | 'revoke' | 'create' | 'patch' | 'other'

/** What a code says about a refresh token that was presented. */
export type RefreshReading =
  | { kind: 'finished'; reason: FinishedReason }
  | { kind: 'app_wide' }
  /** It is in no table, or has no meaning at a refresh: somebody has to look. */
  | { kind: 'unexplained' }
  | {
      kind: 'setback'
      reason: Extract<SetbackReason, 'policy' | 'drift' | 'upstream' | 'rate_limited'>
    }

/**
 * One row: the code, its class, what it becomes, what it means and what to do, where it becomes something else, and whether
 * it ends a grant when a refresh token was presented. Without `refresh` a code ends none.
 */
export type ErrorCodeRow = readonly [
  code: number,
  errorClass: Exclude<ErrorClass, 'unknown'>,
  becomes: Outcome,
  says: string,
  elsewhere?: Partial<Record<Place, Outcome>> & { refresh?: FinishedReason },
]
