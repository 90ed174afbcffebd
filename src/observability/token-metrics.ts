import { Counter, type Registry } from 'prom-client'

/** How a refresh decision of the one who holds the lease can end. */
export const REFRESH_OUTCOMES = ['success', 'failure', 'skipped_fresh', 'superseded'] as const

/** Registers the counter of refreshes. */
export function registerTokenMetrics(registry: Registry, appIds: readonly string[]): void {
  const refreshes = new Counter({
    name: 'lark_service_token_refresh_total',
    help: 'Refresh decisions that ended.',
    labelNames: ['app_id', 'outcome'],
    registers: [registry],
  })
  for (const app_id of appIds) {
    for (const outcome of REFRESH_OUTCOMES) refreshes.inc({ app_id, outcome }, 0)
  }
}
