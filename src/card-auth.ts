import type { UserAccessToken } from './auth/grant.ts'
import type { AuthorizationRequest, OpenedSession } from './auth/open-session.ts'
import type { Log, SessionFilter } from './auth/ports.ts'
import type { AuthSession } from './auth/session.ts'
import type { Swept } from './auth/sweep.ts'
import {
  type CardAuthOptions,
  type CheckedOptions,
  readCardAuthOptions,
} from './card-auth-options.ts'
import { type Duration, milliseconds } from './duration.ts'
import { botEventHandlers, type EventHandlers } from './feishu/event-handlers.ts'
import { resolveEndpoints } from './feishu/hosts.ts'
import { createEmbeddedRouter } from './http/embedded-router.ts'
import type { ExpressMiddleware } from './http/express-middleware.ts'
import { loadTracing, type Tracing } from './observability/tracing.ts'
import { createOnEvent, type OnEvent } from './on-event.ts'
import { createParts, type PartsApp } from './parts.ts'
import { createPublicDoor, pathPrefixes } from './public-door.ts'
import { createRequestScope, type RequestScope } from './request-scope.ts'
import type { OpenStore } from './store/create-store.ts'
import { openStore } from './store/open-store.ts'
import { createSystemClock } from './system-clock.ts'
import { traceRequests } from './trace-requests.ts'
import { VERSION } from './version.ts'

/** What the one call of a bot takes. */
export type TokenOptions = AuthorizationRequest & {
  /** Seconds the token must still live, 3600 at most; default 60. */
  minValidity?: number | undefined
  /** Refreshes although the stored token is fresh; default false. */
  forceRefresh?: boolean | undefined
  /** How long to wait for the person, such as `'5m'`; a bare number is milliseconds; default not at all. */
  wait?: Duration | undefined
  signal?: AbortSignal | undefined
}

/** Whose grant; `appId` may be left out, for there is one app. */
export type GrantOptions = { openId: string; appId?: string | undefined }

/** Card authorization inside a bot that owns its connection, its Express app and its lifecycle. */
export interface CardAuth {
  /** Begins to keep cards and sessions up to date. */
  start(): Promise<void>
  /** Lets running work end and closes the database. */
  close(): Promise<void>
  requestAuthorization(request: AuthorizationRequest): Promise<OpenedSession>
  getSession(sessionId: string): Promise<AuthSession>
  /** Resolves when the session ends, or as it stands after `wait`: such as `'5m'`, or milliseconds. */
  waitForSession(sessionId: string, wait: Duration, signal?: AbortSignal): Promise<AuthSession>
  listSessions(filter: Omit<SessionFilter, 'limit'> & { limit?: number }): Promise<AuthSession[]>
  invalidateSession(sessionId: string): Promise<AuthSession>
  /**
   * The one call: a token that works, stored, refreshed once however many ask, or granted on a card within `wait`.
   * @throws {AuthorizationRequiredError} when a card is out and the wait is over.
   * @throws {AuthorizationRejectedError} when they decline.
   * @throws {AuthorizationExpiredError} when the request runs out or is withdrawn.
   * @throws {InsufficientScopeError} when they grant less than was asked.
   * @throws {TokenRefreshFailedError} when it ran out and could not be refreshed now; the grant is kept.
   * @throws {FeishuUnavailableError} when it ran out and Feishu does not answer.
   * @throws {RangeError} when `minValidity` is not between 0 and 3600.
   */
  getUserAccessToken(options: TokenOptions): Promise<UserAccessToken>
  /**
   * Refreshes a token now, although it is fresh; no card is sent.
   * @throws {AuthorizationRequiredError} when only the person can help.
   * @throws {TokenRefreshFailedError | FeishuUnavailableError} when it could not be refreshed now; the grant is kept.
   */
  refreshUserAccessToken(options: GrantOptions): Promise<UserAccessToken>
  /**
   * Revokes a token at Feishu and deletes it here; false when there was none. While Feishu does not answer it is gone here, and
   * Feishu is told until it does.
   * @throws {StoreUnavailableError} when the database fails; the token is then still there.
   */
  revokeUserAccessToken(options: GrantOptions): Promise<boolean>
  cleanupExpiredSessions(): Promise<Swept>
  /** An Express router; mount it where the redirect URI points: it answers the link, the callback and its pages. */
  router: ExpressMiddleware
  /** Register them on your own `EventDispatcher`. */
  handlers: EventHandlers
  /** Listens to what happens: `on('session_ended', listener)`, or `on(listener)` for everything. */
  on: OnEvent
}

