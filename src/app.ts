import type { EnvironmentKey } from './access/clients.ts'
import { hashSecret } from './auth/one-time-secret.ts'
import type { Clock, Log } from './auth/ports.ts'
import { createChatDoctor } from './chat-doctor.ts'
import type { ApiKeyConfig, Config } from './config.ts'
import { FeishuUnavailableError } from './errors.ts'
import type { EventHandlers } from './feishu/event-handlers.ts'
import { type FeishuEndpoints, resolveEndpoints } from './feishu/hosts.ts'
import { createLongConnection, type LongConnection } from './feishu/long-connection.ts'
import type { ReadinessCheck } from './http/http-neighbours.ts'
import { createHttpServer } from './http/http-server.ts'
import { jobIntervalSeconds, type Schedules } from './jobs/schedules.ts'
import { createEventLog } from './observability/event-log.ts'
import { createMetrics } from './observability/metrics.ts'
import { createMetricsServer } from './observability/metrics-server.ts'
import { READY_CHECKS, type ReadyCheck } from './observability/service-gauges.ts'
import { loadTracing } from './observability/tracing.ts'
import { createParts, type Parts, type PartsApp } from './parts.ts'
import { createPublicDoor, pathPrefixes } from './public-door.ts'
import { createReadiness } from './readiness.ts'
import { createRequestScope } from './request-scope.ts'
import { readRevision } from './revision.ts'
import { openStore } from './store/open-store.ts'
import { createSystemClock } from './system-clock.ts'
import { traceRequests } from './trace-requests.ts'
import { VERSION } from './version.ts'

/** Where the servers listen; null where one is turned off. */
type Addresses = { url: string | null; metricsUrl: string | null }

/** The running service. */
export interface App {
  /**
   * Opens the servers and connects to Feishu; resolves when it is ready, or is told to leave or to close meanwhile.
   * @throws {ConfigurationError} when an address is taken.
   * @throws {AppMisconfiguredError} when Feishu does not accept an app's credentials.
   */
  start(): Promise<Addresses>
  /** Is not ready any more, and goes on working for SHUTDOWN_DELAY_SECONDS, so that a balancer turns elsewhere. */
  leave(): Promise<void>
  /** Takes no more work, lets the running work end and closes everything in reverse. */
  close(): Promise<void>
  /** What a close still waits for; counts and names of jobs. */
  unfinished(): Record<string, unknown>
  parts: Parts
}

