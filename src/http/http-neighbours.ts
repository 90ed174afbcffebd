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

/** Who may call `/v1`; only the hash of the secret is kept, as `hashSecret` makes it. */
export type ApiKey = { name: string; secretHash: string }

/** One check of `/readyz`; `detail` must hold no secret. */
export type ReadinessCheck = { name: string; ok: boolean; detail?: string | undefined }

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
}

/** What the routes need from outside. */
export type HttpNeighbours = {
  auth: HttpAuth
  listSessions: (filter: SessionFilter) => Promise<AuthSession[]>
  apiKeys: readonly ApiKey[]
  readiness: () => Promise<readonly ReadinessCheck[]>
  log: Log
  /** Begins the trace of a request; without it each line stands alone. */
  traceRequest?: ((requestId: string) => RequestTrace) | undefined
  observeRequest: (request: ObservedRequest) => void
  onRateLimited: (endpoint: Endpoint) => void
  /** The link behind "Back to Feishu": the chat of a session, or the app when none is known. */
  appLink: (session: AuthSession | null) => string
  brandOf: (appId: string) => 'feishu' | 'lark'
  /** The app's page in the developer console. */
  consoleUrl: (appId: string) => string
  appName: (appId: string) => string
  clock: Clock
  version: string
  /** The path in front of `/callback` in the redirect URI, such as `/bot`; the public routes answer there too. */
  pathPrefix?: string | undefined
  rateLimits?: Partial<RateLimits> | undefined
  /** Lets callers go who wait for a session, so that a shutdown need not wait for them. */
  shutdown?: AbortSignal | undefined
}
