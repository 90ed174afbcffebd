import { Counter, Histogram, type Registry } from 'prom-client'
import type { AuthEvent } from '../auth/events.ts'
import { FAULT_OF, type FailureReason } from '../auth/failure-reason.ts'
import { failureOfEnd } from '../auth/never-sent.ts'
import type { AuthSession } from '../auth/session.ts'
import { HUMAN_SECONDS } from './buckets.ts'
import { appLabel } from './count-gauge.ts'
import { AUTH_METHODS, FAILURE_REASONS, inSet, OTHER } from './label-sets.ts'

/** Every way for a session to end; the pairs of the labels `state` and `end_reason`. */
export const ENDS = [
  { state: 'completed', end_reason: 'token_stored' },
  { state: 'rejected', end_reason: 'declined_on_card' },
  { state: 'rejected', end_reason: 'access_denied' },
  { state: 'expired', end_reason: 'timed_out' },
  { state: 'expired', end_reason: 'invalidated' },
  { state: 'expired', end_reason: 'superseded' },
] as const

/** The metrics of sessions; they move on what the domain tells. */
export interface SessionMetrics {
  observe(event: AuthEvent): void
}

/** Registers the counters and the duration of sessions. */
export function createSessionMetrics(
  registry: Registry,
  appIds: readonly string[],
): SessionMetrics {
  const created = new Counter({
    name: 'lark_service_auth_session_total',
    help: 'Sessions created.',
    labelNames: ['app_id', 'auth_method'],
    registers: [registry],
  })
  const ended = new Counter({
    name: 'lark_service_auth_session_ended_total',
    help: 'Sessions that ended, by their last state and why.',
    labelNames: ['app_id', 'state', 'end_reason'],
    registers: [registry],
  })
  const expired = new Counter({
    name: 'lark_service_auth_session_expired_total',
    help: 'Sessions that moved to expired, for whatever end reason.',
    labelNames: ['app_id'],
    registers: [registry],
  })
  const succeeded = new Counter({
    name: 'lark_service_auth_success_total',
    help: 'Sessions that were completed, counted after the token was committed.',
    labelNames: ['app_id', 'auth_method'],
    registers: [registry],
  })
  const failed = new Counter({
    name: 'lark_service_auth_failure_total',
    help: 'Attempts that failed, sessions that a person declined or let run out, and cards that never went out, by whose turn it is to mend it.',
    labelNames: ['app_id', 'auth_method', 'reason', 'fault'],
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'lark_service_auth_duration_seconds',
    help: 'Time from the card being sent to the token being stored.',
    labelNames: ['app_id', 'auth_method'],
    buckets: HUMAN_SECONDS,
    registers: [registry],
  })
  zero()

  return {
    observe(event) {
      switch (event.type) {
        case 'step_reached':
          if (event.step === 'session_created') created.inc(labelsOf(event.session))
          return
        case 'session_ended':
          sessionEnded(event.session)
          return
        case 'attempt_failed':
          // What a person decides is counted when it ends their session, once.
          if (FAULT_OF[event.reason] !== 'user') countFailure(event.session, event.reason)
          return
        case 'stage_ended':
        case 'stray_token_kept':
        case 'stray_token_revoked':
        case 'card_worked_on':
        case 'webhook_tried':
          return
      }
    },
  }

  function sessionEnded(session: AuthSession): void {
    const labels = labelsOf(session)
    const { state, endReason } = session
    ended.inc({ app_id: labels.app_id, state, end_reason: endReason ?? 'token_stored' })
    if (session.state === 'completed') {
      succeeded.inc(labels)
      const { cardSentAt, endedAt } = session
      if (cardSentAt && endedAt) {
        // Two instances may disagree about the time by a little.
        duration.observe(labels, Math.max(0, (endedAt.getTime() - cardSentAt.getTime()) / 1000))
      }
    }
    if (session.state === 'expired') expired.inc({ app_id: labels.app_id })
    const reason = failureOfEnd(session)
    if (reason) countFailure(session, reason)
  }

  function countFailure(session: AuthSession | null, reason: FailureReason): void {
    failed.inc({ ...labelsOf(session), reason, fault: FAULT_OF[reason] })
  }

  /** A callback that fits no session has no method, and an app only if there is just one. */
  function labelsOf(session: AuthSession | null) {
    return {
      app_id: appLabel(appIds, session?.appId ?? null),
      auth_method: session ? inSet(AUTH_METHODS, session.authMethod) : OTHER,
    }
  }

  function zero(): void {
    for (const app_id of appIds) {
      expired.inc({ app_id }, 0)
      for (const { state, end_reason } of ENDS) ended.inc({ app_id, state, end_reason }, 0)
      for (const auth_method of AUTH_METHODS) {
        created.inc({ app_id, auth_method }, 0)
        succeeded.inc({ app_id, auth_method }, 0)
        duration.zero({ app_id, auth_method })
        for (const reason of FAILURE_REASONS) {
          failed.inc({ app_id, auth_method, reason, fault: FAULT_OF[reason] }, 0)
        }
      }
    }
    const reason = 'state_invalid'
    failed.inc({ ...labelsOf(null), reason, fault: FAULT_OF[reason] }, 0)
  }
}
