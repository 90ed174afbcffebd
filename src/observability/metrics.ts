import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { AuthEvents } from '../auth/events.ts'
import type { Clock, GrantStore, Log, SessionStore } from '../auth/ports.ts'
import { type ApiMetrics, createApiMetrics } from './api-metrics.ts'
import { createCardMetrics } from './card-metrics.ts'
import { type ClickMetrics, createClickMetrics } from './click-metrics.ts'
import { registerCountGauge } from './count-gauge.ts'
import { createHttpMetrics, type HttpMetrics } from './http-metrics.ts'
import { createJobMetrics, type JobMetrics } from './job-metrics.ts'
import { createSessionMetrics } from './session-metrics.ts'
import { createTokenMetrics } from './token-metrics.ts'
import { type ConnectionEvent, createWebsocketMetrics } from './websocket-metrics.ts'

/** Everything that is measured; docs/observability.md lists the names. */
export interface Metrics extends HttpMetrics, ApiMetrics, JobMetrics, ClickMetrics {
  /** Follows the domain's events; the returned function stops that. */
  watch(events: Pick<AuthEvents, 'on'>): () => void
  /** Takes note of what a long connection tells. */
  observeConnection(appId: string, event: ConnectionEvent): void
  /** All metrics in the text format of Prometheus. */
  render(): Promise<string>
  /** The media type of `render()`. */
  contentType: string
}

/** Creates all metrics in a registry of their own, with every known label set at zero. */
export function createMetrics({
  appIds,
  longConnectionAppIds = appIds,
  sessions,
  grants,
  jobIntervalSeconds,
  version,
  revision = 'unknown',
  clock,
  log,
}: {
  appIds: readonly string[]
  /** The apps whose long connection is ours to keep. */
  longConnectionAppIds?: readonly string[]
  sessions: Pick<SessionStore, 'countPending'>
  grants: Pick<GrantStore, 'countUsable'>
  /** The scheduled jobs, each with the seconds between two runs. */
  jobIntervalSeconds: Readonly<Record<string, number>>
  version: string
  /** The commit this was built from. */
  revision?: string
  clock: Pick<Clock, 'now'>
  log: Log
}): Metrics {
  const registry = new Registry()
  const onError = (error: unknown) => log('warn', 'metrics_read_failed', { error })
  const counted = { registry, appIds, clock, onError }

  const sessionMetrics = createSessionMetrics(registry, appIds)
  registerCountGauge({
    ...counted,
    name: 'lark_service_auth_session_active',
    help: 'Sessions that are pending.',
    read: () => sessions.countPending(),
  })
  const tokenMetrics = createTokenMetrics(registry, appIds)
  registerCountGauge({
    ...counted,
    name: 'lark_service_token_active_count',
    help: 'People whose token is usable.',
    read: () => grants.countUsable(clock.now()),
  })
  const cardMetrics = createCardMetrics(registry, appIds)
  const clickMetrics = createClickMetrics(registry, appIds)
  const websocketMetrics = createWebsocketMetrics(registry, longConnectionAppIds)
  const httpMetrics = createHttpMetrics(registry)
  const apiMetrics = createApiMetrics(registry)
  const jobMetrics = createJobMetrics(registry, jobIntervalSeconds, clock)
  registerBuildInfo(registry, { version, revision })
  collectDefaultMetrics({ register: registry })

  return {
    ...httpMetrics,
    ...apiMetrics,
    observeApiCall(call) {
      apiMetrics.observeApiCall(call)
      tokenMetrics.observeApiCall(call)
    },
    ...jobMetrics,
    ...clickMetrics,
    watch: (events) =>
      events.on((event) => {
        sessionMetrics.observe(event)
        cardMetrics.observe(event)
        tokenMetrics.observe(event)
      }),
    observeConnection: (appId, event) => websocketMetrics.observe(appId, event),
    render: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

function registerBuildInfo(registry: Registry, build: { version: string; revision: string }): void {
  new Gauge({
    name: 'lark_service_build_info',
    help: 'What is running; always 1.',
    labelNames: ['version', 'revision', 'node_version'],
    registers: [registry],
  }).set({ ...build, node_version: process.version }, 1)
}
