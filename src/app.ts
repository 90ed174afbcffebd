import { hashSecret } from './auth/one-time-secret.ts'
import type { Clock, Log } from './auth/ports.ts'
import type { Config } from './config.ts'
import { FeishuUnavailableError } from './errors.ts'
import type { EventHandlers } from './feishu/event-handlers.ts'
import { resolveEndpoints } from './feishu/hosts.ts'
import { createLongConnection, type LongConnection } from './feishu/long-connection.ts'
import { createHttpServer } from './http/http-server.ts'
import { jobIntervalSeconds, type Schedules } from './jobs/schedules.ts'
import { createEventLog } from './observability/event-log.ts'
import { createMetrics } from './observability/metrics.ts'
import { createMetricsServer } from './observability/metrics-server.ts'
import { createParts, type Parts, type PartsApp } from './parts.ts'
import { createPublicDoor, pathPrefix } from './public-door.ts'
import { createRequestScope } from './request-scope.ts'
import { openStore } from './store/open-store.ts'
import { createSystemClock } from './system-clock.ts'
import { VERSION } from './version.ts'

/** The running service. */
export interface App {
  /**
   * Opens the servers and connects to Feishu; resolves when it is ready.
   * @throws {ConfigurationError} when an address is taken.
   * @throws {AppMisconfiguredError} when Feishu does not accept an app's credentials.
   */
  start(): Promise<{ url: string | null; metricsUrl: string | null }>
  /** Takes no more work, lets the running work end and closes everything in reverse. */
  close(): Promise<void>
  parts: Parts
}

/** What a process hands the app besides its configuration. */
export type AppOptions = {
  log: Log
  clock?: Clock | undefined
  /** Where "Back to Feishu" leads; the brand's own host unless a local Feishu stands in. */
  appLinkBaseUrl?: string | undefined
  /** Milliseconds before a call to Feishu is given up; 10 000 unless told. */
  feishuTimeoutMs?: number | undefined
  /** More events of the long connection to hear, by type. */
  handlers?: EventHandlers | undefined
  /** When jobs run, where it differs from the usual. */
  schedules?: Schedules | undefined
}

/** So long a start waits for the long connection before it goes on connecting in the background. */
const CONNECT_MS = 10_000

/** Builds the service from its configuration; nothing listens or connects before `start`. */
export async function createApp(config: Config, options: AppOptions): Promise<App> {
  const { clock = createSystemClock(), appLinkBaseUrl } = options
  const scope = createRequestScope()
  const log = scope.stamp(options.log)
  const apps = config.apps.map((app): PartsApp => {
    const endpoints = resolveEndpoints({ brand: app.brand, ...config.endpoints, appLinkBaseUrl })
    return { ...app, endpoints }
  })
  const store = await openStore({
    databaseUrl: config.databaseUrl,
    onError: (error) => log('error', 'store_trouble', { error }),
  })
  const connectedApps = config.cardCallback === 'long_connection' ? apps : []
  const metrics = createMetrics({
    appIds: apps.map(({ appId }) => appId),
    longConnectionAppIds: connectedApps.map(({ appId }) => appId),
    sessions: store.sessions,
    grants: store.grants,
    jobIntervalSeconds: jobIntervalSeconds(options.schedules),
    version: VERSION,
    clock,
    log,
  })
  const parts = createParts({
    apps,
    store,
    encryptionKeys: config.encryptionKeys,
    refreshThreshold: config.tokenRefreshThreshold,
    sessionSeconds: config.sessionTtlSeconds,
    retentionDays: config.sessionRetentionDays,
    clock,
    log,
    observeCall: metrics.observeApiCall,
    observeRetry: metrics.countApiRetry,
    observeClick: metrics.countClick,
    observeJob: metrics.observeJob,
    feishuTimeoutMs: options.feishuTimeoutMs,
    schedules: options.schedules,
  })
  const { events, onCardAction, grantEndings, onMessage, http } = parts
  metrics.watch(events)
  createEventLog(log).watch(events)

  const connections = connectedApps.map(connect)
  const server = config.callbackServer
    ? createHttpServer({
        ...config.callbackServer,
        ...createPublicDoor({ apps, parts, log, clock }),
        apiKeys: config.apiKeys.map(({ name, secret }) => ({
          name,
          secretHash: hashSecret(secret),
        })),
        readiness,
        traceRequest: scope.begin,
        observeRequest: metrics.observeRequest,
        onRateLimited: metrics.countRateLimited,
        version: VERSION,
        pathPrefix: pathPrefix(config.apps[0].redirectUri),
        trustProxy: 'loopback',
      })
    : null
  const metricsServer = createMetricsServer({ listen: config.metricsServer, metrics, log })

  return {
    parts,
    async start() {
      const metricsPort = (await metricsServer.start())?.port
      const metricsUrl = metricsPort ? `http://127.0.0.1:${metricsPort}/metrics` : null
      await parts.start()
      const url = (await server?.start())?.url ?? null
      await Promise.all(connections.map(startConnection))
      log('info', 'service_ready', { url, metrics_url: metricsUrl, database: store.engine })
      return { url, metricsUrl }
    },
    async close() {
      log('info', 'service_closing', {})
      parts.auth.tokens.close()
      await Promise.all(connections.map((connection) => connection.close()))
      await server?.close()
      await parts.close()
      await metricsServer.close()
      log('info', 'service_closed', {})
    },
  }

  function connect(app: PartsApp): LongConnection {
    return createLongConnection({
      app,
      http,
      clock,
      log,
      onCardAction,
      grantEndings,
      onMessage,
      handlers: options.handlers,
      onStatus: (event) => metrics.observeConnection(app.appId, event),
      timing: { startupDeadlineMs: CONNECT_MS },
    })
  }

  /** An outage of Feishu delays readiness, it does not stop the start: the supervisor goes on trying. */
  async function startConnection(connection: LongConnection): Promise<void> {
    try {
      await connection.start()
    } catch (error) {
      if (!(error instanceof FeishuUnavailableError)) throw error
      log('warn', 'long_connection_late', { error })
    }
  }

  async function readiness() {
    const database = await store.ping().then(
      () => ({ name: 'database', ok: true }),
      () => ({ name: 'database', ok: false, detail: 'It cannot be written.' }),
    )
    const lost = connections.filter((connection) => connection.status().state !== 'connected')
    const detail = lost.length > 0 ? 'Not connected to Feishu.' : undefined
    return [database, { name: 'long_connection', ok: lost.length === 0, detail }]
  }
}
