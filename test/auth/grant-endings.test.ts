import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store, TokenReply } from '../../src/auth/ports.ts'
import { createWithdrawAfterEnd } from '../../src/auth/withdraw-request.ts'
import {
  AuthorizationInProgressError,
  FeishuUnavailableError,
  PersonNotAllowedError,
} from '../../src/errors.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const SECOND = 1000
const KEY = { appId: APP.appId, openId: LIN.openId }
const LEFT = { ...KEY, why: 'resigned', at: null } as const
const FROZEN = { ...KEY, why: 'frozen', at: null } as const

let domain: Domain
/** Called before anything of a grant ends; lets a test act in between. */
let beforeEnd: () => Promise<unknown>
/** Called before an access token alone ends, and before its refresh. */
let beforeEndOfAccess: () => Promise<unknown>
let beforeRefresh: () => Promise<unknown>
beforeEach(async () => {
  beforeEnd = async () => {}
  beforeEndOfAccess = async () => {}
  beforeRefresh = async () => {}
  domain = await createDomain({ store: endingLate })
})
afterEach(() => domain.close())

function endingLate(real: Store): Store {
  const end: Store['grants']['end'] = async (...which) => {
    await beforeEnd()
    return real.grants.end(...which)
  }
  const endAccess: Store['grants']['endAccess'] = async (...which) => {
    await beforeEndOfAccess()
    return real.grants.endAccess(...which)
  }
  const claim: Store['upkeeps']['claim'] = async (...which) => {
    await beforeRefresh()
    return real.upkeeps.claim(...which)
  }
  return {
    ...real,
    grants: { ...real.grants, end, endAccess },
    upkeeps: { ...real.upkeeps, claim },
  }
}

const ask = async () => (await domain.auth.requestAuthorization({ openId: LIN.openId })).session.id
const fromNow = (seconds: number) => new Date(domain.clock.now().getTime() + seconds * SECOND)
const mark = async () => (await domain.store.upkeeps.find(KEY))?.mark?.status ?? null
const grant = () => domain.store.grants.find(APP.appId, LIN.openId)
const told = (type: string) => domain.seen.filter((event) => event.type === type)
/** What the next caller gets. */
const next = () => domain.auth.tokens.findFreshToken(KEY)
const revoked = (
  changes: { tokens?: 'access' | 'refresh' | 'both'; at?: Date | null; reason?: 'admin' } = {},
) =>
  domain.auth.grantEndings.tokensRevoked({
    ...KEY,
    tokens: 'both',
    reason: 'admin',
    at: domain.clock.now(),
    ...changes,
  })

async function authorize(reply: Partial<TokenReply> = {}): Promise<string> {
  domain.oauth.reply = reply
  await domain.agree(await ask())
  const found = await next()
  if (found.kind !== 'token') throw new Error('the consent brought no token')
  return found.token.accessToken
}

/** Lets time pass until the work is done. */
async function passing<Result>(work: Promise<Result>): Promise<Result> {
  let isOver = false
  const over = work.finally(() => {
    isOver = true
  })
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve))
    domain.clock.advance(50)
  }
  return over
}

/** What Feishu answers to the next refresh. */
function refreshBrings(accessToken: string): void {
  const reply = {
    ...{ accessToken, expiresIn: 7200, refreshToken: `eyJ-refresh-${accessToken}` },
    ...{ refreshTokenExpiresIn: 604_800, scopes: ['offline_access'] },
  }
  domain.oauth.refreshed.push({ kind: 'tokens', reply })
}

