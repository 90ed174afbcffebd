import { createApps } from '../../src/auth/apps.ts'
import type { AppSettings } from '../../src/auth/ports.ts'
import type { AuthSession } from '../../src/auth/session.ts'
import type { HttpAuth } from '../../src/http/http-neighbours.ts'

/** The app of these tests. */
export const APP: AppSettings = {
  appId: 'cli_0123456789abcdef',
  brand: 'feishu',
  redirectUri: 'https://bot.example/callback',
  defaultScopes: ['offline_access'],
}

/** A pending session, as it may come out of the domain. */
export function aSession(overrides: Partial<AuthSession> = {}): AuthSession {
  return {
    id: '6b1f6f0e-0000-4000-8000-000000000001',
    appId: APP.appId,
    openId: 'ou_lin',
    tenantKey: null,
    state: 'pending',
    endReason: null,
    authMethod: 'websocket_card',
    scopes: ['calendar:calendar:readonly'],
    grantedScopes: null,
    reason: 'Plan the week',
    locale: null,
    chatId: null,
    lastFailure: null,
    mismatches: 0,
    ticketHash: 'hash-of-ticket',
    sealedTicket: 'sealed-ticket',
    heldUntil: null,
    grantEndsAt: null,
    card: {
      messageId: 'om_1',
      shows: 'asking',
      wants: 'asking',
      wantsSince: null,
      dueAt: null,
      attempts: 0,
    },
    createdAt: new Date('2026-11-20T08:00:00.000Z'),
    cardSentAt: new Date('2026-11-20T08:00:01.000Z'),
    expiresAt: new Date('2026-11-20T08:10:00.000Z'),
    endedAt: null,
    ...overrides,
  }
}

/** The ticket in the link of every session here. */
export const TICKET = 'T'.repeat(43)

/** Use cases that a test gives answers to; the others fail loudly. */
export function fakeAuth(answers: Partial<HttpAuth> = {}, apps = [APP]): HttpAuth {
  const unexpected = (name: string) => () => Promise.reject(new Error(`${name} was not expected`))
  return {
    apps: createApps(apps),
    tickets: {
      issue: () => ({ ticketHash: '', sealedTicket: '' }),
      link: () => (apps[0]?.redirectUri ?? '').replace(/callback$/, `auth/${TICKET}`),
    },
    openLink: unexpected('openLink'),
    completeAuthorization: unexpected('completeAuthorization'),
    sendAgain: unexpected('sendAgain'),
    requestAuthorization: unexpected('requestAuthorization'),
    readSession: unexpected('readSession'),
    waitForSession: unexpected('waitForSession'),
    invalidateSession: unexpected('invalidateSession'),
    readUserAccessToken: unexpected('readUserAccessToken'),
    getUserAccessToken: Object.assign(unexpected('getUserAccessToken'), {
      orSession: unexpected('getUserAccessToken.orSession'),
    }),
    tokens: {
      revokeGrant: {
        here: unexpected('revokeGrant.here'),
        toldByFeishu: unexpected('revokeGrant.toldByFeishu'),
      },
    },
    ...answers,
  }
}
