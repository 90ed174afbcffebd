import {
  CardAuthError,
  type ErrorCode,
  FeishuAnsweredError,
  type FeishuFacts,
} from './error-base.ts'

export { CardGoneError, PersonUnreachableError, TooManyCardsError } from './card-errors.ts'
export { CardAuthError, type ErrorCode, type FeishuFacts }

/** One thing wrong with the configuration, and how to mend it. */
export type ConfigurationFault = { name: string; problem: string; fix: string }

/** The configuration cannot be used; `faults` lists everything wrong at once. */
export class ConfigurationError extends CardAuthError {
  readonly code = 'configuration_invalid'
  readonly faults: readonly ConfigurationFault[]

  constructor(faults: readonly ConfigurationFault[]) {
    super(
      `The configuration has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${faults
        .map(({ name, problem, fix }) => `  ${name}: ${problem}. ${fix}`)
        .join('\n')}`,
    )
    this.faults = faults
  }
}

/** No app with this id is configured here. */
export class UnknownAppError extends CardAuthError {
  readonly code = 'unknown_app'

  constructor(appId: string | null) {
    super(
      appId === null
        ? 'Several apps are configured. Name the one you mean with app_id.'
        : `No app ${appId} is configured here. Check app_id, or add the app to the configuration.`,
    )
  }
}

/** No session has this id, or it was deleted after its retention. */
export class AuthSessionNotFoundError extends CardAuthError {
  readonly code = 'session_not_found'
  readonly sessionId: string

  constructor(sessionId: string) {
    super(
      `There is no session ${sessionId}. It may have been deleted; ask for a new authorization.`,
    )
    this.sessionId = sessionId
  }
}

/** The session has already ended, so it cannot be changed. */
export class SessionNotPendingError extends CardAuthError {
  readonly code = 'session_not_pending'
  readonly sessionId: string
  readonly state: string

  constructor(sessionId: string, state: string) {
    super(`Session ${sessionId} is already ${state}. Ask for a new authorization instead.`)
    this.sessionId = sessionId
    this.state = state
  }
}

/** The person must first answer an earlier request, whose scopes and these do not fit into one; or is answering it this instant. */
export class AuthorizationInProgressError extends CardAuthError {
  readonly code = 'authorization_in_progress'
  readonly retryAfterSeconds: number
  /** The request whose end must come first; null when it is about to come. */
  readonly sessionId: string | null

  constructor(earlier?: { sessionId: string; retryAfterSeconds: number }) {
    super(
      earlier
        ? `The person is being asked for other scopes (session ${earlier.sessionId}), and together they are more than one request takes. Ask again when that one has ended.`
        : 'The person is completing an earlier request right now. Ask again in a second.',
    )
    this.retryAfterSeconds = earlier?.retryAfterSeconds ?? 1
    this.sessionId = earlier?.sessionId ?? null
  }
}

/** There is no usable token for this person; they must authorize first. */
export class AuthorizationRequiredError extends CardAuthError {
  readonly code = 'authorization_required'
  readonly appId: string
  readonly openId: string
  readonly missingScopes: readonly string[]
  /** What an operator can do so that it does not happen again; null where it is nobody's fault. */
  readonly advice: string | null

  constructor(facts: {
    appId: string
    openId: string
    missingScopes: readonly string[]
    why: string
    advice?: string | null
  }) {
    const why = facts.advice ? `${facts.why} ${facts.advice}` : facts.why
    super(`${why} Send an authorization card with POST /v1/sessions or requestAuthorization().`)
    this.advice = facts.advice ?? null
    this.appId = facts.appId
    this.openId = facts.openId
    this.missingScopes = facts.missingScopes
  }
}

/** The person refused. */
export class AuthorizationRejectedError extends CardAuthError {
  readonly code = 'authorization_rejected'

  constructor() {
    super('The person declined. Ask again only when they start something that needs it.')
  }
}

/** The request ran out, was withdrawn or was replaced before the person decided. */
export class AuthorizationExpiredError extends CardAuthError {
  readonly code = 'authorization_expired'

  constructor(why: string) {
    super(`${why} Ask for a new authorization.`)
  }
}

/** The OAuth `state` is unknown, malformed or no longer valid (RFC 6749 §10.12). */
export class InvalidStateError extends CardAuthError {
  readonly code = 'state_invalid'

  constructor() {
    super(
      'This authorization link is not valid here. Open the card in Feishu and tap Authorize again.',
    )
  }
}

/** The authorization code lived longer than its five minutes. */
export class AuthorizationCodeExpiredError extends FeishuAnsweredError {
  readonly code = 'authorization_code_expired'

  constructor(facts?: FeishuFacts) {
    super('The authorization code has expired. Tap Authorize on the card again.', facts)
  }
}

/** The authorization code was spent before, or was never issued. */
export class AuthorizationCodeUsedError extends FeishuAnsweredError {
  readonly code = 'authorization_code_used'

