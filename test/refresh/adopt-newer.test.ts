import { expect, it } from 'vitest'
import { adoptNewer } from '../../src/auth/adopt-newer.ts'
import type { Grant } from '../../src/auth/grant.ts'
import { aGrant, aSession, inSeconds, NOW } from '../store/contract/samples.ts'

/** What comes of a grant that somebody else has written. */
function adopt(changes: Partial<Grant> | null) {
  const newer = changes && { ...aGrant(aSession({ openId: 'ou_lin' })), version: 2, ...changes }
  return adoptNewer(newer, NOW, ({ appId, openId, scopes, accessTokenExpiresAt }) => ({
    ...{ accessToken: 'u-only-a-test', expiresAt: accessTokenExpiresAt },
    ...{ appId, openId, scopes },
  }))
}

it('their token is adopted while it lives, be it for a second', () => {
  expect(adopt({ accessTokenExpiresAt: inSeconds(1) })).toMatchObject({
    kind: 'fresh',
    how: 'adopted',
    token: { openId: 'ou_lin', accessToken: 'u-only-a-test', expiresAt: inSeconds(1) },
  })
})

it('their token is adopted while it lives although nothing can refresh it', () => {
  expect(adopt({ sealedRefreshToken: null })).toMatchObject({ kind: 'fresh', how: 'adopted' })
})

it('a grant that is gone is missing', () => {
  expect(adopt(null)).toEqual({ kind: 'missing' })
})

it('a grant without any token was revoked', () => {
  const ended = { accessTokenExpiresAt: NOW, sealedRefreshToken: null }
  expect(adopt(ended)).toEqual({ kind: 'finished', reason: 'revoked' })
})

it('a token that is over already is to be refreshed by the next caller, at once', () => {
  expect(adopt({ accessTokenExpiresAt: NOW })).toEqual({
    kind: 'setback',
    reason: 'lease_timeout',
    error: null,
    retryAfterSeconds: 1,
  })
})