describe('tokens that Feishu ended', () => {
  it.each(['both', 'refresh'] as const)('end the grant: %s', async (tokens) => {
    await authorize()
    await revoked({ tokens })
    expect(await mark()).toBe('revoked')
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'revoked' })
    expect(told('grant_revoked')).toMatchObject([{ source: 'upstream_event', reason: 'admin' }])
  })

  it('end the grant although it was refreshed between the end and its news', async () => {
    await authorize()
    domain.clock.advance(600 * SECOND)
    refreshBrings('eyJ-new')
    await domain.auth.tokens.findFreshToken({ ...KEY, forceRefresh: true })
    await revoked({ tokens: 'both', at: fromNow(-300) })
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'revoked' })
  })

  it('were the access token alone: the next caller gets a new one', async () => {
    const dead = await authorize()
    refreshBrings('eyJ-new')
    await revoked({ tokens: 'access' })
    const found = await next()
    expect(found).toMatchObject({ kind: 'token', token: { accessToken: 'eyJ-new' } })
    expect(found).not.toMatchObject({ token: { accessToken: dead } })
    expect(told('grant_revoked')).toEqual([])
  })

  it('were the access token alone: the new one is there before anybody asks', async () => {
    await authorize()
    refreshBrings('eyJ-new')
    await revoked({ tokens: 'access' })
    expect(await grant()).toMatchObject({ version: 2 })
    expect(told('refresh_ended')).toMatchObject([{ decision: 'success' }])
  })

  it('were the access token alone, and somebody else refreshes it first: once is enough', async () => {
    await authorize()
    refreshBrings('eyJ-new')
    refreshBrings('eyJ-newer')
    beforeRefresh = async () => {
      beforeRefresh = async () => {}
      await domain.auth.tokens.findFreshToken({ ...KEY, forceRefresh: true })
    }
    await revoked({ tokens: 'access' })
    expect(await grant()).toMatchObject({ version: 2 })
    expect(domain.oauth.refreshed).toHaveLength(1)
  })

  it('were the access token alone, during a pause: Feishu is not asked before it is over', async () => {
    await authorize()
    await expect(
      domain.auth.tokens.findFreshToken({ ...KEY, forceRefresh: true }),
    ).rejects.toMatchObject({ code: 'token_refresh_failed' })
    refreshBrings('eyJ-new')
    await revoked({ tokens: 'access' })
    expect(domain.oauth.refreshed).toHaveLength(1)
    await expect(next()).rejects.toMatchObject({ code: 'token_refresh_failed' })
  })

  it('were the access token alone, of a grant that is refreshed just then', async () => {
    await authorize()
    refreshBrings('eyJ-new')
    refreshBrings('eyJ-newer')
    beforeEndOfAccess = async () => {
      beforeEndOfAccess = async () => {}
      domain.clock.advance(SECOND)
      await domain.auth.tokens.findFreshToken({ ...KEY, forceRefresh: true })
    }
    await revoked({ tokens: 'access', at: fromNow(0) })
    // Whether the new one is meant as well only Feishu can tell.
    expect(await next()).toMatchObject({ token: { accessToken: 'eyJ-newer' } })
    expect(await grant()).toMatchObject({ version: 3 })
  })

  it('were the access token alone, and Feishu is away: nobody gets the dead one', async () => {
    await authorize()
    await revoked({ tokens: 'access' })
    await expect(next()).rejects.toMatchObject({ code: 'token_refresh_failed' })
    expect(await mark()).toBeNull()
    // The refresh token is kept: as soon as Feishu answers there is a token again.
    domain.clock.advance(40 * SECOND)
    refreshBrings('eyJ-new')
    expect(await next()).toMatchObject({ kind: 'token', token: { accessToken: 'eyJ-new' } })
  })

  it('were the access token of a grant without another: it is over, and said so', async () => {
    await authorize({ refreshToken: null, refreshTokenExpiresIn: null })
    await revoked({ tokens: 'access' })
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'revoked' })
    expect(told('grant_revoked')).toMatchObject([{ source: 'upstream_event', reason: 'admin' }])
  })

  it('do not matter where they were refreshed after that', async () => {
    await authorize()
    domain.clock.advance(600 * SECOND)
    refreshBrings('eyJ-new')
    await domain.auth.tokens.findFreshToken({ ...KEY, forceRefresh: true })
    await revoked({ tokens: 'access', at: fromNow(-300) })
    expect(await next()).toMatchObject({ kind: 'token', token: { accessToken: 'eyJ-new' } })
    expect(told('refresh_ended')).toHaveLength(1)
  })
})

