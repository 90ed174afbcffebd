export type { AuthEvent, AuthListener } from './auth/events.ts'
export type { FailureReason } from './auth/failure-reason.ts'
export type { UserAccessToken } from './auth/grant.ts'
export type { AuthorizationRequest, OpenedSession } from './auth/open-session.ts'
export type { Log } from './auth/ports.ts'
export type { AuthSession, EndReason, Locale, SessionState } from './auth/session.ts'
export {
  type CardAuth,
  type CardAuthOptions,
  createCardAuth,
  type GrantOptions,
  type TokenOptions,
} from './card-auth.ts'
export type { WebhookOptions } from './config/config-webhook.ts'
export type { Duration } from './duration.ts'
export * from './errors.ts'
export { isCardAuthClick } from './feishu/card-click-event.ts'
export type { AuthEventOf, OnEvent } from './on-event.ts'
