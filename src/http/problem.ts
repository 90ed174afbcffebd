import type { ErrorCode } from '../errors.ts'

/** Error codes that only the HTTP side has. */
export type HttpOnlyCode =
  | 'unauthenticated'
  | 'forbidden'
  | 'invalid_request'
  | 'idempotency_key_reused'
  | 'idempotency_in_progress'
  | 'not_found'
  | 'method_not_allowed'
  | 'rate_limited'
  | 'payload_too_large'
  | 'internal_error'

/** Every `code` a problem can carry; none is ever renamed. */
export type ProblemCode = ErrorCode | HttpOnlyCode

/** Status and title of every problem (RFC 9457 §3.1). */
export const PROBLEMS = {
  app_misconfigured: { status: 502, title: 'The app is misconfigured at Feishu' },
  authorization_code_expired: { status: 400, title: 'The authorization code has expired' },
  authorization_code_used: { status: 400, title: 'The authorization code was already used' },
  authorization_expired: { status: 410, title: 'The authorization request has expired' },
  authorization_in_progress: { status: 409, title: 'The person is authorizing right now' },
  authorization_rejected: { status: 403, title: 'The person declined' },
  authorization_required: { status: 404, title: 'The person must authorize first' },
  card_gone: { status: 410, title: 'The card can no longer be changed' },
  configuration_invalid: { status: 500, title: 'The configuration is invalid' },
  feishu_unavailable: { status: 503, title: 'Feishu is not available' },
  identity_mismatch: { status: 403, title: 'A different account authorized' },
  insufficient_scope: { status: 403, title: 'The token lacks scopes' },
  person_not_allowed: { status: 403, title: 'The person may not use the app' },
  person_unreachable: { status: 422, title: 'No card can reach the person' },
  pkce_failed: { status: 400, title: 'The PKCE verifier was not accepted' },
  schema_too_new: { status: 500, title: 'The database belongs to a newer version' },
  session_not_found: { status: 404, title: 'There is no such session' },
  session_not_pending: { status: 409, title: 'The session has already ended' },
  state_invalid: { status: 400, title: 'The authorization link is not valid' },
  store_unavailable: { status: 503, title: 'The database is not available' },
  token_refresh_failed: { status: 503, title: 'The token could not be refreshed' },
  token_unreadable: { status: 500, title: 'A stored secret cannot be opened' },
  too_many_cards: { status: 429, title: 'Another card would be one too many' },
  unknown_app: { status: 422, title: 'No such app is configured' },
  unauthenticated: { status: 401, title: 'An API key is needed' },
  forbidden: { status: 403, title: 'The API key was not given this' },
  invalid_request: { status: 400, title: 'The request is not valid' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key belongs to another request' },
  idempotency_in_progress: { status: 409, title: 'The first request with this key is at work' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  rate_limited: { status: 429, title: 'Too many requests' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  internal_error: { status: 500, title: 'Something went wrong here' },
} as const satisfies Record<ProblemCode, { status: number; title: string }>

/** One field that does not hold what it should; it names the field and never repeats the value. */
export type FieldProblem = { field: string; problem: string }

/** A problem that is born on the HTTP side; `fields` says what is wrong with the request. */
export class HttpProblem extends Error {
  readonly code: HttpOnlyCode
  readonly fields: readonly FieldProblem[]
  readonly headers: Readonly<Record<string, string>>
  /** Members beside the standard ones (RFC 9457 §3.2). */
  readonly members: Readonly<Record<string, unknown>>

  constructor(
    code: HttpOnlyCode,
    detail: string,
    extra: {
      fields?: readonly FieldProblem[]
      headers?: Readonly<Record<string, string>>
      members?: Readonly<Record<string, unknown>>
    } = {},
  ) {
    super(detail)
    this.name = 'HttpProblem'
    this.code = code
    this.fields = extra.fields ?? []
    this.headers = extra.headers ?? {}
    this.members = extra.members ?? {}
  }
}
