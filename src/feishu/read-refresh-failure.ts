import type { RefreshReply } from '../auth/refresh-outcome.ts'
import type { CardAuthError } from '../errors.ts'
import { meaningOfRefusal } from './error-codes/meaning-of-refusal.ts'
import { RefreshTokenRefusedError } from './refresh-token-refused-error.ts'
import { translateError } from './translate-error.ts'
import type { WireError, WireFacts } from './wire-error.ts'

/** What became of a refresh token when the call that presented it failed. */
export type RefreshFailure = Exclude<RefreshReply, { kind: 'tokens' }>

/** Pauses in seconds; what could not be sent waits for somebody to look at the log. */
const UNSENT_PAUSE = 60
const RATE_LIMIT_PAUSE = 5

/**
 * Reads a failed refresh. Three questions, in this order: can the request have left at all, did Feishu itself answer, and
 * what does its code say? Where Feishu has not answered, whether a page of a proxy has or nobody, the token may be spent.
 */
export function readRefreshFailure(wireError: WireError): RefreshFailure {
  const { facts } = wireError
  const error = translateError(wireError, 'other')
  if (facts.mayHaveSent === false) {
    return { kind: 'setback', reason: 'network', error, retryAfterSeconds: null }
  }
  if (!isAnsweredByFeishu(facts)) return { kind: 'ambiguous', error }
  const { atRefresh, says } = meaningOfRefusal(facts, 'other')
  switch (atRefresh.kind) {
    case 'finished':
      return { ...atRefresh, error: finishedError(atRefresh.reason, says, wireError) }
    case 'app_wide':
      return { kind: 'app_wide', error }
    case 'unexplained':
      return { kind: 'unexplained', error, mayBeSpent: (facts.status ?? 0) >= 500 }
    case 'setback':
      return { ...atRefresh, error, retryAfterSeconds: pauseSeconds(atRefresh.reason, facts) }
  }

  function finishedError(reason: string, says: string, cause: WireError): CardAuthError {
    // A person who may not use the app has an error of its own, which says whom to ask.
    return reason === 'user_status'
      ? error
      : new RefreshTokenRefusedError(says, { ...facts, cause })
  }
}

/** A refusal before anything left this process. */
export function unsentSetback(error: CardAuthError): RefreshFailure {
  return { kind: 'setback', reason: 'internal', error, retryAfterSeconds: UNSENT_PAUSE }
}

/** A rate limit is the gateway's, whatever the body; an OAuth error without a code is Feishu's unless the status is 5xx. */
function isAnsweredByFeishu({ failure, status = 0, feishuCode, oauthError }: WireFacts): boolean {
  if (failure !== 'refused') return false
  if (status === 429 || feishuCode) return true
  return oauthError !== undefined && status < 500
}

/** Null where Feishu asks for a repetition or leaves the pause to us. */
function pauseSeconds(reason: string, { retryAfterSeconds: told = 0 }: WireFacts): number | null {
  switch (reason) {
    case 'rate_limited':
      return told > 0 ? Math.ceil(told) : RATE_LIMIT_PAUSE
    default:
      return told > 0 ? Math.ceil(told) : null
  }
}