  constructor(facts?: FeishuFacts) {
    super('The authorization code was already used. Tap Authorize on the card again.', facts)
  }
}

/** Feishu did not accept the PKCE verifier (RFC 7636 §4.6). */
export class PkceFailedError extends FeishuAnsweredError {
  readonly code = 'pkce_failed'

  constructor(facts?: FeishuFacts) {
    super(
      'Feishu did not accept the PKCE verifier. If it always happens, use the v2 token endpoint with PKCE.',
      facts,
    )
  }
}

/** Somebody else than the person asked has authorized; nothing was stored. */
export class IdentityMismatchError extends CardAuthError {
  readonly code = 'identity_mismatch'

  constructor() {
    super(
      'A different Feishu account authorized. Nothing was stored; sign in as yourself and try again.',
    )
  }
}

/** Why an app-wide fault happened; each is mended in the developer console or the configuration. */
export type MisconfigurationReason =
  | 'redirect_uri_mismatch'
  | 'scope_not_enabled'
  | 'app_not_installed'
  | 'app_disabled'
  | 'bad_client'
  | 'card_undeliverable'

/** Feishu refuses because of the app's configuration; it hits everybody and deletes nothing. */
export class AppMisconfiguredError extends FeishuAnsweredError {
  readonly code = 'app_misconfigured'
  readonly reason: MisconfigurationReason

  constructor(reason: MisconfigurationReason, message: string, facts?: FeishuFacts) {
    super(message, facts)
    this.reason = reason
  }
}

/** This person may not use the app; an admin can change that, or they themselves on the page of `challengeUrl`. */
export class PersonNotAllowedError extends FeishuAnsweredError {
  readonly code = 'person_not_allowed'
  /** Where the person passes the check that their organisation asks for; null where there is none. For them alone. */
  readonly challengeUrl: string | null

  constructor(message: string, facts: FeishuFacts & { challengeUrl?: string | undefined } = {}) {
    super(message, facts)
    this.challengeUrl = facts.challengeUrl ?? null
  }
}

/** The token lacks scopes that the caller needs. */
export class InsufficientScopeError extends CardAuthError {
  readonly code = 'insufficient_scope'
  readonly missingScopes: readonly string[]

  constructor(missingScopes: readonly string[]) {
    super(`The person has not granted: ${missingScopes.join(' ')}. Ask for these scopes.`)
    this.missingScopes = missingScopes
  }
}

/** How Feishu failed to answer. */
export type UnavailableReason = 'upstream_5xx' | 'upstream_timeout' | 'rate_limited' | 'network'

/** Feishu did not answer, or answered with trouble of its own; try again after `retryAfterSeconds`. */
export class FeishuUnavailableError extends FeishuAnsweredError {
  readonly code = 'feishu_unavailable'
  readonly reason: UnavailableReason
  readonly retryAfterSeconds: number

  constructor(reason: UnavailableReason, facts: FeishuFacts & { retryAfterSeconds?: number } = {}) {
    super('Feishu is not answering as it should. Nothing was lost; try again shortly.', facts)
    this.reason = reason
    this.retryAfterSeconds = facts.retryAfterSeconds ?? 5
  }
}

/** A token ran out and could not be refreshed now, or nobody knows yet whether its refresh token was spent. */
export class TokenRefreshFailedError extends CardAuthError {
  readonly code = 'token_refresh_failed'
  readonly reason: string
  readonly retryAfterSeconds: number

  constructor(reason: string, retryAfterSeconds: number, options?: { cause?: unknown }) {
    super('The token could not be refreshed now. The grant is kept; try again shortly.', options)
    this.reason = reason
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The database cannot be reached or refused the statement. */
export class StoreUnavailableError extends CardAuthError {
  readonly code = 'store_unavailable'

  constructor(
    operation: string,
    cause: unknown,
    advice = 'Check DATABASE_URL, the disk and the server',
  ) {
    super(`The database failed during ${operation}. ${advice}.`, { cause })
  }
}

/** The database was written by a newer version of this product. */
export class SchemaTooNewError extends CardAuthError {
  readonly code = 'schema_too_new'

  constructor(applied: number, known: number) {
    super(
      `The database has ${applied} migrations, this version knows ${known}. Run the newer version, or restore a backup.`,
    )
  }
}

/** Why a sealed value did not open. */
export type UnreadableReason = 'bad_key' | 'bad_binding' | 'malformed'

/** A stored secret cannot be opened; it is an alarm, never "not authorized", and nothing is deleted. */
export class TokenUnreadableError extends CardAuthError {
  readonly code = 'token_unreadable'
  readonly reason: UnreadableReason

  constructor(reason: UnreadableReason) {
    super(
      reason === 'bad_key'
        ? 'A stored secret was sealed with a key that is not in TOKEN_ENCRYPTION_KEYS. Add the old key behind the first.'
        : 'A stored secret does not open: it was damaged, or it belongs to another row. Keep the database and look into it.',
    )
    this.reason = reason
  }
}
