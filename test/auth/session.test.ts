import { describe, expect, it } from 'vitest'
import type { FailureReason } from '../../src/auth/failure-reason.ts'
import {
  CARD_LOOKS,
  type CardLook,
  isFinal,
  isOpen,
  isRevoked,
  lookAfter,
  lookAfterFailure,
  type SessionMove,
  type SessionState,
  stateShown,
} from '../../src/auth/session.ts'
import { aSession, inSeconds, NOW } from '../store/contract/samples.ts'

describe('a session', () => {
  it.each<[SessionState, boolean]>([
    ['pending', false],
    ['completed', true],
    ['rejected', true],
    ['expired', true],
  ])('that is %s is final: %s', (state, answer) => {
    expect(isFinal(state)).toBe(answer)
  })

  it('is open while it is pending and its time is not over', () => {
    const open = { ...aSession(), expiresAt: inSeconds(1) }
    expect(isOpen(open, NOW)).toBe(true)
    expect(isOpen({ ...open, expiresAt: NOW }, NOW)).toBe(false)
    expect(isOpen({ ...open, state: 'rejected' }, NOW)).toBe(false)
  })

  it('is revoked when its card tells so, or soon will', () => {
    const revoked = CARD_LOOKS.filter((wants) => {
      const session = aSession()
      return isRevoked({ ...session, card: { ...session.card, wants } })
    })
    expect(revoked).toEqual(['revoked:by_person', 'revoked:by_admin', 'revoked:by_feishu'])
  })
})

describe('the card of a session', () => {
  it.each<[SessionMove, CardLook]>([
    [{ to: 'completed', grantedScopes: [], tenantKey: null }, 'completed'],
    [{ to: 'rejected', endReason: 'access_denied' }, 'rejected'],
    [{ to: 'rejected', endReason: 'declined_on_card' }, 'rejected'],
    [{ to: 'expired', endReason: 'timed_out' }, 'expired'],
    [{ to: 'expired', endReason: 'invalidated' }, 'expired'],
    [{ to: 'expired', endReason: 'superseded' }, 'superseded'],
  ])('after %j is %s', (move, look) => {
    expect(lookAfter(move)).toBe(look)
  })

  it.each<[FailureReason, string]>([
    ['identity_mismatch', 'wrong_account'],
    ['redirect_uri_mismatch', 'needs_admin'],
    ['scope_not_enabled', 'needs_admin'],
    ['app_not_installed', 'needs_admin'],
    ['app_disabled', 'needs_admin'],
    ['bad_client', 'needs_admin'],
    ['card_undeliverable', 'needs_admin'],
    ['no_app_permission', 'not_available'],
    ['upstream_5xx', 'feishu_trouble'],
    ['upstream_timeout', 'feishu_trouble'],
    ['rate_limited', 'feishu_trouble'],
    ['declined_on_card', 'try_again'],
    ['access_denied', 'try_again'],
    ['timed_out', 'try_again'],
    ['state_invalid', 'try_again'],
    ['pkce_failed', 'try_again'],
    ['code_expired', 'try_again'],
    ['code_used', 'try_again'],
    ['db_error', 'try_again'],
    ['crypto_error', 'try_again'],
    ['internal', 'try_again'],
  ])('after the failure %s asks again with %s', (reason, again) => {
    expect(lookAfterFailure(reason)).toBe(`asking_again:${again}`)
  })

  const shown: Record<CardLook, SessionState> = {
    asking: 'pending',
    'authorize_again:ran_out': 'pending',
    'authorize_again:revoked': 'pending',
    'authorize_again:lost': 'pending',
    'authorize_again:changed': 'pending',
    'authorize_again:ends_soon': 'pending',
    'asking_again:wrong_account': 'pending',
    'asking_again:needs_admin': 'pending',
    'asking_again:not_available': 'pending',
    'asking_again:feishu_trouble': 'pending',
    'asking_again:try_again': 'pending',
    completed: 'completed',
    'revoked:by_person': 'completed',
    'revoked:by_admin': 'completed',
    'revoked:by_feishu': 'completed',
    rejected: 'rejected',
    expired: 'expired',
    superseded: 'expired',
  }
  it.each(CARD_LOOKS)('that looks %s tells of the state that its session is in', (look) => {
    expect(stateShown(look)).toBe(shown[look])
  })
})
