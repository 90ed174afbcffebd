import { randomUUID } from 'node:crypto'
import type { AuthEvent } from './events.ts'
import { hashSecret } from './one-time-secret.ts'
import { toPublicSession } from './public-session.ts'
import type { AuthSession } from './session.ts'
import type { WebhookEvent, WebhookMessage } from './webhook-event.ts'
import type { EndedGrant } from './webhook-outbox.ts'

const HOUR_MS = 3_600_000

/** What a receiver is told of the end of a session; null while it is pending. Told again, it is the same message. */
export function messageOfEnd(session: AuthSession): WebhookMessage | null {
  const { id, state, endedAt } = session
  if (state === 'pending' || endedAt === null) return null
  return write(`end_${id}`, `authorization.${state}`, endedAt, toPublicSession(session))
}

/**
 * What a receiver is told of a grant; null where it is none of their business. Where the end is marked in the database, the id comes
 * from there: whoever tells it again tells the same message.
 */
export function messageOfGrant(
  event: AuthEvent,
  now: Date,
  ended: EndedGrant | null = null,
): WebhookMessage | null {
  const id = ended ? idOf(ended) : `grant_${randomUUID()}`
  switch (event.type) {
    case 'refresh_ended': {
      const { appId, openId, decision, result } = event
      if (decision !== 'failure' || result.kind !== 'setback') return null
      const { reason, retryAfterSeconds } = result
      const hour = Math.floor(now.getTime() / HOUR_MS)
      // An outage fails every refresh again and again: once an hour says as much.
      const hourly = `refresh_${hashSecret(JSON.stringify([appId, openId, reason, hour]))}`
      return write(hourly, 'token.refresh_failed', now, {
        app_id: appId,
        open_id: openId,
        reason,
        retry_after_seconds: retryAfterSeconds,
      })
    }
    case 'grant_finished':
      return finished(id, event, now)
    case 'grant_revoked':
      return revoked(id, event, now)
    default:
      return null
  }
}

/** The same of a grant whose end nobody told, as far as its mark says; null for a mark that is no end. */
export function messageOfMark(ended: EndedGrant): WebhookMessage | null {
  const { appId, openId, sessionId, mark } = ended
  const { status, at } = mark
  if (status === 'ambiguous') return null
  if (status === 'revoked') {
    const told = { appId, openId, sessionId, source: 'upstream_event', reason: 'unknown' } as const
    return revoked(idOf(ended), told, at)
  }
  const reason = mark.reason === 'ambiguous' || mark.reason === null ? 'revoked' : mark.reason
  return finished(idOf(ended), { appId, openId, reason }, at)
}

/** A version of a grant ends once; versions begin anew with the consent of another session. */
function idOf({ appId, openId, sessionId, mark }: EndedGrant): string {
  return `grant_${hashSecret(JSON.stringify([appId, openId, sessionId, mark.version]))}`
}

type Finished = Omit<Extract<AuthEvent, { type: 'grant_finished' }>, 'type'>

function finished(id: string, { appId, openId, reason }: Finished, at: Date): WebhookMessage {
  const facts = { app_id: appId, open_id: openId, reason }
  return write(id, 'token.reauthorization_required', at, facts)
}

type Revoked = Omit<Extract<AuthEvent, { type: 'grant_revoked' }>, 'type'>

function revoked(id: string, told: Revoked, at: Date): WebhookMessage {
  const { appId, openId, sessionId, source, reason } = told
  return write(id, 'token.revoked', at, {
    app_id: appId,
    open_id: openId,
    session_id: sessionId,
    source,
    reason,
  })
}

/** What a receiver is told to try it out; it is in no list and tells nothing. */
export function testMessage(now: Date): Pick<WebhookMessage, 'id' | 'payload'> {
  return { id: `test_${randomUUID()}`, payload: payloadOf('webhook.test', now, {}) }
}

function write(id: string, event: WebhookEvent, at: Date, facts: object): WebhookMessage {
  return { id, event, payload: payloadOf(event, at, facts) }
}

function payloadOf(type: string, at: Date, facts: object): string {
  return JSON.stringify({ type, timestamp: at.toISOString(), data: facts })
}
