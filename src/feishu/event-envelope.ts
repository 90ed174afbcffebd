import { asRecord } from './judge-reply.ts'

/** An event of Feishu: what its header says, and its own fields. */
export type EventEnvelope = {
  eventId: string | null
  appId: string | null
  tenantKey: string | null
  /** When it happened; null when the event does not say. */
  at: Date | null
  fields: Record<string, unknown>
}

/**
 * Reads an event of schema 2.0, raw or flattened by the SDK; null when it is no object
 * (https://open.feishu.cn/document/server-docs/event-subscription-guide/overview).
 */
export function readEnvelope(payload: unknown): EventEnvelope | null {
  const raw = asRecord(payload)
  if (!raw) return null
  // The SDK flattens header and event into one object, in which the event's fields win.
  const header = { ...raw, ...asRecord(raw.header) }
  const fields = { ...header, ...asRecord(raw.event) }
  return {
    eventId: textOf(header.event_id),
    appId: textOf(fields.app_id),
    tenantKey: textOf(fields.tenant_key),
    at: instantOf(header.create_time),
    fields,
  }
}

/** The value as a text that says something; null for anything else. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** Events count milliseconds, card callbacks microseconds. */
function instantOf(createTime: unknown): Date | null {
  const count = Number(textOf(createTime) ?? Number.NaN)
  if (!Number.isFinite(count) || count <= 0) return null
  return new Date(count > 1e14 ? count / 1000 : count)
}
