import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWithdrawAfterEnd } from '../../src/auth/withdraw-request.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const KEY = { appId: APP.appId, openId: LIN.openId }
const DAY = 86_400_000

let domain: Domain
beforeEach(async () => {
  domain = await createDomain({
    ahead: { days: 7, quiet: { span: { from: 0, to: 0 }, timeZone: 'UTC' } },
  })
})
afterEach(() => domain.close())

async function consent() {
  const { session } = await domain.auth.requestAuthorization(KEY)
  await domain.agree(session.id)
}

function mark(
  reason:
    | 'expired'
    | 'no_refresh_token'
    | 'revoked'
    | 'reused'
    | 'lost_rotation'
    | 'invalid'
    | 'user_status'
    | 'ambiguous'
    | null,
) {
  const status = reason === 'ambiguous' ? reason : 'reauth_required'
  return domain.store.upkeeps.mark(KEY, { status, reason, version: 1, at: domain.clock.now() })
}

async function look() {
  const { session } = await domain.auth.requestAuthorization({ ...KEY, scopes: ['mail:read'] })
  return session.card.shows
}

describe('the card of somebody who is asked', () => {
  it('asks plainly for the first time, and for more while a grant works', async () => {
    const { session } = await domain.auth.requestAuthorization({ openId: 'ou_new' })
    expect(session.card.shows).toBe('asking')
    await consent()
    expect(await look()).toBe('asking')
  })

  it('asks plainly for more while only the access token has run out', async () => {
    await consent()
    domain.clock.advance(DAY / 8)
    expect(await look()).toBe('asking')
  })

  it.each([
    ['expired', 'authorize_again:ran_out'],
    ['no_refresh_token', 'authorize_again:ran_out'],
    ['revoked', 'authorize_again:revoked'],
    ['reused', 'authorize_again:lost'],
    ['lost_rotation', 'authorize_again:lost'],
    ['invalid', 'authorize_again:changed'],
    ['user_status', 'authorize_again:changed'],
    [null, 'authorize_again:ran_out'],
    ['ambiguous', 'asking'],
  ] as const)('tells of a grant that ended as %s: %s', async (reason, expected) => {
    await consent()
    await mark(reason)
    expect(await look()).toBe(expected)
  })

  it('tells of a grant that ran out unnoticed', async () => {
    await consent()
    domain.clock.advance(8 * DAY)
    expect(await look()).toBe('authorize_again:ran_out')
  })

  it('tells of a grant that Feishu ended', async () => {
    await consent()
    const told = { ...KEY, tokens: 'both', reason: 'user', at: null } as const
    await domain.auth.grantEndings.tokensRevoked(told)
    expect(await look()).toBe('authorize_again:revoked')
  })

  it('tells of a grant that was revoked, though nobody has said why', async () => {
    await consent()
    const at = domain.clock.now()
    await domain.store.upkeeps.mark(KEY, { status: 'revoked', reason: null, version: 1, at })
    expect(await look()).toBe('authorize_again:revoked')
  })

  it('tells nothing of an end that a newer consent has made moot', async () => {
    await consent()
    await mark('revoked')
    await domain.auth.requestAuthorization(KEY)
    await consent()
    expect(await look()).toBe('asking')
  })

  it('asks plainly after they have taken it back here themselves', async () => {
    await consent()
    await domain.auth.tokens.revokeGrant.here(KEY, 'user')
    expect(await look()).toBe('asking')
  })
})

describe('a card asked ahead of time', () => {
  it('is withdrawn when the grant ends before, for there is nothing left to renew', async () => {
    const { store, clock, background, auth } = domain
    domain.events.on(createWithdrawAfterEnd({ ...auth, store, clock, background }))
    domain.oauth.reply = { refreshTokenExpiresIn: 365 * 86_400 }
    await consent()
    await store.upkeeps.adopt(domain.clock.now(), 9)
    domain.clock.advance(360 * DAY)
    expect(await auth.askAhead.due()).toEqual({ asked: 1 })
    const ahead = await store.sessions.findPending(KEY.appId, KEY.openId)
    await auth.tokens.revokeGrant.here(KEY, 'user')
    await background.drain()
    expect(await auth.readSession(ahead?.id ?? '')).toMatchObject({ endReason: 'invalidated' })
  })
})
