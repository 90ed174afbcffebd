import type { Access } from '../access/access.ts'
import type { Idempotency } from '../access/idempotency.ts'
import type { Auth } from '../auth/auth.ts'
import type { Clock, Log, SessionFilter } from '../auth/ports.ts'
import type { AuthSession } from '../auth/session.ts'
import type { Tokens } from '../auth/tokens.ts'
import type { Endpoint } from './endpoints.ts'
import type { RateLimits } from './rate-limits.ts'

/** The use cases that can be reached over HTTP. */
export type HttpAuth = Pick<
  Auth,
  | 'apps'
  | 'tickets'
  | 'openLink'
  | 'completeAuthorization'
  | 'sendAgain'
  | 'requestAuthorization'
  | 'readSession'
  | 'waitForSession'
  | 'invalidateSession'
  | 'readUserAccessToken'
  | 'getUserAccessToken'
> & { tokens: Pick<Tokens, 'revokeGrant'> }

/** One check of `/readyz`; `detail` must hold no secret. */
export type ReadinessCheck = {
  name: string
  ok: boolean
  /** False for one that is told and takes no traffic away; true unless said. */
  required?: boolean | undefined
  detail?: string | undefined
}

/** One answered request, as metrics count it; 499 stands for a caller who left before the answer. */
export type ObservedRequest = {
  method: string
  endpoint: Endpoint | 'unmatched'
  statusCode: number
  seconds: number
}

/** What is written to the log while a request is worked on carries its id. */
export type RequestTrace = {
  run(work: () => void): void
  /** Whether a line of level warn or error was written; the request's own line then need not raise its voice as well. */
  isTold(): boolean
  /** Told once, when the request is answered. */
  end?: ((request: ObservedRequest) => void) | undefined
}

/** Begins the trace of a request; the path holds secrets, and the headers too. */
export type TraceRequest = (
  requestId: string,
  request: { path: string; headers: object },
) => RequestTrace

/** What the routes need from outside. */
export type HttpNeighbours = {
  auth: HttpAuth
  listSessions: (filter: SessionFilter) => Promise<AuthSession[]>
  /** Who may call `/v1`, and the record of who did. */
  access: Pick<Access, 'clients' | 'callers' | 'audit'>
  /** Lets callers repeat a POST without its being done twice. */
  idempotency: Idempotency
  readiness: () => Promise<readonly ReadinessCheck[]>
  /** Whether the checks of the start are done; always, unless told. */
  isStarted?: (() => Promise<boolean>) | undefined
  log: Log
  /** Begins the trace of a request; without it each line stands alone. */
  traceRequest?: TraceRequest | undefined
  observeRequest: (request: ObservedRequest) => void
  onRateLimited: (endpoint: Endpoint) => void
  /** Told the name of an API key that was not permitted a token. */
  onTokenDenied?: ((client: string) => void) | undefined
  /** The link behind "Back to Feishu": the chat of a session, or the app when none is known. */
  appLink: (session: AuthSession | null) => string
  brandOf: (appId: string) => 'feishu' | 'lark'
  /** The app's page in the developer console. */
  consoleUrl: (appId: string) => string
  appName: (appId: string) => string
  clock: Clock
  version: string
  /** The paths in front of `/callback` in the redirect URIs, such as `/bot`; the public routes answer there too. */
  pathPrefixes?: readonly string[] | undefined
  rateLimits?: Partial<RateLimits> | undefined
  /** Lets callers go who wait for a session, so that a shutdown need not wait for them. */
  shutdown?: AbortSignal | undefined
  /** Aborts when the service is about to stop: from then on it is not ready, and goes on answering. */
  leaving?: AbortSignal | undefined
}
