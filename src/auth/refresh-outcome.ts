import type { CardAuthError } from '../errors.ts'
import type { TokenReply } from './token-reply.ts'

/** Why a grant can no longer be refreshed; each needs the person, or an admin for them. */
export type FinishedReason =
  | 'reused'
  | 'revoked'
  | 'expired'
  | 'invalid'
  | 'lost_rotation'
  | 'user_status'
  | 'no_refresh_token'

/** Why a refresh did not succeed although the grant may be alive. */
export type SetbackReason =
  | 'policy'
  | 'config'
  | 'drift'
  | 'upstream'
  | 'timeout'
  | 'network'
  | 'rate_limited'
  | 'lease_timeout'
  | 'ambiguous'
  | 'persist_failed'
  | 'internal'

/**
 * What one POST of a refresh token came to. Feishu rotates single-use refresh tokens without a documented grace, so what
 * matters is whether the token was spent.
 */
export type RefreshReply =
  | { kind: 'tokens'; reply: TokenReply }
  /** Feishu says that this refresh token is dead (20026, 20037, 20064, 20073). */
  | { kind: 'finished'; reason: FinishedReason; error: CardAuthError }
  /** Feishu refused for a cause that hits everybody (20002, 20009, 20048, 20069, 20074 …); nothing was spent. */
  | { kind: 'app_wide'; error: CardAuthError }
  /** Feishu refused this call; the grant is kept and tried again later. */
  | {
      kind: 'setback'
      reason: SetbackReason
      error: CardAuthError
      retryAfterSeconds: number | null
    }
  /** Feishu refused with a code that says nothing here; a failure of its own (5xx) may have spent the token. */
  | { kind: 'unexplained'; error: CardAuthError; mayBeSpent: boolean }
  /** The request left and no complete reply came: the token may be spent. */
  | { kind: 'ambiguous'; error: CardAuthError }
