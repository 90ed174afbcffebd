import type { AuthEvent, AuthEvents, CardOutcome } from '../auth/events.ts'
import { FAULT_OF, type Fault } from '../auth/failure-reason.ts'
import { failureOfEnd } from '../auth/never-sent.ts'
import type { Log } from '../auth/ports.ts'
import type { AuthSession } from '../auth/session.ts'
import { writeGrantEvent } from './grant-event-log.ts'
import { writeWebhookEvent } from './webhook-event-log.ts'

/** Writes what the domain tells into the log; a session is named by its id, a person never. */
export interface EventLog {
  /** Follows the domain's events; the returned function stops that. */
  watch(events: Pick<AuthEvents, 'on'>): () => void
}

type Level = Parameters<Log>[0]

const LEVEL_OF_FAULT: Record<Fault, Level> = {
  user: 'info',
  security: 'warn',
  config: 'error',
  upstream: 'warn',
  internal: 'error',
}

const LEVEL_OF_OUTCOME: Record<CardOutcome, Level> = {
  ok: 'debug',
  retried: 'warn',
  rate_limited: 'warn',
  gone: 'info',
  failed: 'error',
}

/** Creates the writer of the domain's log lines. */
export function createEventLog(log: Log): EventLog {
  // What a failed attempt was told with is no news when the work on its card ends.
  const told = new WeakSet<object>()
  return { watch: (events) => events.on(write) }

  function write(event: AuthEvent): void {
    switch (event.type) {
      case 'step_reached':
        if (event.step === 'session_created') sessionCreated(event.session)
        else log('debug', 'session_step', { ...idsOf(event.session), step: event.step })
        return
      case 'session_ended':
        sessionEnded(event.session)
        return
      case 'attempt_failed': {
        const { reason, error, session } = event
        const fault = FAULT_OF[reason]
        if (typeof error === 'object' && error !== null) told.add(error)
        log(LEVEL_OF_FAULT[fault], 'attempt_failed', { ...idsOf(session), reason, fault, error })
        return
      }
      case 'stray_token_kept': {
        const { appId, sessionId, error } = event
        log('warn', 'stray_token_kept', { session_id: sessionId, app_id: appId, error })
        return
      }
      case 'stray_token_revoked':
        return
      case 'card_worked_on': {
        const { session, look, outcome, error } = event
        const isTold = typeof error === 'object' && error !== null && told.has(error)
        log(isTold ? 'info' : LEVEL_OF_OUTCOME[outcome], 'card_worked_on', {
          ...idsOf(session),
          look,
          outcome,
          ...(error === null ? {} : { attempts: session.card.attempts, error }),
        })
        return
      }
      case 'webhook_tried':
        writeWebhookEvent(log, event)
        return
      case 'stage_ended':
        return
      default:
        writeGrantEvent(log, event)
    }
  }

  function sessionCreated(session: AuthSession): void {
    const { authMethod, scopes, expiresAt } = session
    log('info', 'session_created', {
      ...idsOf(session),
      auth_method: authMethod,
      scopes,
      expires_at: expiresAt,
    })
  }

  function sessionEnded(session: AuthSession): void {
    const { state, endReason, createdAt, endedAt } = session
    if (state === 'pending') return
    const reason = failureOfEnd(session)
    log('info', `session_${state}`, {
      ...idsOf(session),
      ...(endReason === null ? {} : { end_reason: endReason }),
      ...(reason === null || reason === endReason ? {} : { reason }),
      ...(endedAt === null ? {} : { seconds: (endedAt.getTime() - createdAt.getTime()) / 1000 }),
    })
  }
}

function idsOf(session: AuthSession | null): Record<string, string> {
  return session === null ? {} : { session_id: session.id, app_id: session.appId }
}
