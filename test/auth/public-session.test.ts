import { describe, expect, it } from 'vitest'
import { toPublicSession } from '../../src/auth/public-session.ts'
import { aSession, inSeconds, NOW } from '../store/contract/samples.ts'

describe('a session as the outside sees it', () => {
  it('while it waits says what is asked and until when, and nothing of an end', () => {
    const waiting = aSession({ id: 'ses_1', openId: 'ou_lin', scopes: ['a'] })
    expect(toPublicSession(waiting)).toEqual({
      session_id: 'ses_1',
      app_id: 'cli_a',
      open_id: 'ou_lin',
      state: 'pending',
      end_reason: null,
      auth_method: 'websocket_card',
      scopes: ['a'],
      granted_scopes: null,
      reason: null,
      last_failure: null,
      card: { message_id: null, shows: null, look: null },
      created_at: '2026-11-20T08:00:00.123Z',
      expires_at: '2026-11-20T08:10:00.123Z',
      ended_at: null,
    })
  })

  it('that has ended says how, and what the card tells of it', () => {
    const ended = aSession({
      state: 'completed',
      grantedScopes: ['a'],
      reason: 'To read your calendar',
      lastFailure: { reason: 'rate_limited', at: inSeconds(20) },
      card: {
        ...aSession().card,
        messageId: 'om_1',
        shows: 'revoked:by_person',
        wants: 'revoked:by_admin',
      },
      endedAt: inSeconds(30),
    })
    expect(toPublicSession(ended)).toMatchObject({
      state: 'completed',
      granted_scopes: ['a'],
      reason: 'To read your calendar',
      last_failure: { reason: 'rate_limited', at: '2026-11-20T08:00:20.123Z' },
      card: { message_id: 'om_1', shows: 'completed', look: 'revoked:by_person' },
      ended_at: '2026-11-20T08:00:30.123Z',
    })
  })

  it('gives away neither the link nor the tenant', () => {
    const session = aSession({ tenantKey: 'tenant-1', chatId: 'oc_team', createdAt: NOW })
    const written = JSON.stringify(toPublicSession(session))
    for (const secret of [session.ticketHash, session.sealedTicket, 'tenant-1']) {
      expect(written).not.toContain(secret)
    }
  })
})