describe('an event that comes late', () => {
  it('ends no consent that is newer', async () => {
    const token = await authorize()
    await revoked({ at: fromNow(-61) })
    await domain.auth.grantEndings.personLeft({ ...LEFT, at: fromNow(-61) })
    expect(await next()).toMatchObject({ token: { accessToken: token } })
    expect(told('refresh_ended')).toEqual([])
  })

  it('asks Feishu about a consent given within a minute after it: a living one goes on', async () => {
    await authorize()
    refreshBrings('eyJ-new')
    await revoked({ at: fromNow(-5) })
    expect(await next()).toMatchObject({ kind: 'token', token: { accessToken: 'eyJ-new' } })
    expect(await mark()).toBeNull()
  })

  it('asks Feishu about a consent given within a minute after it: a dead one is over', async () => {
    await authorize()
    const error = new FeishuUnavailableError('upstream_5xx')
    domain.oauth.refreshed.push({ kind: 'finished', reason: 'revoked', error })
    await passing(revoked({ at: fromNow(-5) }))
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'revoked' })
  })

  it('lets a consent live that was given within a minute and that nobody can ask about', async () => {
    const token = await authorize({ refreshToken: null, refreshTokenExpiresIn: null })
    await revoked({ at: fromNow(-5) })
    expect(await next()).toMatchObject({ token: { accessToken: token } })
  })

  it('ends no consent given while it is judged', async () => {
    await authorize()
    domain.clock.advance(3600 * SECOND)
    const at = domain.clock.now()
    domain.clock.advance(3600 * SECOND)
    let newer = ''
    beforeEnd = async () => {
      beforeEnd = async () => {}
      newer = await authorize()
    }
    await revoked({ at })
    expect(await next()).toMatchObject({ kind: 'token', token: { accessToken: newer } })
    expect(told('grant_revoked')).toEqual([])
  })

  it('ends a grant that was refreshed while it is judged', async () => {
    await authorize()
    beforeEnd = async () => {
      beforeEnd = async () => {}
      refreshBrings('eyJ-new')
      await domain.auth.tokens.findFreshToken({ ...KEY, forceRefresh: true })
    }
    await revoked()
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'revoked' })
    expect(told('grant_revoked')).toHaveLength(1)
  })

  it('that tells no time is taken at its word, and one about nobody for nothing', async () => {
    await revoked()
    await authorize()
    await revoked({ at: null })
    expect(await mark()).toBe('revoked')
    await revoked({ at: null })
    expect(told('grant_revoked')).toHaveLength(1)
  })
})

describe('a person who left', () => {
  it('has no grant any more', async () => {
    await authorize()
    await domain.auth.grantEndings.personLeft(LEFT)
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'revoked' })
    expect(told('grant_revoked')).toMatchObject([{ reason: 'restriction' }])
    expect((await grant())?.sealedRefreshToken).toBeNull()
  })

  it('a moment before they consented again is asked about at Feishu', async () => {
    await authorize()
    refreshBrings('eyJ-new')
    await domain.auth.grantEndings.personLeft({ ...LEFT, at: fromNow(-5) })
    expect(await next()).toMatchObject({ kind: 'token', token: { accessToken: 'eyJ-new' } })
    expect(told('grant_revoked')).toEqual([])
  })

  it('is waited for no longer, with or without a grant', async () => {
    const id = await ask()
    await domain.auth.grantEndings.personLeft(LEFT)
    expect(await domain.auth.readSession(id)).toMatchObject({
      state: 'expired',
      endReason: 'invalidated',
    })
    await domain.auth.grantEndings.personLeft(LEFT)
  })

  it('is told of again while they complete their request', async () => {
    const id = await ask()
    await domain.store.sessions.hold(id, fromNow(60), domain.clock.now())
    await expect(domain.auth.grantEndings.personLeft(LEFT)).rejects.toBeInstanceOf(
      AuthorizationInProgressError,
    )
  })
})

