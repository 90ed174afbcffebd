import { describe, expect, it } from 'vitest'
import type { Grant } from '../../src/auth/grant.ts'
import { grantState } from '../../src/auth/grant-state.ts'
import { aGrant, aSession, inSeconds, NOW } from '../store/contract/samples.ts'

const grant = (changes: Partial<Grant> = {}): Grant => ({
  ...aGrant(aSession()),
  version: 3,
  ...changes,
})

describe('the state of a grant', () => {
  it.each<[string, Partial<Grant>]>([
    ['fresh', {}],
    ['refreshable', { accessTokenExpiresAt: NOW }],
    ['refreshable', { accessTokenExpiresAt: NOW, refreshTokenExpiresAt: null }],
    ['ended', { accessTokenExpiresAt: NOW, refreshTokenExpiresAt: NOW }],
    ['ended', { accessTokenExpiresAt: NOW, sealedRefreshToken: null, refreshTokenExpiresAt: null }],
    ['fresh', { accessTokenExpiresAt: inSeconds(1), sealedRefreshToken: null }],
  ])('is %s without a mark (%j)', (state, changes) => {
    expect(grantState(grant(changes), null, NOW)).toBe(state)
  })

  it('is what its mark says, unless a newer consent makes the mark moot', () => {
    const mark = { status: 'reauth_required', reason: 'expired', version: 3, at: NOW } as const
    expect(grantState(grant(), mark, NOW)).toBe('reauth_required')
    expect(grantState(grant({ version: 4 }), mark, NOW)).toBe('fresh')
  })
})
