import type { RefreshResult } from './refresh-grant-result.ts'
import type { FinishedReason } from './refresh-outcome.ts'

/** The steps between a lease and a saved pair, in order. */
export type RefreshStep = 'lease_taken' | 'intent_open' | 'reply_received' | 'pair_saved'

/** How one decision of a lease holder ended. */
export type RefreshDecision = 'success' | 'failure' | 'skipped_fresh' | 'superseded'

/** Who ended a grant. */
export type RevocationSource = 'user' | 'admin' | 'upstream_event'

/** Why a grant was ended, as far as it is known. */
export type RevocationReason = 'user' | 'admin' | 'risk' | 'restriction' | 'unknown'

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
  | { type: 'refresh_shared'; appId: string; how: 'coalesced' | 'adopted_after_lease' }
  /** A caller waited so long for another holder of the lease. */
  | { type: 'lease_waited'; seconds: number }
  /** A rotated pair is in memory only; it is tried again until the database takes it. */
  | { type: 'refresh_not_saved'; appId: string; openId: string; error: unknown }
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
  /** The grant is gone here, but Feishu could not be told; its tokens end by themselves. */
  | { type: 'revocation_not_told'; appId: string; openId: string; error: unknown }
  /** A grant came to its end; the person must authorize again. */
  | { type: 'grant_finished'; appId: string; openId: string; reason: FinishedReason }