describe('a person who is frozen', () => {
  it('gets no token, is not asked about at Feishu, and loses nothing', async () => {
    await authorize()
    await domain.auth.grantEndings.personLeft(FROZEN)
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'user_status' })
    expect(told('refresh_ended').filter((event) => 'seconds' in event)).toMatchObject([
      { result: { kind: 'finished', reason: 'user_status' } },
    ])
    expect((await grant())?.sealedRefreshToken).not.toBeNull()
    expect(told('grant_finished')).toMatchObject([{ reason: 'user_status' }])
    expect(domain.oauth.revoked).toEqual([])
  })

  it('gets a token again once they are back, without being asked', async () => {
    await authorize()
    await domain.auth.grantEndings.personLeft(FROZEN)
    await domain.auth.grantEndings.personBack(KEY)
    refreshBrings('eyJ-new')
    expect(await next()).toMatchObject({ kind: 'token', token: { accessToken: 'eyJ-new' } })
  })

  it('whom a refresh found frozen gets a token again as well', async () => {
    await authorize()
    domain.clock.advance(7200 * SECOND)
    const error = new PersonNotAllowedError('The account is not active.')
    domain.oauth.refreshed.push({ kind: 'finished', reason: 'user_status', error })
    expect(await passing(next())).toMatchObject({ kind: 'needs_person', why: 'user_status' })
    await domain.auth.grantEndings.personBack(KEY)
    refreshBrings('eyJ-new')
    expect(await next()).toMatchObject({ kind: 'token' })
  })

  it('and whose tokens Feishu ended stays without, back or not', async () => {
    await authorize()
    await domain.auth.grantEndings.personLeft(FROZEN)
    await revoked()
    await domain.auth.grantEndings.personBack(KEY)
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'revoked' })
    await domain.auth.grantEndings.personLeft(FROZEN)
    await domain.auth.grantEndings.personBack(KEY)
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'revoked' })
    expect(told('grant_finished')).toHaveLength(1)
  })

  it('is told of once, however often Feishu repeats it', async () => {
    await authorize()
    await domain.auth.grantEndings.personLeft(FROZEN)
    await domain.auth.grantEndings.personLeft(FROZEN)
    expect(told('grant_finished')).toEqual([
      { type: 'grant_finished', ...KEY, reason: 'user_status' },
    ])
    expect(await domain.store.upkeeps.find(KEY)).toMatchObject({
      mark: { status: 'reauth_required', reason: 'user_status', at: domain.clock.now() },
    })
  })

  it('is so with a grant that nobody has used for hours, too', async () => {
    await authorize()
    domain.clock.advance(7200 * SECOND)
    await domain.auth.grantEndings.personLeft(FROZEN)
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'user_status' })
    expect(told('grant_finished')).toHaveLength(1)
  })

  it('is so with a grant of which nobody knows whether it still works', async () => {
    await authorize()
    const doubt = { status: 'ambiguous', reason: 'ambiguous', version: 1 } as const
    await domain.store.upkeeps.mark(KEY, { ...doubt, at: domain.clock.now() })
    await domain.auth.grantEndings.personLeft(FROZEN)
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'user_status' })
    expect(told('grant_finished')).toHaveLength(1)
  })

  it('is so although an older version of the grant was at its end before', async () => {
    await authorize()
    const end = { status: 'reauth_required', reason: 'expired', version: 1 } as const
    await domain.store.upkeeps.mark(KEY, { ...end, at: domain.clock.now() })
    await authorize()
    await domain.auth.grantEndings.personLeft(FROZEN)
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'user_status' })
  })

  it('is no news where the grant has run out and nothing could renew it', async () => {
    await authorize({ refreshToken: null, refreshTokenExpiresIn: null })
    domain.clock.advance(7200 * SECOND)
    await domain.auth.grantEndings.personLeft(FROZEN)
    expect(told('grant_finished')).toEqual([])
    expect(await mark()).toBeNull()
  })

  it('gets nothing from a grant that works without a refresh token, either', async () => {
    await authorize({ refreshToken: null, refreshTokenExpiresIn: null })
    await domain.auth.grantEndings.personLeft(FROZEN)
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'user_status' })
    expect(told('grant_finished')).toHaveLength(1)
  })

  it('gets nothing from what was refreshed just then', async () => {
    await authorize()
    beforeEndOfAccess = async () => {
      beforeEndOfAccess = async () => {}
      refreshBrings('eyJ-new')
      await domain.auth.tokens.findFreshToken({ ...KEY, forceRefresh: true })
    }
    await domain.auth.grantEndings.personLeft(FROZEN)
    expect(await grant()).toMatchObject({ version: 2 })
    expect(await next()).toMatchObject({ kind: 'needs_person', why: 'user_status' })
    expect(told('grant_finished')).toHaveLength(1)
  })

  it('is looked after again at once when they are back', async () => {
    await authorize()
    await domain.auth.grantEndings.personLeft(FROZEN)
    domain.clock.advance(SECOND)
    await domain.auth.grantEndings.personBack(KEY)
    expect(await domain.store.upkeeps.find(KEY)).toMatchObject({
      mark: null,
      dueAt: domain.clock.now(),
    })
  })

  it('comes back to nothing where there was nothing', async () => {
    await domain.auth.grantEndings.personBack(KEY)
    expect(await domain.store.upkeeps.find(KEY)).toBeNull()
  })
})

