import { expect, expectTypeOf, it } from 'vitest'
import {
  AuthorizationCodeExpiredError,
  AuthorizationExpiredError,
  AuthorizationRejectedError,
  AuthorizationRequiredError,
  AuthSessionNotFoundError,
  type CardAuth,
  CardAuthError,
  ConfigurationError,
  FeishuUnavailableError,
  IdentityMismatchError,
  InsufficientScopeError,
  TokenRefreshFailedError,
} from '../src/index.ts'

it('the library has the members that it promises', () => {
  expectTypeOf<keyof CardAuth>().toEqualTypeOf<
    | 'start'
    | 'close'
    | 'requestAuthorization'
    | 'getSession'
    | 'waitForSession'
    | 'listSessions'
    | 'invalidateSession'
    | 'getUserAccessToken'
    | 'refreshUserAccessToken'
    | 'revokeUserAccessToken'
    | 'cleanupExpiredSessions'
    | 'router'
    | 'handlers'
    | 'on'
  >()
})

it.each([
  AuthSessionNotFoundError,
  AuthorizationCodeExpiredError,
  AuthorizationRejectedError,
  AuthorizationExpiredError,
  AuthorizationRequiredError,
  IdentityMismatchError,
  InsufficientScopeError,
  TokenRefreshFailedError,
  FeishuUnavailableError,
  ConfigurationError,
])('$name is exported, and is a CardAuthError', ({ prototype }) => {
  expect(prototype).toBeInstanceOf(CardAuthError)
})
