import { type EventEnvelope, textOf } from './event-envelope.ts'
import { asRecord } from './judge-reply.ts'

/** A frozen person may use the app again. */
export type PersonBack = { appId: string; openId: string }

/** A person may not use the app any more, for good or, when frozen, until an admin lets them. */
export type PersonLeft = {
  appId: string
  openId: string
  why: 'resigned' | 'exited' | 'frozen'
  /** When it happened. */
  at: Date | null
}

/**
 * Reads `contact.user.deleted_v3`: the person has left the organisation
 * (https://open.feishu.cn/document/server-docs/contact-v3/user/events/deleted).
 */
export function parsePersonDeleted(envelope: EventEnvelope): PersonLeft | null {
  return personLeft(envelope, 'resigned')
}

/**
 * Reads `contact.user.updated_v3`; null for every change that leaves the person at work
 * (https://open.feishu.cn/document/server-docs/contact-v3/user/events/updated).
 */
export function parsePersonSuspended(envelope: EventEnvelope): PersonLeft | null {
  const status = asRecord(asRecord(envelope.fields.object)?.status)
  if (status?.is_resigned === true) return personLeft(envelope, 'resigned')
  if (status?.is_exited === true) return personLeft(envelope, 'exited')
  return status?.is_frozen === true ? personLeft(envelope, 'frozen') : null
}

/** Reads `contact.user.updated_v3`; null unless a frozen person is at work again. */
export function parsePersonBack({ appId, fields }: EventEnvelope): PersonBack | null {
  const person = asRecord(fields.object)
  const openId = textOf(person?.open_id)
  const wasFrozen = asRecord(asRecord(fields.old_object)?.status)?.is_frozen === true
  const isAtWork = asRecord(person?.status)?.is_frozen === false
  return wasFrozen && isAtWork && appId !== null && openId !== null ? { appId, openId } : null
}

function personLeft(
  { appId, at, fields }: EventEnvelope,
  why: PersonLeft['why'],
): PersonLeft | null {
  const openId = textOf(asRecord(fields.object)?.open_id)
  return appId === null || openId === null ? null : { appId, openId, why, at }
}
