import {
  AppMisconfiguredError,
  AuthorizationCodeExpiredError,
  AuthorizationCodeUsedError,
  CardAuthError,
  CardGoneError,
  FeishuUnavailableError,
  PersonNotAllowedError,
  PersonUnreachableError,
  PkceFailedError,
} from '../errors.ts'
import type { Outcome, Place } from './error-codes/error-code-row.ts'
import { type ErrorMeaning, meaningOf } from './error-codes/error-codes.ts'
import { WireError, type WireFacts } from './wire-error.ts'

/**
 * The typed error for whatever a call to Feishu threw. Errors of other libraries carry requests and replies, hence secrets:
 * they are read, never kept as the cause.
 */
export function translateError(error: unknown, place: Place): CardAuthError {
  if (error instanceof CardAuthError) return error
  // Only a reply that is not what the API promises gets here: the wire is judged before.
  if (!(error instanceof WireError)) return new FeishuUnavailableError('upstream_5xx')
  const facts = error.facts
  switch (facts.failure) {
    case 'timeout':
      return unavailable('upstream_timeout', error)
    case 'network':
      return unavailable('network', error)
    case 'unreadable':
      return unavailable('upstream_5xx', error)
    case 'refused':
      return typedError(meaningOfRefusal(facts, place), error)
  }
}

// A code decides; the OAuth `error` where there is none; the status where there is neither.
function meaningOfRefusal(facts: WireFacts, place: Place): ErrorMeaning {
  if (facts.status === 429) return RATE_LIMITED
  if (facts.feishuCode) return meaningOf(facts.feishuCode, place)
  const byOAuthError = facts.oauthError === undefined ? undefined : OAUTH_ERRORS[facts.oauthError]
  return byOAuthError ?? TROUBLE
}

const TROUBLE: ErrorMeaning = {
  errorClass: 'transient',
  becomes: 'upstream_5xx',
  says: 'Feishu answered with trouble of its own.',
}
const RATE_LIMITED: ErrorMeaning = {
  errorClass: 'transient',
  becomes: 'rate_limited',
  says: 'Too many requests for the moment.',
}
const MALFORMED: ErrorMeaning = {
  errorClass: 'drift',
  becomes: 'bad_client',
  says: 'The request is malformed.',
}
const WRONG_CLIENT: ErrorMeaning = {
  errorClass: 'app_wide',
  becomes: 'bad_client',
  says: 'The app id or secret is wrong. Copy both from the console again.',
}

/** The `error` strings of RFC 6749 §5.2, for replies that carry no code. */
const OAUTH_ERRORS: Readonly<Record<string, ErrorMeaning>> = {
  invalid_grant: {
    errorClass: 'terminal',
    becomes: 'code_used',
    says: 'The authorization code is not valid any more.',
  },
  invalid_client: WRONG_CLIENT,
  unauthorized_client: WRONG_CLIENT,
  invalid_scope: {
    errorClass: 'app_wide',
    becomes: 'scope_not_enabled',
    says: 'A scope is not permitted. Enable it in the console and publish.',
  },
  invalid_request: MALFORMED,
  unsupported_grant_type: MALFORMED,
  access_denied: {
    errorClass: 'user',
    becomes: 'person_not_allowed',
    says: 'Access was denied.',
  },
  server_error: TROUBLE,
  temporarily_unavailable: TROUBLE,
  slow_down: RATE_LIMITED,
}

function typedError(meaning: ErrorMeaning, error: WireError): CardAuthError {
  const facts = { ...factsOf(error), cause: error }
  const becomes: Outcome = meaning.becomes
  switch (becomes) {
    case 'code_expired':
      return new AuthorizationCodeExpiredError(facts)
    case 'code_used':
      return new AuthorizationCodeUsedError(facts)
    case 'pkce_failed':
      return new PkceFailedError(facts)
    case 'person_not_allowed':
      return new PersonNotAllowedError(said(meaning, error), facts)
    case 'person_unreachable':
      return new PersonUnreachableError(said(meaning, error), facts)
    case 'card_gone':
      return new CardGoneError(facts)
    case 'upstream_5xx':
    case 'rate_limited':
      return unavailable(becomes, error)
    case 'redirect_uri_mismatch':
    case 'scope_not_enabled':
    case 'app_not_installed':
    case 'app_disabled':
    case 'bad_client':
    case 'card_undeliverable':
      return new AppMisconfiguredError(becomes, said(meaning, error), facts)
  }
}

function unavailable(
  reason: FeishuUnavailableError['reason'],
  error: WireError,
): FeishuUnavailableError {
  const seconds = error.facts.retryAfterSeconds
  return new FeishuUnavailableError(reason, {
    ...factsOf(error),
    cause: error,
    ...(seconds === undefined ? {} : { retryAfterSeconds: Math.max(1, Math.ceil(seconds)) }),
  })
}

function factsOf({ facts }: WireError): { feishuCode?: number; logId?: string } {
  return {
    ...(facts.feishuCode === undefined ? {} : { feishuCode: facts.feishuCode }),
    ...(facts.logId === undefined ? {} : { logId: facts.logId }),
  }
}

function said(meaning: ErrorMeaning, { facts }: WireError): string {
  return facts.feishuCode ? `${meaning.says} (Feishu ${facts.feishuCode})` : meaning.says
}