/** What a process hands the app besides its configuration. */
export type AppOptions = {
  log: Log
  clock?: Clock | undefined
  /** Where "Back to Feishu" leads; the brand's own host unless a local Feishu stands in. */
  appLinkBaseUrl?: string | undefined
  /** The hosts of one app, where they differ from those of the others. */
  endpointsOf?: ((appId: string) => Partial<FeishuEndpoints>) | undefined
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
  const tracing = await loadTracing(VERSION)
  const log = tracing.stamp(scope.stamp(options.log))
  const apps = config.apps.map((app): PartsApp => {
    const shared = resolveEndpoints({ brand: app.brand, ...config.endpoints, appLinkBaseUrl })
    return { ...app, endpoints: { ...shared, ...options.endpointsOf?.(app.appId) } }
  })
  const connectedApps = config.cardCallback === 'long_connection' ? apps : []
  const metrics = createMetrics({
    appIds: apps.map(({ appId }) => appId),
    longConnectionAppIds: connectedApps.map(({ appId }) => appId),
    jobIntervalSeconds: jobIntervalSeconds(options.schedules),
    keyIds: config.encryptionKeys.map(({ id }) => id),
    clientNames: config.apiKeys.map(({ name }) => name),
    currentClient: () => scope.callers.apiKey(),
    format: config.metricsFormat,
    version: VERSION,
    revision: readRevision(),
    clock,
    log,
  })
  const store = await openStore({
    databaseUrl: config.databaseUrl,
    onError: (error) => log('error', 'store_trouble', { error }),
    onOperation: metrics.observeStatement,
  })
  const parts = createParts({
    apps,
    store,
    encryptionKeys: config.encryptionKeys,
    refreshThreshold: config.tokenRefreshThreshold,
    sessionSeconds: config.sessionTtlSeconds,
    ahead: config.reauthorize,
    retentionDays: config.sessionRetentionDays,
    webhook: config.webhook,
    environmentKeys: config.apiKeys.map(toEnvironmentKey),
    auditMode: config.auditMode,
    scope,
    observeChain: metrics.observeChain,
    clock,
    log,
    observeCall(call) {
      metrics.observeApiCall(call)
      tracing.observeCall(call)
    },
    around: tracing.around,
    observeRetry: metrics.countApiRetry,
    observeClick: metrics.countClick,
    observeJob: metrics.observeJob,
    observeUnreadable: metrics.countUnreadable,
    onCardRateLimited: metrics.countCardRateLimited,
    onDuplicateEvent: metrics.countDuplicate,
    feishuTimeoutMs: options.feishuTimeoutMs,
    schedules: options.schedules,
  })
  const { events, onCardAction, grantEndings, http } = parts
  const hearDoctor = createChatDoctor({ config, apps, parts, clock })
  metrics.watch(events)
  metrics.watchStore(store)
  metrics.watchService({
    countWaiters: parts.auth.waiters.count,
    unsavedPairs: () =>
      apps.map(({ appId }) => ({ appId, count: parts.auth.tokens.unsaved.count(appId) })),
    tokenCircuit: () => worst(apps.map(({ appId }) => parts.auth.tokens.circuit.state(appId))),
    readiness: async () => (await readiness.checks()).flatMap(toReadyCheck),
  })
  createEventLog(log).watch(events)
  tracing.watch(events)

  const readiness = createReadiness({
    store,
    keyIds: config.encryptionKeys.map(({ id }) => id),
    connectedAppIds: connectedApps.map(({ appId }) => appId),
    requiresConnection: config.requiresLongConnection,
    clock,
    log,
  })
  const connections = connectedApps.map(connect)
  const server = config.callbackServer
    ? createHttpServer({
        ...config.callbackServer,
        ...createPublicDoor({ apps, parts, log, clock }),
        readiness: readiness.checks,
        isStarted: readiness.isStarted,
        traceRequest: traceRequests(scope, tracing),
        observeRequest: metrics.observeRequest,
        onRateLimited: metrics.countRateLimited,
        onTokenDenied: metrics.countDeniedToken,
        version: VERSION,
        pathPrefixes: pathPrefixes(apps),
        trustProxy: config.trustedProxies,
      })
    : null
  const metricsServer = createMetricsServer({ listen: config.metricsServer, metrics, log })
  const stopping = new AbortController()
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve())
  })
  let opening: Promise<Addresses> | null = null

  return {
    parts,
    start() {
      opening ??= open()
      return ready(opening)
    },
    async leave() {
      stopping.abort()
      log('info', 'service_leaving', { seconds: config.shutdownDelaySeconds })
      server?.leave()
      await clock.sleep(config.shutdownDelaySeconds * 1000)
    },
    async close() {
      stopping.abort()
      log('info', 'service_closing', {})
      parts.auth.tokens.close()
      // What a start is opening at this moment would otherwise stay open; who started it hears of its failure.
      await opening?.catch(() => {})
      const doors = [server, ...connections]
      await Promise.all(doors.map((door) => door?.close()))
      await parts.close()
      await metricsServer.close()
      log('info', 'service_closed', {})
    },
    unfinished: () => ({
      requests: server?.unanswered() ?? 0,
      jobs: parts.jobs.running(),
      background: parts.background.count(),
      unsaved_tokens: parts.auth.tokens.unsaved.count(),
    }),
  }

  /** Opens one door after the other, as far as nobody says stop. */
  async function open(): Promise<Addresses> {
    await recallJobs()
    const metricsUrl = (await metricsServer.start())?.url ?? null
    if (stopping.signal.aborted) return { url: null, metricsUrl }
    await parts.start()
    tellOfEnvironmentKeys()
    const url = (await server?.start())?.url ?? null
    // It must not keep a start from going on: a probe looks again.
    await readiness.checkKeys().catch((error: unknown) => log('error', 'store_trouble', { error }))
    return { url, metricsUrl }
  }

  /** Connects to Feishu when the doors are open; who says stop waits for that no longer. */
  async function ready(opened: Promise<Addresses>): Promise<Addresses> {
    const addresses = await opened
    if (stopping.signal.aborted) return addresses
    await Promise.race([Promise.all(connections.map(startConnection)), stopped])
    if (stopping.signal.aborted) return addresses
    const { url, metricsUrl } = addresses
    log('info', 'service_ready', { url, metrics_url: metricsUrl, database: store.engine })
    return addresses
  }

  /** Before anybody scrapes: a job that fails at every start must not look fresh at every start. */
  async function recallJobs(): Promise<void> {
    await store.jobSuccesses
      .list()
      .then(metrics.recallJobs, (error: unknown) => log('error', 'store_trouble', { error }))
  }

  /** Once, at the start, so that nobody takes them for keys with permissions. */
  function tellOfEnvironmentKeys(): void {
    const names = config.apiKeys.map(({ name }) => name)
    if (names.length > 0) log('info', 'environment_keys_may_do_everything', { names })
  }

  function connect(app: PartsApp): LongConnection {
    return createLongConnection({
      app,
      http,
      clock,
      log,
      onCardAction,
      grantEndings,
      onMessage: async (event) => (await parts.onMessage(event)) || hearDoctor(event),
      handlers: options.handlers,
      onStatus(event) {
        metrics.observeConnection(app.appId, event)
        if (event.type !== 'connection') return
        readiness.noteConnection(app.appId, event.connected)
        if (event.connected) parts.noteSign(app.appId, 'connected')
      },
      observeEvent: metrics.observeEvent,
      onOldCardTap: () => parts.noteSign(app.appId, 'old_card_tap'),
      timing: { startupDeadlineMs: CONNECT_MS },
    })
  }

  /** An outage of Feishu delays readiness, it does not stop the start: the supervisor goes on trying. */
  async function startConnection(connection: LongConnection): Promise<void> {
    try {
      await connection.start()
    } catch (error) {
      if (!(error instanceof FeishuUnavailableError)) throw error
      if (!stopping.signal.aborted) log('warn', 'long_connection_late', { error })
    }
  }
}

/** The state of several circuits in one number. */
function worst(states: readonly (0 | 1 | 2)[]): 0 | 1 | 2 {
  if (states.includes(2)) return 2
  return states.includes(1) ? 1 : 0
}

function toReadyCheck({ name, ok }: ReadinessCheck): ReadyCheck[] {
  const check = READY_CHECKS.find((each) => each === name)
  return check ? [{ check, isOk: ok }] : []
}

function toEnvironmentKey({ name, secret }: ApiKeyConfig): EnvironmentKey {
  return { name, secretHash: hashSecret(secret) }
}
