import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Clock } from '../auth/ports.ts'
import { CALLBACK_SECONDS } from './buckets.ts'
import { inSet, OTHER } from './label-sets.ts'

/** The events that are told apart: those that are heard, and those commonly subscribed to that are not. */
export const EVENT_TYPES = [
  'card.action.trigger',
  'im.message.receive_v1',
  'auth.user_access_token.revoked_v4',
  'contact.user.deleted_v3',
  'contact.user.updated_v3',
  'im.chat.access_event.bot_p2p_chat_entered_v1',
  'im.message.message_read_v1',
  'im.message.reaction.created_v1',
  'im.message.reaction.deleted_v1',
  'im.message.recalled_v1',
  'p2p_chat_create',
  OTHER,
] as const

/** How the work on an event can end; ignored is none of our business. */
export const EVENT_OUTCOMES = ['ok', 'error', 'ignored'] as const

/** One event of the long connection that was answered. */
export type HeardEvent = {
  appId: string
  eventType: string
  outcome: (typeof EVENT_OUTCOMES)[number]
  seconds: number
}

/** The metrics of events that Feishu delivers. */
export interface EventMetrics {
  observeEvent(event: HeardEvent): void
  /** Takes note of an event that was delivered before. */
  countDuplicate(eventType: string): void
}

/** Registers the metrics of events; give no apps when another program holds their connections. */
export function createEventMetrics(
  registry: Registry,
  appIds: readonly string[],
  clock: Pick<Clock, 'now'>,
): EventMetrics {
  const events = new Counter({
    name: 'lark_service_websocket_events_total',
    help: 'Events of the long connection that were answered; ignored are those nobody here needs.',
    labelNames: ['app_id', 'event_type', 'outcome'],
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'lark_service_websocket_event_duration_seconds',
    help: 'Time from an event being received to its answer.',
    labelNames: ['event_type'],
    buckets: CALLBACK_SECONDS,
    registers: [registry],
  })
  const duplicates = new Counter({
    name: 'lark_service_event_duplicates_total',
    help: 'Events that were delivered before.',
    labelNames: ['event_type'],
    registers: [registry],
  })
  const last = new Gauge({
    name: 'lark_service_websocket_last_event_timestamp_seconds',
    help: 'When the last event arrived; before that, when this process started.',
    labelNames: ['app_id'],
    registers: [registry],
  })
  for (const event_type of appIds.length > 0 ? EVENT_TYPES : []) {
    duration.zero({ event_type })
    duplicates.inc({ event_type }, 0)
    for (const app_id of appIds) {
      for (const outcome of EVENT_OUTCOMES) events.inc({ app_id, event_type, outcome }, 0)
    }
  }
  for (const app_id of appIds) last.set({ app_id }, clock.now().getTime() / 1000)

  return {
    observeEvent({ appId, eventType, outcome, seconds }) {
      const app_id = inSet(appIds, appId)
      const event_type = inSet(EVENT_TYPES, eventType)
      events.inc({ app_id, event_type, outcome })
      duration.observe({ event_type }, seconds)
      last.set({ app_id }, clock.now().getTime() / 1000)
    },
    countDuplicate(eventType) {
      duplicates.inc({ event_type: inSet(EVENT_TYPES, eventType) })
    },
  }
}
