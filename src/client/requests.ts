import type { Wait } from './seconds.ts'

/** Lets a caller leave; the call then rejects with the reason of the signal. */
type Abortable = { signal?: AbortSignal | undefined }

/** Whose grant; `appId` is the client's own unless given. */
export type GrantRequest = Abortable & { openId: string; appId?: string | undefined }

/** Whom to ask, for what and why. */
export type AuthorizationRequest = GrantRequest & {
  /** Default: the scopes of the app. */
  scopes?: readonly string[] | undefined
  /** Shown on the card: why the app asks. */
  reason?: string | undefined
  /** The language of the pages, such as `en` or `zh_cn`. */
  locale?: string | undefined
  /** A group to send the card to instead of the person's own chat. */
  chatId?: string | undefined
}

/** Which stored token is good enough. */
export type TokenRequest = GrantRequest & {
  scopes?: readonly string[] | undefined
  /** Seconds the token must still be valid, 3600 at most; default 60. */
  minValidity?: number | undefined
}

/** What the one call of a bot takes. */
export type UserAccessTokenRequest = AuthorizationRequest &
  TokenRequest & {
    /** How long to wait for the person, such as `'5m'`; a bare number is seconds, not milliseconds as in the library; default not at all. */
    wait?: Wait | undefined
    /** Refreshes although the stored token is fresh; default false. */
    forceRefresh?: boolean | undefined
  }

/** How long to wait for the end of a session, such as `'5m'`; a bare number is seconds. */
export type WaitOptions = Abortable & { wait: Wait }

/** Which sessions. */
export type SessionFilter = Abortable & {
  openId?: string | undefined
  appId?: string | undefined
  state?: 'pending' | 'completed' | 'rejected' | 'expired' | undefined
  /** Sessions on a page, 1 to 100; default 50. */
  limit?: number | undefined
  /** The `nextCursor` of the page before. */
  cursor?: string | undefined
}

/** What any call may take. */
export type CallOptions = Abortable
