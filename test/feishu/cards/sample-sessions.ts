import type { AuthSession, CardLook } from '../../../src/auth/session.ts'
import type { CardContext } from '../../../src/feishu/cards/card-face.ts'

/** Surroundings as in production on Feishu. */
export const CONTEXT: CardContext = {
  appName: '周报助手 Weekly Bot',
  brand: 'feishu',
  authorizeLink: 'https://auth.example.com/auth/tck_Qm9yaW5nVGlja2V0',
  appLinkBaseUrl: 'https://applink.feishu.cn',
  consoleBaseUrl: 'https://open.feishu.cn',
}

/** Surroundings as in production on Lark. */
export const LARK_CONTEXT: CardContext = {
  ...CONTEXT,
  brand: 'lark',
  appLinkBaseUrl: 'https://applink.larksuite.com',
  consoleBaseUrl: 'https://open.larksuite.com',
}

/** When the grant ends that a sample card would renew. */
export const GRANT_ENDS_AT = new Date('2026-11-27T05:00:00Z')

/** A session whose card wants a look. */
export function sampleSession(
  wants: CardLook,
  changes: Partial<Omit<AuthSession, 'card'>> = {},
): AuthSession {
  const isAhead = wants === 'authorize_again:ends_soon'
  return {
    id: 'ses_01JD0SESSION',
    appId: 'cli_a1b2c3d4e5f6',
    openId: 'ou_7d8a6e6df7621556ce0d21922b676706',
    tenantKey: '736588c9260f175d',
    ...stateOf(wants),
    authMethod: 'websocket_card',
    scopes: ['calendar:calendar:readonly', 'docx:document:readonly', 'offline_access'],
    reason: '为你整理每周的日程和周报',
    locale: null,
    chatId: null,
    lastFailure: null,
    mismatches: 0,
    ticketHash: 'hash-of-the-ticket',
    sealedTicket: 'sealed-ticket',
    heldUntil: null,
    grantEndsAt: isAhead ? GRANT_ENDS_AT : null,
    card: {
      messageId: 'om_1',
      shows: null,
      wants,
      wantsSince: new Date('2026-11-20T06:10:00Z'),
      dueAt: null,
      attempts: 0,
    },
    createdAt: new Date('2026-11-20T05:32:00Z'),
    cardSentAt: new Date('2026-11-20T05:32:01Z'),
    expiresAt: new Date(isAhead ? '2026-11-23T05:32:00Z' : '2026-11-20T05:42:00Z'),
    ...changes,
  }
}

type Ending = Pick<AuthSession, 'state' | 'endReason' | 'grantedScopes' | 'endedAt'>

function stateOf(wants: CardLook): Ending {
  const endedAt = new Date('2026-11-20T05:35:00Z')
  switch (wants) {
    case 'completed':
    case 'revoked:by_person':
    case 'revoked:by_admin':
    case 'revoked:by_feishu': {
      const grantedScopes = ['calendar:calendar:readonly', 'offline_access', 'auth:user.id:read']
      return { state: 'completed', endReason: null, grantedScopes, endedAt }
    }
    case 'rejected':
      return { state: 'rejected', endReason: 'declined_on_card', grantedScopes: null, endedAt }
    case 'expired':
      return { state: 'expired', endReason: 'timed_out', grantedScopes: null, endedAt }
    case 'superseded':
      return { state: 'expired', endReason: 'superseded', grantedScopes: null, endedAt }
    default:
      return { state: 'pending', endReason: null, grantedScopes: null, endedAt: null }
  }
}