const PAGE = 100
const MOST_MIN_VALIDITY = 3600

/**
 * Opens the database and builds card authorization for one app; nothing runs before `start`.
 * @throws {ConfigurationError} when options are not usable, with everything that is wrong with them; nothing was opened then.
 * @throws {StoreUnavailableError} when the database cannot be opened.
 */
export async function createCardAuth(options: CardAuthOptions): Promise<CardAuth> {
  const checked = readCardAuthOptions(options)
  const scope = createRequestScope('library')
  const tracing = await loadTracing(VERSION)
  const log = tracing.stamp(scope.stamp(options.log ?? (() => {})))
  const store = await openStore({
    databaseUrl: checked.database,
    onError: (error) => log('error', 'store_trouble', { error }),
  })
  try {
    return build({ checked, audit: options.audit, store, scope, tracing, log })
  } catch (error) {
    await store.close()
    throw error
  }
}

type Opened = {
  checked: CheckedOptions
  audit: CardAuthOptions['audit']
  store: OpenStore
  scope: RequestScope
  tracing: Tracing
  log: Log
}

function build({ checked, audit, store, scope, tracing, log }: Opened): CardAuth {
  const clock = createSystemClock()
  const app: PartsApp = { ...checked, endpoints: resolveEndpoints(checked) }
  const ignore = () => {}
  const parts = createParts({
    ...checked,
    apps: [app],
    store,
    auditMode: audit,
    scope,
    clock,
    log,
    observeCall: tracing.observeCall,
    around: tracing.around,
    observeRetry: ignore,
    observeClick: ignore,
    observeJob: ignore,
  })
  const { access, auth, events, onCardAction, grantEndings } = parts
  tracing.watch(events)
  const router = createEmbeddedRouter({
    ...createPublicDoor({ apps: [app], parts, log, clock }),
    readiness: async () => [],
    traceRequest: traceRequests(scope, tracing),
    observeRequest: ignore,
    onRateLimited: ignore,
    version: VERSION,
    pathPrefixes: pathPrefixes([app]),
  })

  return {
    start: parts.start,
    close: parts.close,
    requestAuthorization: auth.requestAuthorization,
    getSession: auth.readSession,
    waitForSession: (id, wait, signal) => auth.waitForSession(id, milliseconds(wait), signal),
    listSessions: ({ limit = PAGE, ...filter }) => store.sessions.list({ ...filter, limit }),
    invalidateSession: auth.invalidateSession,
    async getUserAccessToken(request) {
      const { minValidity, wait = 0, forceRefresh } = request
      checkMinValidity(minValidity)
      const waitMilliseconds = milliseconds(wait)
      const action = forceRefresh ? 'token_refreshed' : 'token_read'
      return handOut(action, () => auth.getUserAccessToken({ ...request, waitMilliseconds }))
    },
    refreshUserAccessToken: ({ openId, appId }) =>
      handOut('token_refreshed', () =>
        auth.readUserAccessToken({ openId, appId, forceRefresh: true }),
      ),
    async revokeUserAccessToken({ openId, appId }) {
      const key = { appId: auth.apps.resolve(appId).appId, openId }
      return (await auth.tokens.revokeGrant.here(key, 'admin')) !== 'nothing'
    },
    async cleanupExpiredSessions() {
      return { ...(await auth.sweep.sessions()), ...(await auth.sweep.retention()) }
    },
    router,
    handlers: botEventHandlers(onCardAction, grantEndings),
    on: createOnEvent(events, (error) => log('error', 'listener_failed', { error })),
  }

  function handOut(
    action: 'token_read' | 'token_refreshed',
    find: () => Promise<UserAccessToken>,
  ): Promise<UserAccessToken> {
    return audit === undefined ? find() : findAndRecord(action, find)
  }

  async function findAndRecord(
    action: 'token_read' | 'token_refreshed',
    find: () => Promise<UserAccessToken>,
  ): Promise<UserAccessToken> {
    const token = await find()
    const { appId, openId, scopes } = token
    await access.audit.handOut({ action, appId, openId, detail: { scopes } })
    return token
  }
}

/** More than half a token's life would mean a refresh with every other call. */
function checkMinValidity(seconds = 0): void {
  if (!(seconds >= 0 && seconds <= MOST_MIN_VALIDITY)) {
    throw new RangeError(`minValidity is a number of seconds from 0 to ${MOST_MIN_VALIDITY}.`)
  }
}
