import { Counter, Gauge, type Registry } from 'prom-client'

/** What the long connection of an app tells. */
export type ConnectionEvent =
  | { type: 'connection'; connected: boolean }
  | { type: 'reconnect'; outcome: ReconnectOutcome }

/** How a reconnect can end. */
export const RECONNECT_OUTCOMES = ['success', 'failure'] as const

type ReconnectOutcome = (typeof RECONNECT_OUTCOMES)[number]

/** The metrics of the long connections. */
export interface WebsocketMetrics {
  observe(appId: string, event: ConnectionEvent): void
}

/**
 * Registers the metrics of the long connections of these apps. Give none when another program holds them:
 * a connection that is not ours to keep must not look lost.
 */
export function createWebsocketMetrics(
  registry: Registry,
  appIds: readonly string[],
): WebsocketMetrics {
  const status = new Gauge({
    name: 'lark_service_websocket_connection_status',
    help: '1 while the long connection is reported ready, else 0.',
    labelNames: ['app_id'],
    registers: [registry],
  })
  const reconnects = new Counter({
    name: 'lark_service_websocket_reconnect_total',
    help: 'Reconnects of the long connection that ended.',
    labelNames: ['app_id', 'outcome'],
    registers: [registry],
  })
  for (const app_id of appIds) {
    status.set({ app_id }, 0)
    for (const outcome of RECONNECT_OUTCOMES) reconnects.inc({ app_id, outcome }, 0)
  }
  return {
    observe(appId, event) {
      if (!appIds.includes(appId)) return
      if (event.type === 'connection') status.set({ app_id: appId }, event.connected ? 1 : 0)
      else reconnects.inc({ app_id: appId, outcome: event.outcome })
    },
  }
}
