import type { GrantEvent } from '../auth/grant-events.ts'
import type { Log } from '../auth/ports.ts'

type Level = Parameters<Log>[0]
type RefreshEnded = Extract<GrantEvent, { type: 'refresh_ended' }>

/** Writes what happened to a grant; its app and session are named, the person never. */
export function writeGrantEvent(log: Log, event: GrantEvent): void {
  switch (event.type) {
    case 'refresh_step':
      log('debug', 'refresh_step', { app_id: event.appId, step: event.step })
      return
    case 'refresh_ended':
      refreshEnded(log, event)
      return
    case 'refresh_shared':
      log('debug', 'refresh_shared', { app_id: event.appId, how: event.how })
      return
    case 'lease_waited':
      log('debug', 'lease_waited', { seconds: event.seconds })
      return
    case 'lease_lost':
      log('warn', 'lease_lost', { app_id: event.appId })
      return
    case 'crash_recovered':
      log('info', 'crash_recovered', { app_id: event.appId, result: event.result })
      return
    case 'token_asked':
      return
    case 'refresh_not_saved':
      log('error', 'refresh_not_saved', { app_id: event.appId, error: event.error })
      return
    case 'refresh_unexplained':
      log('error', 'refresh_unexplained', { app_id: event.appId, error: event.error })
      return
    case 'grant_revoked': {
      const { appId, sessionId, source, reason } = event
      log('info', 'grant_revoked', { session_id: sessionId, app_id: appId, source, reason })
      return
    }
    case 'revocation_not_told':
      log('warn', 'revocation_not_told', { app_id: event.appId, error: event.error })
      return
    case 'grant_unrefreshable': {
      const { appId, why, advice } = event
      // Who asks for no refresh token wants none; the others wait for one in vain.
      log(why === 'not_asked' ? 'info' : 'warn', 'grant_unrefreshable', {
        app_id: appId,
        reason: why,
        advice,
      })
      return
    }
    case 'grant_finished': {
      const { appId, reason } = event
      // A token spent by nobody here was spent elsewhere: a second deployment, or a restored backup.
      const level = reason === 'reused' || reason === 'lost_rotation' ? 'error' : 'info'
      log(level, 'grant_finished', { app_id: appId, reason })
    }
  }
}

function refreshEnded(log: Log, { appId, decision, result, seconds }: RefreshEnded): void {
  const failure =
    result.kind === 'setback'
      ? { reason: result.reason, ...(result.error && { error: result.error }) }
      : result.kind === 'finished'
        ? { reason: result.reason }
        : decision === 'failure' && { reason: 'persist_failed' }
  log(levelOf({ decision, result }), 'refresh_ended', {
    app_id: appId,
    outcome: decision,
    seconds,
    ...failure,
  })
}

/** An end of the grant is told of by its own line; a refresh that was not needed is no news. */
function levelOf({ decision, result }: Pick<RefreshEnded, 'decision' | 'result'>): Level {
  if (decision === 'success') return 'info'
  return result.kind === 'setback' && decision === 'failure' ? 'warn' : 'debug'
}
