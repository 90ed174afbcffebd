import type { AuthEvent, AuthListener } from '../auth/events.ts'
import type { AuthSession } from '../auth/session.ts'
import type { Audit, AuditNote } from './audit.ts'

/** Creates the listener that records what the domain tells: who was asked, what they decided, and what went wrong. */
export function createAuditEvents(audit: Pick<Audit, 'note'>): AuthListener {
  return (event) => {
    const note = noteOf(event)
    if (note) audit.note(note)
  }
}

function noteOf(event: AuthEvent): AuditNote | null {
  switch (event.type) {
    case 'step_reached':
      if (event.step !== 'session_created') return null
      return { action: 'session_asked', ...aboutSession(event.session) }
    case 'session_ended':
      return noteOfEnd(event.session)
    case 'attempt_failed': {
      const about = event.session ? aboutSession(event.session) : {}
      // A card that cannot be shown fails whoever asked; everything else fails in the person's hands.
      const actor = event.reason === 'card_undeliverable' ? undefined : 'person'
      return { action: 'authorization_failed', outcome: event.reason, ...about, actor }
    }
    case 'grant_revoked': {
      const { appId, openId, sessionId, source, reason } = event
      const detail = { session_id: sessionId, reason }
      const actor =
        source === 'upstream_event' ? 'feishu' : source === 'user' ? 'person' : undefined
      return { action: 'token_revoked', appId, openId, detail, actor }
    }
    default:
      return null
  }
}

/** A session that ran out, or that gave way to a wider one, was ended by nobody. */
function noteOfEnd(session: AuthSession): AuditNote | null {
  if (session.state === 'completed') {
    const { appId, openId, detail } = aboutSession(session)
    const scopes = session.grantedScopes ?? []
    return {
      ...{ action: 'authorization_completed', appId, openId, actor: 'person' },
      detail: { ...detail, scopes },
    }
  }
  if (session.state === 'rejected') {
    const outcome = session.endReason ?? 'declined_on_card'
    return { action: 'authorization_rejected', outcome, ...aboutSession(session), actor: 'person' }
  }
  if (session.endReason !== 'invalidated') return null
  return { action: 'session_invalidated', ...aboutSession(session) }
}

function aboutSession({ id, appId, openId, scopes }: AuthSession) {
  return { appId, openId, detail: { session_id: id, scopes } }
}
