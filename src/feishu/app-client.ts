import pRetry from 'p-retry'
import type { Clock } from '../auth/ports.ts'
import { FeishuUnavailableError } from '../errors.ts'
import type { ApiName, RetryObserver } from './api-names.ts'
import type { Place } from './error-codes/error-code-row.ts'
import type { FeishuLog } from './feishu-log.ts'
import type { FeishuApp } from './hosts.ts'
import type { FeishuHttp } from './http-client.ts'
import { asRecord } from './judge-reply.ts'
import { createRateLimits, type RateLimitOptions } from './rate-limits.ts'
import { createSdkLogger } from './redacting-logger.ts'
import { Client, LoggerLevel } from './sdk.ts'
import { createTenantTokens } from './tenant-tokens.ts'
import { translateError } from './translate-error.ts'
import { WireError } from './wire-error.ts'

/** One app's way to call Feishu as itself. */
export interface AppClient {
  /**
   * Calls Feishu within the rate limits, with a valid tenant token, and once more where waiting a moment helps.
   * @throws {CardAuthError} the typed error for this place.
   */
  call<T>(
    call: { apiName: ApiName; place: Place; limitKey: string },
    work: (client: Client) => Promise<T>,
  ): Promise<T>
  /** The app's name as people see it; null when Feishu does not tell. */
  fetchAppName(): Promise<string | null>
}

/** How patient a call is. */
export type Patience = {
  /** Tries in all; default 3. */
  tries?: number | undefined
  /** A longer wait than this is left to the caller; milliseconds, default 2000. */
  longestWaitMs?: number | undefined
}

/** Creates the client of one app. */
export function createAppClient(neighbours: {
  app: FeishuApp
  http: FeishuHttp
  clock: Clock
  log: FeishuLog
  observeRetry?: RetryObserver | undefined
  /** Told of every try that met a limit, Feishu's or our own. */
  onRateLimited?: ((appId: string) => void) | undefined
  limits?: RateLimitOptions | undefined
  patience?: Patience | undefined
}): AppClient {
  const { app, http, clock, log, observeRetry = () => undefined, patience = {} } = neighbours
  const { onRateLimited } = neighbours
  const { tries = 3, longestWaitMs = 2000 } = patience
  const limits = createRateLimits(neighbours.limits)
  const tokens = createTenantTokens({ app, http, clock })
  const client = new Client({
    appId: app.appId,
    appSecret: app.appSecret,
    domain: app.endpoints.api,
    httpInstance: http.forSdk(),
    cache: tokens.asSdkCache(),
    logger: createSdkLogger(log, [app.appSecret]),
    loggerLevel: LoggerLevel.warn,
  })

  return {
    call({ apiName, place, limitKey }, work) {
      return pRetry(
        async () => {
          try {
            return await limits.run(limitKey, () => withGoodToken(() => work(client)))
          } catch (error) {
            const translated = translateError(error, place)
            if (isRateLimited(translated)) onRateLimited?.(app.appId)
            throw translated
          }
        },
        {
          retries: tries - 1,
          minTimeout: 0,
          shouldRetry: ({ error, attemptNumber }) => waitForRetry(apiName, error, attemptNumber),
        },
      )
    },
    async fetchAppName() {
      try {
        return await withGoodToken(botName)
      } catch (error) {
        throw translateError(error, 'other')
      }
    },
  }

  // Feishu may end a token before its time (a rotated secret, a second server): one fresh token, one more try.
  async function withGoodToken<T>(work: (token: string) => Promise<T>): Promise<T> {
    const token = await tokens.current()
    try {
      return await work(token)
    } catch (error) {
      if (!(error instanceof WireError) || error.facts.feishuCode !== TENANT_TOKEN_INVALID) {
        throw error
      }
      tokens.drop(token)
      return work(await tokens.current())
    }
  }

  async function botName(token: string): Promise<string | null> {
    const { body } = await http.send({
      apiName: 'bot_info',
      method: 'GET',
      url: `${app.endpoints.api}/open-apis/bot/v3/info`,
      headers: { authorization: `Bearer ${token}` },
    })
    const name = asRecord(body.bot)?.app_name
    return typeof name === 'string' && name !== '' ? name : null
  }

  // A time-out is not tried again: with three of them nobody would wait for the answer any more.
  async function waitForRetry(
    apiName: ApiName,
    error: unknown,
    attemptNumber: number,
  ): Promise<boolean> {
    if (!(error instanceof FeishuUnavailableError) || !(error.cause instanceof WireError)) {
      return false
    }
    if (error.reason === 'upstream_timeout') return false
    const told = error.cause.facts.retryAfterSeconds
    const waitMs = told === undefined ? backoffMs(attemptNumber) : told * 1000
    if (waitMs > longestWaitMs) return false
    const reason = error.reason === 'upstream_5xx' ? 'server_error' : error.reason
    observeRetry({ apiName, reason })
    log('info', 'feishu_call_retried', { api_name: apiName, reason, wait_ms: Math.round(waitMs) })
    await clock.sleep(waitMs)
    return true
  }
}

function isRateLimited(error: unknown): boolean {
  return error instanceof FeishuUnavailableError && error.reason === 'rate_limited'
}

const TENANT_TOKEN_INVALID = 99991663

/** 200 to 400, then 400 to 800 milliseconds: jitter keeps instances from retrying in step. */
function backoffMs(attemptNumber: number): number {
  return 100 * 2 ** attemptNumber * (1 + Math.random())
}
