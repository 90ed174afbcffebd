import { createCallApi } from './call-api.ts'
import { getUserAccessToken } from './get-user-access-token.ts'
import {
  asSession,
  asSessionPage,
  asToken,
  type Session,
  type SessionPage,
  type UserAccessToken,
} from './replies.ts'
import type {
  AuthorizationRequest,
  CallOptions,
  GrantRequest,
  SessionFilter,
  TokenRequest,
  UserAccessTokenRequest,
  WaitOptions,
} from './requests.ts'
import { secondsOf } from './seconds.ts'
import { waitForSession } from './wait-for-session.ts'

/** Where the service is, and who calls. */
export type CardAuthClientOptions = {
  /** Such as `http://127.0.0.1:8000`; a path in it is kept. */
  baseUrl: string
  apiKey: string
  /** For services with several apps; a call may name another. */
  appId?: string | undefined
  /** How often trouble that passes by itself is tried again; default 3. */
  retries?: number | undefined
  /** Seconds that an answer may take, beside the wait that was asked for; default 30. */
  timeoutSeconds?: number | undefined
  /** Default: the global one. */
  fetch?: typeof fetch | undefined
}

/**
 * The HTTP API of the service. Every call rejects with a {@link CardAuthError}, or with the reason of its `signal`; what passes
 * by itself (an outage of the network, 429, 502, 503, 504) is tried again first, after `Retry-After`, and acts once.
 */
export interface CardAuthClient {
  /**
   * The one call: a token that works, stored, refreshed, or granted on a card within `wait`.
   * @throws {CardAuthError} `authorization_required` when a card is out and the wait is over; `authorization_rejected`,
   * `authorization_expired` or `insufficient_scope` when that is how they answered.
   */
  getUserAccessToken(request: UserAccessTokenRequest): Promise<UserAccessToken>
  /** A stored token, refreshed when it is time; never a card. */
  readUserAccessToken(request: TokenRequest): Promise<UserAccessToken>
  /** A new token at once, although the stored one is fresh; never a card. */
  refreshUserAccessToken(request: GrantRequest): Promise<UserAccessToken>
  /** Revokes at Feishu and deletes here; also when there was nothing to revoke. */
  revokeUserAccessToken(request: GrantRequest): Promise<void>
  /** Sends a card, or joins the request that is pending and covers these scopes. */
  requestAuthorization(request: AuthorizationRequest): Promise<Session>
  getSession(sessionId: string, options?: CallOptions): Promise<Session>
  /** Resolves when the session ends, or as it stands when the wait is over. */
  waitForSession(sessionId: string, options: WaitOptions): Promise<Session>
  /** One page, newest first. */
  listSessions(filter?: SessionFilter): Promise<SessionPage>
  /** Every session from the cursor on, page by page as they are taken. */
  eachSession(filter?: SessionFilter): AsyncIterableIterator<Session>
  /** Withdraws a request that is pending. */
  invalidateSession(sessionId: string, options?: CallOptions): Promise<Session>
}

const RETRIES = 3
const TIMEOUT_SECONDS = 30

/**
 * Creates a client of a running service; nothing is sent yet.
 * @throws {TypeError} when the address or the key cannot be one.
 */
export function createCardAuthClient(options: CardAuthClientOptions): CardAuthClient {
  const callApi = createCallApi({
    baseUrl: checkBaseUrl(options.baseUrl),
    apiKey: checkApiKey(options.apiKey),
    retries: options.retries ?? RETRIES,
    timeoutSeconds: options.timeoutSeconds ?? TIMEOUT_SECONDS,
    fetch: options.fetch ?? ((...request) => fetch(...request)),
  })
  const appOf = ({ appId = options.appId }: { appId?: string | undefined }) => appId

  const client: CardAuthClient = {
    getUserAccessToken: (request) =>
      getUserAccessToken(callApi, { ...request, appId: appOf(request) }),
    async readUserAccessToken({ openId, scopes, minValidity, signal, ...request }) {
      const query = {
        app_id: appOf(request),
        scopes: scopes?.length ? scopes.join(',') : undefined,
        min_validity: minValidity,
      }
      return asToken(await callApi({ method: 'GET', path: ['tokens', openId], query, signal }))
    },
    async refreshUserAccessToken({ openId, signal, ...request }) {
      const path = ['tokens', openId, 'refresh']
      const query = { app_id: appOf(request) }
      return asToken(await callApi({ method: 'POST', path, query, signal }))
    },
    async revokeUserAccessToken({ openId, signal, ...request }) {
      const query = { app_id: appOf(request) }
      await callApi({ method: 'DELETE', path: ['tokens', openId], query, signal })
    },
    async requestAuthorization({ openId, scopes, reason, locale, chatId, signal, ...request }) {
      const body = {
        open_id: openId,
        app_id: appOf(request),
        scopes: scopes?.length ? scopes : undefined,
        reason,
        locale,
        chat_id: chatId,
      }
      return asSession(await callApi({ method: 'POST', path: ['sessions'], body, signal }))
    },
    async getSession(sessionId, { signal } = {}) {
      return asSession(await callApi({ method: 'GET', path: ['sessions', sessionId], signal }))
    },
    async waitForSession(sessionId, { wait, signal }) {
      const until = Date.now() + secondsOf(wait) * 1000
      return waitForSession(callApi, { sessionId, until, signal })
    },
    async listSessions({ openId, state, limit, cursor, signal, ...request } = {}) {
      const query = { open_id: openId, app_id: appOf(request), state, limit, cursor }
      return asSessionPage(await callApi({ method: 'GET', path: ['sessions'], query, signal }))
    },
    async *eachSession({ cursor, ...filter } = {}) {
      let next: string | null | undefined = cursor
      do {
        const page = await client.listSessions({ ...filter, cursor: next })
        yield* page.sessions
        next = page.nextCursor
      } while (next !== null)
    },
    async invalidateSession(sessionId, { signal } = {}) {
      const path = ['sessions', sessionId, 'invalidate']
      return asSession(await callApi({ method: 'POST', path, signal }))
    },
  }
  return client
}

/** Credentials in an address would be quoted in errors of `fetch`. */
function checkBaseUrl(baseUrl: string): string {
  const url = parseUrl(baseUrl)
  if (
    (url?.protocol !== 'http:' && url?.protocol !== 'https:') ||
    url.username !== '' ||
    url.password !== '' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new TypeError('baseUrl is an http or https address without credentials or query.')
  }
  return url.href.replace(/\/+$/, '')
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/** What a header cannot hold would be quoted in an error of `fetch`. */
function checkApiKey(apiKey: string): string {
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new TypeError('apiKey is not usable: it is empty, or holds a blank or a foreign letter.')
  }
  return apiKey
}
