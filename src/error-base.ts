/** Every stable error code that leaves this product, in the library, the HTTP API and the logs. */
export type ErrorCode =
  | 'app_misconfigured'
  | 'authorization_code_expired'
  | 'authorization_code_used'
  | 'authorization_expired'
  | 'authorization_in_progress'
  | 'authorization_rejected'
  | 'authorization_required'
  | 'card_gone'
  | 'configuration_invalid'
  | 'feishu_unavailable'
  | 'identity_mismatch'
  | 'insufficient_scope'
  | 'person_not_allowed'
  | 'person_unreachable'
  | 'pkce_failed'
  | 'schema_too_new'
  | 'session_not_found'
  | 'session_not_pending'
  | 'state_invalid'
  | 'store_unavailable'
  | 'token_refresh_failed'
  | 'token_unreadable'
  | 'too_many_cards'
  | 'unknown_app'

/** The base of every error this product throws on purpose; the message says what happened and what to do next. */
export abstract class CardAuthError extends Error {
  abstract readonly code: ErrorCode

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = new.target.name
  }
}

/** Facts that come with a refusal by Feishu: its numeric code and its log id, both safe to log. */
export type FeishuFacts = {
  feishuCode?: number | undefined
  logId?: string | undefined
  cause?: unknown
}

/** An error that Feishu answered with. */
export abstract class FeishuAnsweredError extends CardAuthError {
  readonly feishuCode: number | undefined
  readonly logId: string | undefined

  constructor(message: string, facts: FeishuFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.feishuCode = facts.feishuCode
    this.logId = facts.logId
  }
}
