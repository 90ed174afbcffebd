import { expect, it } from 'vitest'
import { type FailureReason, failureReasonOf } from '../../src/auth/failure-reason.ts'
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
} from '../../src/errors.ts'

it.each<[FailureReason, () => unknown]>([
  ['identity_mismatch', () => new IdentityMismatchError()],
  ['state_invalid', () => new InvalidStateError()],
  ['pkce_failed', () => new PkceFailedError()],
  ['app_disabled', () => new AppMisconfiguredError('app_disabled', 'It is off.')],
  ['bad_client', () => new AppMisconfiguredError('bad_client', 'The secret is wrong.')],
  ['no_app_permission', () => new PersonNotAllowedError('They may not use it.')],
  ['code_expired', () => new AuthorizationCodeExpiredError()],
  ['code_used', () => new AuthorizationCodeUsedError()],
  ['db_error', () => new StoreUnavailableError('grants.save', new Error('disk'))],
  ['crypto_error', () => new TokenUnreadableError('bad_key')],
  ['upstream_5xx', () => new FeishuUnavailableError('upstream_5xx')],
  ['rate_limited', () => new FeishuUnavailableError('rate_limited')],
  ['upstream_timeout', () => new FeishuUnavailableError('upstream_timeout')],
  // To the person and on the dashboards, a line that is down is one more way of not answering.
  ['upstream_timeout', () => new FeishuUnavailableError('network')],
  ['internal', () => new TypeError('a bug')],
  ['internal', () => null],
])('an authorization fails for %s', (reason, error) => {
  expect(failureReasonOf(error())).toBe(reason)
})
