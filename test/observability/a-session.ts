import type { AuthSession } from '../../src/auth/session.ts'

export const APP = 'cli_a1b2c3d4e5f60718'
export const OTHER_APP = 'cli_b1b2c3d4e5f60718'

/** A pending session whose every identifying value holds CANARY, with what a test changes about it. */
export function aSession(changes: Partial<AuthSession> = {}): AuthSession {
  return {
    id: '018f6a3e-7c1d-7b3e-9a55-0d4c5b6a7f80',
    appId: APP,
    openId: 'ou_CANARY',
    tenantKey: 'CANARY',
    state: 'pending',
    endReason: null,
    authMethod: 'websocket_card',
    scopes: ['offline_access'],
    grantedScopes: null,
    reason: 'CANARY',
    locale: null,
    chatId: 'oc_CANARY',
    lastFailure: null,
    mismatches: 0,
    ticketHash: 'CANARY',
    sealedTicket: 'CANARY',
    heldUntil: null,
    grantEndsAt: null,
    card: {
      messageId: 'om_CANARY',
      shows: null,
      wants: 'asking',
      wantsSince: null,
      dueAt: null,
      attempts: 2,
    },
    createdAt: new Date('2026-01-01T00:00:00Z'),
    cardSentAt: new Date('2026-01-01T00:00:01Z'),
    expiresAt: new Date('2026-01-01T00:10:00Z'),
    endedAt: null,
    ...changes,
  }
}
