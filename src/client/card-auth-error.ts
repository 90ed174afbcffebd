/** Every `code` of the HTTP API that this version knows. */
export const PROBLEM_CODES = [
  'app_misconfigured',
  'authorization_code_expired',
  'authorization_code_used',
  'authorization_expired',
  'authorization_in_progress',
  'authorization_rejected',
  'authorization_required',
  'card_gone',
  'configuration_invalid',
  'feishu_unavailable',
  'forbidden',
  'idempotency_in_progress',
  'idempotency_key_reused',
  'identity_mismatch',
  'insufficient_scope',
  'internal_error',
  'invalid_request',
  'method_not_allowed',
  'not_found',
  'payload_too_large',
  'person_not_allowed',
  'person_unreachable',
  'pkce_failed',
  'rate_limited',
  'schema_too_new',
  'session_not_found',
  'session_not_pending',
  'state_invalid',
  'store_unavailable',
  'token_refresh_failed',
  'token_unreadable',
  'too_many_cards',
  'unauthenticated',
  'unknown_app',
] as const

/**
 * The code of an error: one of the API's, which may grow, or one of the client's own. `service_unreachable`: no answer came.
 * `unexpected_answer`: what answered is not this API, such as a proxy or a wrong `baseUrl`.
 */
export type CardAuthErrorCode =
  | (typeof PROBLEM_CODES)[number]
  | 'service_unreachable'
  | 'unexpected_answer'
  | (string & {})

/** What is known of an error. */
export type ErrorFacts = {
  status?: number | undefined
  requestId?: string | undefined
  retryAfter?: number | undefined
  missingScopes?: readonly string[] | undefined
  advice?: string | undefined
  challengeUrl?: string | undefined
  problem?: Readonly<Record<string, unknown>> | undefined
  cause?: unknown
}

/** Everything that goes wrong between a bot and the service, by its stable `code`; it never holds the API key. */
export class CardAuthError extends Error {
  readonly code: CardAuthErrorCode
  /** What happened and what to do next, for people. */
  readonly detail: string
  /** The HTTP status that belongs to the code; undefined when no answer came. */
  readonly status: number | undefined
  /** Finds the log line of the service. */
  readonly requestId: string | undefined
  /** Seconds after which a repetition makes sense, where the service said so. */
  readonly retryAfter: number | undefined
  /** The scopes that the person has not granted; empty when scopes are not the trouble. */
  readonly missingScopes: readonly string[]
  /** What an operator can do so that it does not happen again, where the service knows. */
  readonly advice: string | undefined
  /** Where the person passes a check that their organisation asks for; show it to nobody else, and ask again after it. */
  readonly challengeUrl: string | undefined
  /** The whole problem document (RFC 9457), when the service sent one; further members depend on the code. */
  readonly problem: Readonly<Record<string, unknown>> | undefined

  constructor(code: CardAuthErrorCode, detail: string, facts: ErrorFacts = {}) {
    super(detail, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'CardAuthError'
    this.code = code
    this.detail = detail
    this.status = facts.status
    this.requestId = facts.requestId
    this.retryAfter = facts.retryAfter
    this.missingScopes = facts.missingScopes ?? []
    this.advice = facts.advice
    this.challengeUrl = facts.challengeUrl
    this.problem = facts.problem
  }
}
