import { type AuthSession, stateShown } from './session.ts'

/** Writes a session as the outside sees it, over HTTP and in webhooks: no link, no ticket and no tenant. */
export function toPublicSession(session: AuthSession) {
  const { lastFailure, card } = session
  return {
    session_id: session.id,
    app_id: session.appId,
    open_id: session.openId,
    state: session.state,
    end_reason: session.endReason,
    auth_method: session.authMethod,
    scopes: [...session.scopes],
    granted_scopes: session.grantedScopes && [...session.grantedScopes],
    reason: session.reason,
    last_failure: lastFailure && { reason: lastFailure.reason, at: lastFailure.at.toISOString() },
    card: {
      message_id: card.messageId,
      shows: card.shows && stateShown(card.shows),
      look: card.shows,
    },
    created_at: session.createdAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    ended_at: session.endedAt?.toISOString() ?? null,
  }
}
