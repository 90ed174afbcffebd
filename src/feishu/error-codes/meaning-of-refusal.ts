import type { FinishedReason } from '../../auth/refresh-outcome.ts'
import type { WireFacts } from '../wire-error.ts'
import type { ErrorClass, Outcome, Place } from './error-code-row.ts'
import { type ErrorMeaning, meaningOf, readAtRefresh } from './error-codes.ts'

/** What a refusal means: a code decides, the OAuth `error` where there is none, the status where there is neither. */
export function meaningOfRefusal(facts: WireFacts, place: Place): ErrorMeaning {
  if (facts.status === 429) return RATE_LIMITED
  if (facts.feishuCode) return meaningOf(facts.feishuCode, place)
  const byOAuthError = facts.oauthError === undefined ? undefined : OAUTH_ERRORS[facts.oauthError]
  return byOAuthError ?? TROUBLE
}

const TROUBLE = meaning('transient', 'upstream_5xx', 'Feishu answered with trouble of its own.')
const RATE_LIMITED = meaning('transient', 'rate_limited', 'Too many requests for the moment.')
const MALFORMED = meaning('drift', 'bad_client', 'The request is malformed.')
const WRONG_CLIENT = meaning(
  'app_wide',
  'bad_client',
  'The app id or secret is wrong. Copy both from the console again.',
)

/** The `error` strings of RFC 6749 §5.2, for replies that carry no code. */
const OAUTH_ERRORS: Readonly<Record<string, ErrorMeaning>> = {
  invalid_grant: meaning(
    'terminal',
    'code_used',
    'The authorization code is not valid any more.',
    'invalid',
  ),
  invalid_client: WRONG_CLIENT,
  unauthorized_client: WRONG_CLIENT,
  invalid_scope: meaning(
    'app_wide',
    'scope_not_enabled',
    'A scope is not permitted. Enable it in the console and publish.',
  ),
  invalid_request: MALFORMED,
  unsupported_grant_type: MALFORMED,
  access_denied: meaning('user', 'person_not_allowed', 'Access was denied.'),
  server_error: TROUBLE,
  temporarily_unavailable: TROUBLE,
  slow_down: RATE_LIMITED,
}

function meaning(
  errorClass: ErrorClass,
  becomes: Outcome,
  says: string,
  ends?: FinishedReason,
): ErrorMeaning {
  return {
    errorClass,
    becomes,
    says,
    atRefresh: ends ? { kind: 'finished', reason: ends } : readAtRefresh(errorClass, becomes),
  }
}
