import { randomUUID } from 'node:crypto'
import type { AuthEvent } from './events.ts'
import { hashSecret } from './one-time-secret.ts'
import { toPublicSession } from './public-session.ts'
import type { AuthSession } from './session.ts'
import type { WebhookEvent, WebhookMessage } from './webhook-event.ts'

const HOUR_MS = 3_600_000

/** What a receiver is told of the end of a session; null while it is pending. Told again, it is the same message. */
export function messageOfEnd(session: AuthSession): WebhookMessage | null {
  const { id, state, endedAt } = session
  if (state === 'pending' || endedAt === null) return null
  return write(`end_${id}`, `authorization.${state}`, endedAt, toPublicSession(session))
}

/** What a receiver is told of a grant; null where it is none of their business. */
export function messageOfGrant(event: AuthEvent, now: Date): WebhookMessage | null {
  switch (event.type) {
    case 'refresh_ended': {
      const { appId, openId, decision, result } = event
      if (decision !== 'failure' || result.kind !== 'setback') return null
      const { reason, retryAfterSeconds } = result
      const hour = Math.floor(now.getTime() / HOUR_MS)
      // An outage fails every refresh again and again: once an hour says as much.
      const id = `refresh_${hashSecret(JSON.stringify([appId, openId, reason, hour]))}`
      return write(id, 'token.refresh_failed', now, {
        app_id: appId,
        open_id: openId,
        reason,
        retry_after_seconds: retryAfterSeconds,
      })
    }
    case 'grant_finished': {
      const { appId, openId, reason } = event
      const facts = { app_id: appId, open_id: openId, reason }
      return write(`grant_${randomUUID()}`, 'token.reauthorization_required', now, facts)
    }
    case 'grant_revoked': {
      const { appId, openId, sessionId, source, reason } = event
      return write(`grant_${randomUUID()}`, 'token.revoked', now, {
        app_id: appId,
        open_id: openId,
        session_id: sessionId,
        source,
        reason,
      })
    }
    default:
      return null
  }
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
