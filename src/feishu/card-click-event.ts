import type { CardClick } from '../auth/answer-card-click.ts'
import { parseTimeZone } from '../auth/time-zones.ts'
import { parseCardActionValue } from './cards/card-action.ts'
import { readEnvelope, textOf } from './event-envelope.ts'
import { asRecord } from './judge-reply.ts'

/** A tap on one of our cards, and the id of the event it came with. */
export type CardClickEvent = { eventId: string | null; appId: string | null; click: CardClick }

/**
 * Reads `card.action.trigger`, raw or flattened by the SDK; null when it is no tap on a card of ours
 * (https://open.feishu.cn/document/feishu-cards/card-callback-communication).
 */
export function parseCardClickEvent(payload: unknown): CardClickEvent | null {
  const envelope = readEnvelope(payload)
  if (!envelope) return null
  const { eventId, appId, tenantKey, fields: event } = envelope
  const operator = asRecord(event.operator)
  const action = asRecord(event.action)
  const value = parseCardActionValue(action?.value)
  const openId = textOf(operator?.open_id)
  if (!value || openId === null) return null
  return {
    eventId,
    appId,
    click: {
      action: value.action,
      sessionId: value.session,
      openId,
      tenantKey: textOf(operator?.tenant_key) ?? tenantKey,
      messageId: textOf(asRecord(event.context)?.open_message_id),
      timeZone: parseTimeZone(action?.timezone),
    },
  }
}

/** Tells whether a `card.action.trigger` belongs to one of our cards; a bot with cards of its own asks this first. */
export function isCardAuthClick(payload: unknown): boolean {
  return parseCardClickEvent(payload) !== null
}
