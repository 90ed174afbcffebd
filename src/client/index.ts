export {
  type CardAuthClient,
  type CardAuthClientOptions,
  createCardAuthClient,
} from './card-auth-client.ts'
export { CardAuthError, type CardAuthErrorCode } from './card-auth-error.ts'
export type { Session, SessionPage, UserAccessToken } from './replies.ts'
export type {
  AuthorizationRequest,
  GrantRequest,
  SessionFilter,
  TokenRequest,
  UserAccessTokenRequest,
  WaitOptions,
} from './requests.ts'
export type { Wait } from './seconds.ts'
