import { collectDefaultMetrics, Gauge, Registry, type RegistryContentType } from 'prom-client'
import type { AuthEvents } from '../auth/events.ts'
import type { Clock, Log } from '../auth/ports.ts'
import { type ApiMetrics, createApiMetrics } from './api-metrics.ts'
import { createCardMetrics } from './card-metrics.ts'
import { type ClickMetrics, createClickMetrics } from './click-metrics.ts'
import { createEventMetrics, type EventMetrics } from './event-metrics.ts'
import { createFunnelMetrics } from './funnel-metrics.ts'
import { createHttpMetrics, type HttpMetrics } from './http-metrics.ts'
import { createJobMetrics, type JobMetrics } from './job-metrics.ts'
import { listMetrics, type MetricDescription } from './list-metrics.ts'
import { createSecretMetrics, type SecretMetrics } from './secret-metrics.ts'
import { createServiceGauges, type WatchService } from './service-gauges.ts'
import { createSessionMetrics } from './session-metrics.ts'
import { createStoreGauges, type WatchStore } from './store-gauges.ts'
import { createStoreMetrics, type StoreMetrics } from './store-metrics.ts'
import { createTokenMetrics } from './token-metrics.ts'
import { createTokenReadMetrics } from './token-read-metrics.ts'
import { createWebhookMetrics } from './webhook-metrics.ts'
import { type ConnectionEvent, createWebsocketMetrics } from './websocket-metrics.ts'

/** Everything that is measured; docs/observability.md lists the names. */
export interface Metrics
  extends HttpMetrics,
    ApiMetrics,
    JobMetrics,
    ClickMetrics,
    EventMetrics,
    SecretMetrics,
    StoreMetrics {
  /** Follows the domain's events; the returned function stops that. */
  watch(events: Pick<AuthEvents, 'on'>): () => void
  /** Reads the gauges of the database from this store; they are absent before. */
  watchStore: WatchStore
  /** Reads the gauges of this process from these of its parts; they are absent before. */
  watchService: WatchService
  /** Takes note of a request for a token that an API key was not permitted. */
  countDeniedToken(client: string): void
  /** Takes note of a call that met a limit on cards, Feishu's or our own. */
  countCardRateLimited(appId: string): void
  /** Takes note whether the audit chain was found right; null when nobody could look. */
  observeChain(isRight: boolean | null): void
  /** Takes note of what a long connection tells. */
  observeConnection(appId: string, event: ConnectionEvent): void
  /** All metrics in the format of the options. */
  render(): Promise<string>
  /** Every metric of our own, with its type and what it says; what has labels names them. */
  list(): Promise<MetricDescription[]>
  /** The media type of `render()`. */
  contentType: string
}

/** What is measured. */
export type MetricsOptions = {
  appIds: readonly string[]
  /** The apps whose long connection is ours to keep; all unless told. */
  longConnectionAppIds?: readonly string[] | undefined
  /** The scheduled jobs, each with the seconds between two runs. */
  jobIntervalSeconds: Readonly<Record<string, number>>
  /** The keys that seal and open tokens; none unless told. */
  keyIds?: readonly string[] | undefined
  /** The API keys that are told apart; none unless told. */
  clientNames?: readonly string[] | undefined
  /** The name of the API key whose request is being answered, if any. */
  currentClient?: (() => string | null) | undefined
  /** What `render()` writes; the text format of Prometheus unless told. */
  format?: 'prometheus' | 'openmetrics' | undefined
  version: string
  /** The commit this was built from. */
  revision?: string | undefined
  clock: Pick<Clock, 'now' | 'sleep'>
  log: Log
}

/** Creates all metrics in a registry of their own, with every known label set at zero. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { appIds, longConnectionAppIds = appIds, clock, log } = options
  const registry = createRegistry(options.format)
  const onError = (error: unknown) => log('warn', 'metrics_read_failed', { error })

  const cardMetrics = createCardMetrics(registry, appIds)
  const tokenReads = createTokenReadMetrics(registry, options)
  const websocketMetrics = createWebsocketMetrics(registry, longConnectionAppIds)
  const observers = [
    createSessionMetrics(registry, appIds),
    createFunnelMetrics(registry, appIds),
    cardMetrics,
    createTokenMetrics(registry, appIds),
    tokenReads,
    createWebhookMetrics(registry),
  ]
  registerBuildInfo(registry, options)
  collectDefaultMetrics({ register: registry })

  return {
    ...createHttpMetrics(registry),
    ...createApiMetrics(registry),
    ...createJobMetrics(registry, options.jobIntervalSeconds, clock),
    ...createClickMetrics(registry, appIds),
    ...createEventMetrics(registry, longConnectionAppIds, clock),
    ...createSecretMetrics(registry),
    ...createStoreMetrics(registry),
    watch: (events) =>
      events.on((event) => {
        for (const { observe } of observers) observe(event)
      }),
    watchStore: createStoreGauges({ ...options, registry, onError }),
    watchService: createServiceGauges({ registry, clock, onError }),
    countDeniedToken: tokenReads.countDeniedToken,
    countCardRateLimited: cardMetrics.countRateLimited,
    observeChain: registerAuditChain(registry),
    observeConnection: (appId, event) => websocketMetrics.observe(appId, event),
    render: () => registry.metrics(),
    list: () => listMetrics(registry),
    contentType: registry.contentType,
  }
}

function createRegistry(format: MetricsOptions['format']): Registry {
  const registry = new Registry()
  // Its type ties a registry, and whatever is registered there, to the one format; its code does not.
  const writer: { setContentType(type: RegistryContentType): void } = registry
  if (format === 'openmetrics') writer.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  return registry
}

function registerBuildInfo(
  registry: Registry,
  { version, revision = 'unknown' }: Pick<MetricsOptions, 'version' | 'revision'>,
): void {
  new Gauge({
    name: 'lark_service_build_info',
    help: 'What is running; always 1.',
    labelNames: ['version', 'revision', 'node_version'],
    registers: [registry],
  }).set({ version, revision, node_version: process.version }, 1)
}

/** Absent until a look has told, and again when a later look fails; but nothing makes up for a chain that was found changed. */
function registerAuditChain(registry: Registry): (isRight: boolean | null) => void {
  const gauge = new Gauge({
    name: 'lark_service_audit_chain_ok',
    help: '1 when the last look at the audit chain found it whole, else 0; absent while nobody could look.',
    registers: [registry],
  })
  gauge.remove()
  let isBroken = false
  return (isRight) => {
    if (isRight !== null) isBroken = !isRight
    if (isRight === null && !isBroken) gauge.remove()
    else gauge.set(isBroken ? 0 : 1)
  }
}
