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
import type { ErrorMeaning } from './error-codes/error-codes.ts'
import { meaningOfRefusal } from './error-codes/meaning-of-refusal.ts'
import { WireError } from './wire-error.ts'

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
      return new PersonNotAllowedError(said(meaning, error), {
        ...facts,
        challengeUrl: error.facts.challengeUrl,
      })
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
