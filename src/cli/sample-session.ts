import type { FailureReason } from '../auth/failure-reason.ts'
import type { AuthSession, CardLook, EndReason, Locale, SessionState } from '../auth/session.ts'

/** What a preview may choose. */
export type Sample = { look: CardLook; locale: Locale; scopes: readonly string[]; reason: string }

/** A session whose card has the wanted look; it belongs to nobody and is stored nowhere. */
export function sampleSession({ look, locale, scopes, reason }: Sample): AuthSession {
  const createdAt = new Date()
  const minutesLater = (minutes: number) => new Date(createdAt.getTime() + minutes * 60_000)
  const { state, endReason, failure } = standing(look)
  const isAhead = look === 'authorize_again:ends_soon'
  return {
    id: '00000000-0000-4000-8000-000000000000',
    appId: 'cli_0123456789abcdef',
    openId: 'ou_sample',
    tenantKey: null,
    state,
    endReason,
    authMethod: 'websocket_card',
    scopes,
    grantedScopes: state === 'completed' ? scopes : null,
    reason,
    locale,
    chatId: null,
    lastFailure: failure && { reason: failure, at: createdAt },
    mismatches: 0,
    ticketHash: '',
    sealedTicket: '',
    heldUntil: null,
    grantEndsAt: isAhead ? minutesLater(7 * 24 * 60) : null,
    card: {
      messageId: null,
      shows: null,
      wants: look,
      wantsSince: minutesLater(5),
      dueAt: null,
      attempts: 0,
    },
    createdAt,
    cardSentAt: createdAt,
    expiresAt: minutesLater(isAhead ? 3 * 24 * 60 : 10),
    endedAt: state === 'pending' ? null : minutesLater(2),
  }
}

type Standing = { state: SessionState; endReason: EndReason | null; failure: FailureReason | null }

function standing(look: CardLook): Standing {
  const pending = (failure: FailureReason | null): Standing => ({
    state: 'pending',
    endReason: null,
    failure,
  })
  switch (look) {
    case 'asking':
    case 'authorize_again:ran_out':
    case 'authorize_again:revoked':
    case 'authorize_again:lost':
    case 'authorize_again:changed':
    case 'authorize_again:ends_soon':
      return pending(null)
    case 'asking_again:wrong_account':
      return pending('identity_mismatch')
    case 'asking_again:needs_admin':
      return pending('scope_not_enabled')
    case 'asking_again:not_available':
      return pending('no_app_permission')
    case 'asking_again:feishu_trouble':
      return pending('upstream_5xx')
    case 'asking_again:try_again':
      return pending('code_expired')
    case 'completed':
    case 'revoked:by_person':
    case 'revoked:by_admin':
    case 'revoked:by_feishu':
      return { state: 'completed', endReason: null, failure: null }
    case 'rejected':
      return { state: 'rejected', endReason: 'declined_on_card', failure: null }
    case 'expired':
      return { state: 'expired', endReason: 'timed_out', failure: null }
    case 'superseded':
      return { state: 'expired', endReason: 'superseded', failure: null }
  }
}
