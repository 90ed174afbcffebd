import {
  AppMisconfiguredError,
  AuthorizationCodeExpiredError,
  AuthorizationCodeUsedError,
  FeishuUnavailableError,
  IdentityMismatchError,
  InvalidStateError,
  PersonNotAllowedError,
  PkceFailedError,
  StoreUnavailableError,
  TokenUnreadableError,
} from '../errors.ts'

/** Whose turn it is to mend a failure; service levels leave out the person's own choices. */
export type Fault = 'user' | 'security' | 'config' | 'upstream' | 'internal'

/** Every reason an authorization can fail for, with whose turn it is; metrics, cards and pages draw from it. */
export const FAULT_OF = {
  declined_on_card: 'user',
  access_denied: 'user',
  timed_out: 'user',
  identity_mismatch: 'security',
  state_invalid: 'security',
  pkce_failed: 'security',
  redirect_uri_mismatch: 'config',
  scope_not_enabled: 'config',
  app_not_installed: 'config',
  app_disabled: 'config',
  no_app_permission: 'config',
  bad_client: 'config',
  card_undeliverable: 'config',
  upstream_5xx: 'upstream',
  upstream_timeout: 'upstream',
  rate_limited: 'upstream',
  code_expired: 'internal',
  code_used: 'internal',
  db_error: 'internal',
  crypto_error: 'internal',
  internal: 'internal',
} as const satisfies Record<string, Fault>

/** One of the closed set of failure reasons. */
export type FailureReason = keyof typeof FAULT_OF

/** The reason to record for an error met while completing an authorization. */
export function failureReasonOf(error: unknown): FailureReason {
  if (error instanceof IdentityMismatchError) return 'identity_mismatch'
  if (error instanceof InvalidStateError) return 'state_invalid'
  if (error instanceof PkceFailedError) return 'pkce_failed'
  if (error instanceof AppMisconfiguredError) return error.reason
  if (error instanceof PersonNotAllowedError) return 'no_app_permission'
  if (error instanceof AuthorizationCodeExpiredError) return 'code_expired'
  if (error instanceof AuthorizationCodeUsedError) return 'code_used'
  if (error instanceof StoreUnavailableError) return 'db_error'
  if (error instanceof TokenUnreadableError) return 'crypto_error'
  if (error instanceof FeishuUnavailableError) {
    return error.reason === 'network' ? 'upstream_timeout' : error.reason
  }
  return 'internal'
}
