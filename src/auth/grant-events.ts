import type { CardAuthError } from '../errors.ts'
import type { RefreshResult } from './refresh-grant-result.ts'
import type { FinishedReason } from './refresh-outcome.ts'
import type { Unrefreshable } from './unrefreshable.ts'

/** The steps between a lease and a saved pair, in order. */
export type RefreshStep =
  | 'lease_taken'
  | 'intent_open'
  | 'token_sent'
  | 'reply_received'
  | 'pair_saved'

/** How one decision of a lease holder ended; not tried is what was known before: an end, a pause, an outage. */
export type RefreshDecision = 'success' | 'failure' | 'skipped_fresh' | 'superseded' | 'not_tried'

/** How a caller came by somebody else's refresh: joined it, waited for it, or was refused and found it. */
export type RefreshSharing = 'coalesced' | 'adopted_after_lease' | 'adopted_after_error'

/** Who ended a grant. */
export type RevocationSource = 'user' | 'admin' | 'upstream_event'

/** Why a grant was ended, as far as it is known. */
export type RevocationReason = 'user' | 'admin' | 'risk' | 'restriction' | 'unknown'

/** What a caller who asked for a token had to wait for: nothing, a refresh, or a person. */
export type TokenAskedPath = 'hot' | 'refresh' | 'wait'

/** What a caller who asked for a token got; transient is a failure that passes. */
export type TokenAskedOutcome = 'hit' | 'refreshed' | 'needs_auth' | 'transient'

/** What became of a refresh token that a vanished process may have spent; pending means that it is not known yet. */
export type CrashRecovery = 'fresh' | 'reauth_required' | 'pending'

/** What happened to a grant, told after the change is committed. */
export type GrantEvent =
  | { type: 'refresh_step'; step: RefreshStep; appId: string; openId: string }
  | {
      type: 'refresh_ended'
      appId: string
      openId: string
      decision: RefreshDecision
      result: RefreshResult
      seconds: number
    }
  /** A caller got somebody else's result. */
  | { type: 'refresh_shared'; appId: string; how: RefreshSharing }
  /** A caller waited so long for another holder of the lease. */
  | { type: 'lease_waited'; seconds: number }
  /** A holder found that its lease is another's by now. */
  | { type: 'lease_lost'; appId: string }
  /** A refresh met what a vanished process had left open. */
  | { type: 'crash_recovered'; appId: string; result: CrashRecovery }
  /** A request for a token ended. */
  | {
      type: 'token_asked'
      appId: string
      path: TokenAskedPath
      outcome: TokenAskedOutcome
      seconds: number
    }
  /** A rotated pair is in memory only; it is tried again until the database takes it. */
  | { type: 'refresh_not_saved'; appId: string; openId: string; error: unknown }
  /** Feishu refused a refresh token with an answer that nobody here understands; its code belongs into the table. */
  | { type: 'refresh_unexplained'; appId: string; openId: string; error: CardAuthError }
  /** A person, an admin or Feishu ended a grant. */
  | {
      type: 'grant_revoked'
      appId: string
      openId: string
      /** The session whose consent gave the grant. */
      sessionId: string
      source: RevocationSource
      reason: RevocationReason
    }
  /** The grant is gone here, but Feishu could not be told yet; it is told again until it answers or the tokens run out. */
  | { type: 'revocation_not_told'; appId: string; openId: string; error: unknown }
  /** A pair came without a refresh token; `advice` says what an operator can do. */
  | {
      type: 'grant_unrefreshable'
      appId: string
      openId: string
      why: Unrefreshable
      advice: string
    }
  /** A grant came to its end; the person must authorize again. */
  | { type: 'grant_finished'; appId: string; openId: string; reason: FinishedReason }
