import { Counter, Histogram, type Registry } from 'prom-client'
import type { AuthEvent, WebhookOutcome } from '../auth/events.ts'
import { WEBHOOK_EVENTS } from '../auth/webhook-event.ts'
import { HTTP_SECONDS } from './buckets.ts'

/** How a try to deliver can end. */
export const WEBHOOK_OUTCOMES = ['ok', 'retry', 'dead'] as const satisfies readonly WebhookOutcome[]

/** The metrics of webhooks. */
export interface WebhookMetrics {
  observe(event: AuthEvent): void
}

/** Registers the metrics of webhooks. */
export function createWebhookMetrics(registry: Registry): WebhookMetrics {
  const deliveries = new Counter({
    name: 'lark_service_webhook_deliveries_total',
    help: 'Tries to deliver a webhook that ended; dead means that it was given up.',
    labelNames: ['event', 'outcome'],
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'lark_service_webhook_delivery_duration_seconds',
    help: 'Time a try to deliver a webhook took.',
    labelNames: ['event'],
    buckets: HTTP_SECONDS,
    registers: [registry],
  })
  for (const event of WEBHOOK_EVENTS) {
    duration.zero({ event })
    for (const outcome of WEBHOOK_OUTCOMES) deliveries.inc({ event, outcome }, 0)
  }

  return {
    observe(tried) {
      if (tried.type !== 'webhook_tried') return
      const { event, outcome, seconds } = tried
      deliveries.inc({ event, outcome })
      duration.observe({ event }, seconds)
    },
  }
}
