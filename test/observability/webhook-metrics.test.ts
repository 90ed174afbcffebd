import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import type { AuthEvent, WebhookOutcome } from '../../src/auth/events.ts'
import { WEBHOOK_EVENTS, type WebhookEvent } from '../../src/auth/webhook-event.ts'
import { createEventLog } from '../../src/observability/event-log.ts'
import { createStoreGauges } from '../../src/observability/store-gauges.ts'
import { createWebhookMetrics, WEBHOOK_OUTCOMES } from '../../src/observability/webhook-metrics.ts'
import { anEmptyStore } from './an-empty-store.ts'

const DEPTH = 'lark_service_webhook_queue_depth'

describe('webhook metrics', () => {
  it('show every label set before anything has happened', async () => {
    const { samples } = setUp()
    const lines = await samples()
    for (const event of WEBHOOK_EVENTS) {
      expect(lines).toContain(
        `lark_service_webhook_delivery_duration_seconds_count{event="${event}"} 0`,
      )
      for (const outcome of WEBHOOK_OUTCOMES) {
        const labels = `event="${event}",outcome="${outcome}"`
        expect(lines).toContain(`lark_service_webhook_deliveries_total{${labels}} 0`)
      }
    }
    expect(lines).toContain(`${DEPTH} 0`)
  })

  it('count and time every try', async () => {
    const { metrics, samples } = setUp()
    metrics.observe(tried('token.revoked', 'retry'))
    metrics.observe(tried('token.revoked', 'ok'))
    const lines = await samples()
    const name = 'lark_service_webhook_deliveries_total'
    expect(lines).toContain(`${name}{event="token.revoked",outcome="retry"} 1`)
    expect(lines).toContain(`${name}{event="token.revoked",outcome="ok"} 1`)
    expect(lines).toContain(
      'lark_service_webhook_delivery_duration_seconds_sum{event="token.revoked"} 0.5',
    )
  })

  it('read the queue when scraped, at most every five seconds; absent while the database fails', async () => {
    const { samples, queue } = setUp()
    queue.depth = 3
    expect(await samples()).toContain(`${DEPTH} 3`)
    queue.depth = 7
    queue.now = 4999
    expect(await samples()).toContain(`${DEPTH} 3`)
    queue.now = 5000
    expect(await samples()).toContain(`${DEPTH} 7`)
    queue.now = 10_000
    queue.depth = null
    expect((await samples()).join()).not.toContain(DEPTH)
    expect(queue.errors).toHaveLength(1)
    queue.depth = 0
    expect(await samples()).toContain(`${DEPTH} 0`)
  })
})

it('webhooks are logged by how they ended, and by no address', () => {
  const lines: unknown[][] = []
  const listeners: ((event: AuthEvent) => void)[] = []
  createEventLog((...line) => lines.push(line)).watch({
    on: (listener) => {
      listeners.push(listener)
      return () => undefined
    },
  })
  for (const outcome of WEBHOOK_OUTCOMES) listeners[0]?.(tried('token.revoked', outcome))
  const facts = { webhook_id: 'grant_1', webhook_event: 'token.revoked', attempts: 2 }
  expect(lines).toEqual([
    ['debug', 'webhook_delivered', facts],
    ['warn', 'webhook_failed', { ...facts, failure: 'timeout' }],
    ['error', 'webhook_dead', { ...facts, failure: 'timeout' }],
  ])
})

function setUp() {
  const registry = new Registry()
  const queue = { depth: 0 as number | null, now: 0, errors: [] as unknown[] }
  const metrics = createWebhookMetrics(registry)
  const watchStore = createStoreGauges({
    registry,
    appIds: [],
    clock: { now: () => new Date(queue.now), sleep: () => new Promise(() => {}) },
    onError: (error) => queue.errors.push(error),
  })
  watchStore({
    ...anEmptyStore(),
    webhooks: {
      async countQueued() {
        if (queue.depth === null) throw new Error('The database is away.')
        return queue.depth
      },
    },
  })
  const samples = async () =>
    (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return { metrics, samples, queue }
}

function tried(event: WebhookEvent, outcome: WebhookOutcome) {
  const failure = outcome === 'ok' ? null : 'timeout'
  const facts = { id: 'grant_1', attempts: 2, seconds: 0.25 }
  return { type: 'webhook_tried', event, outcome, failure, ...facts } as const
}