describe('the request that would widen what has ended', () => {
  beforeEach(() => {
    const { auth, store, clock, background } = domain
    domain.events.on(createWithdrawAfterEnd({ ...auth, store, clock, background }))
  })

  /** Somebody who waits for a step-up card while `end` comes. */
  async function waitThrough(end: () => Promise<unknown>) {
    await authorize()
    const scopes = ['offline_access', 'docx:document:readonly']
    const waiting = domain.auth.getUserAccessToken
      .orSession({ ...KEY, scopes, waitMilliseconds: 60 * SECOND })
      .catch((error: unknown) => error)
    await domain.clock.untilSomebodySleeps()
    await end()
    const released = await waiting
    await domain.auth.showCard.due()
    const [newest] = [...domain.messenger.cards.values()].slice(-1)
    return { released, look: newest?.look }
  }

  it('is withdrawn when an admin revokes, and whoever waits is released', async () => {
    const { released, look } = await waitThrough(() =>
      domain.auth.tokens.revokeGrant.here(KEY, 'admin'),
    )
    expect(released).toMatchObject({ code: 'authorization_expired' })
    expect(look).toBe('expired')
  })

  it('is withdrawn when Feishu ends the grant', async () => {
    const { released } = await waitThrough(() => revoked({ at: null }))
    expect(released).toMatchObject({ code: 'authorization_expired' })
  })

  it('is declined when the person themselves revokes', async () => {
    const { released, look } = await waitThrough(() =>
      domain.auth.tokens.revokeGrant.here(KEY, 'user'),
    )
    expect(released).toMatchObject({ code: 'authorization_rejected' })
    expect(look).toBe('rejected')
  })

  it('is left alone when it was made after the end, or is being completed', async () => {
    await authorize()
    const [early, late] = [domain.clock.now(), fromNow(1)]
    domain.clock.advance(SECOND)
    const id = await ask().then(async () => {
      const scopes = ['docx:document:readonly']
      return (await domain.auth.requestAuthorization({ ...KEY, scopes })).session.id
    })
    expect(await domain.auth.withdrawRequest(KEY, 'others', early)).toBeNull()
    await domain.store.sessions.hold(id, fromNow(60), domain.clock.now())
    await domain.auth.tokens.revokeGrant.here(KEY, 'admin')
    await domain.background.drain()
    expect(await domain.auth.readSession(id)).toMatchObject({ state: 'pending' })
    domain.clock.advance(60 * SECOND)
    expect(await domain.auth.withdrawRequest(KEY, 'others', late)).toMatchObject({ id })
  })
})
