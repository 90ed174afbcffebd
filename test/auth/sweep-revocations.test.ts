import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/auth/ports.ts'
import type { Revocation } from '../../src/auth/revocation.ts'
import { FeishuUnavailableError, StoreUnavailableError } from '../../src/errors.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const KEY = { appId: APP.appId, openId: LIN.openId }
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const down = new FeishuUnavailableError('upstream_5xx')
const away = new StoreUnavailableError('grants.find', new Error('away'))

let domain: Domain
/** Whose grant cannot be read. */
let unread: string[]
beforeEach(async () => {
  unread = []
  domain = await createDomain({ store: inTrouble })
})
afterEach(() => domain.close())

function inTrouble(real: Store): Store {
  const find: Store['grants']['find'] = async (appId, openId) => {
    if (unread.includes(openId)) throw away
    return real.grants.find(appId, openId)
  }
  return { ...real, grants: { ...real.grants, find } }
}

const sweep = (closing?: AbortSignal) => domain.auth.tokens.sweepRevocations.due(closing)
const told = (type: string) => domain.seen.filter((event) => event.type === type)
const fromNow = (milliseconds: number) => new Date(domain.clock.now().getTime() + milliseconds)
const kinds = () => domain.oauth.revoked.map((token) => token.replace(/-[0-9a-f]+$/, ''))

async function authorize(openId = LIN.openId): Promise<string> {
  const { id } = (await domain.auth.requestAuthorization({ openId })).session
  await domain.agree(id, { ...LIN, openId })
  return id
}

/** A revocation that a crash left behind before anybody was told of it. */
async function leave(changes: Partial<Revocation> = {}): Promise<void> {
  await domain.store.revocations.put({
    ...{ id: `left-${Math.random()}`, ...KEY, tenantKey: null, sessionId: 'ses_gone' },
    ...{ cause: 'user', grantVersion: 1, authorizedAt: fromNow(-HOUR) },
    ...{ sealedAccessToken: null, accessTokenExpiresAt: fromNow(HOUR) },
    ...{ sealedRefreshToken: null, refreshTokenExpiresAt: fromNow(HOUR) },
    ...{ attempts: 0, dueAt: domain.clock.now() },
    ...changes,
  })
}

/** A revocation with both tokens, as a process leaves it that dies before its first try. */
async function leftWithTokens(): Promise<Revocation> {
  await authorize()
  domain.oauth.revokeFailures = [down, down]
  await domain.auth.tokens.revokeGrant.here(KEY, 'user')
  const [row] = await domain.store.revocations.claimDue(fromNow(MINUTE), fromNow(MINUTE), 1)
  if (!row) throw new Error('There is no revocation.')
  await domain.store.revocations.delete(row.id)
  domain.seen.length = 0
  return { ...row, attempts: 0, dueAt: domain.clock.now() }
}

describe('the sweep of revocations', () => {
  it('tells what is due in turns, and takes up no other turn once it is closing', async () => {
    for (let each = 0; each < 20; each++) await leave({ openId: `ou_${each}` })
    const closing = new AbortController()
    domain.events.on((event) => {
      if (event.type === 'grant_revoked') closing.abort()
    })
    const { told: done, left } = await sweep(closing.signal)
    expect(done).toBeGreaterThan(0)
    expect(done).toBeLessThan(20)
    expect(done + left).toBe(20)
    expect(told('grant_revoked')).toHaveLength(done)
    // The others are not lost.
    domain.clock.advance(2 * MINUTE)
    expect(await sweep()).toEqual({ told: left, left: 0 })
    expect(told('grant_revoked')).toHaveLength(20)
  })

  it('is closed before it begins: nothing is told', async () => {
    await leave()
    expect(await sweep(AbortSignal.abort())).toEqual({ told: 0, left: 1 })
    expect(told('grant_revoked')).toEqual([])
  })

  it('leaves no more than others can take over, and takes the rest the next time', async () => {
    for (let each = 0; each < 45; each++) await leave({ openId: `ou_${each}` })
    const first = await sweep()
    const second = await sweep()
    expect(first.told).toBeLessThan(45)
    expect(first.told + second.told).toBe(45)
  })

  it('goes on when one of them fails, tells of it then, and tries that one again', async () => {
    unread = ['ou_5']
    for (let each = 0; each < 20; each++) await leave({ openId: `ou_${each}` })
    await expect(sweep()).rejects.toBe(away)
    expect(told('grant_revoked')).toHaveLength(19)
    unread = []
    domain.clock.advance(2 * MINUTE - 1)
    expect(await sweep()).toEqual({ told: 0, left: 0 })
    domain.clock.advance(1)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
  })

  it('leaves to its own process for a minute what is being revoked', async () => {
    await authorize()
    let answer = () => {}
    domain.oauth.revokeAccessToken = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    const revoking = domain.auth.tokens.revokeGrant.here(KEY, 'user')
    await expect.poll(kinds).toEqual(['eyJ-refresh'])
    domain.clock.advance(MINUTE - 1)
    expect(await sweep()).toEqual({ told: 0, left: 0 })
    answer()
    expect(await revoking).toBe('told')
  })

  it('leaves to one process what it has taken', async () => {
    await authorize()
    domain.oauth.revokeFailures = [down, down]
    await domain.auth.tokens.revokeGrant.here(KEY, 'user')
    domain.clock.advance(5000)
    let answer = () => {}
    domain.oauth.revokeAccessToken = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    const sweeping = sweep()
    await expect.poll(kinds).toEqual(['eyJ-refresh'])
    expect(await sweep()).toEqual({ told: 0, left: 0 })
    answer()
    expect(await sweeping).toEqual({ told: 1, left: 0 })
  })
})

describe('a revocation that a crash left behind', () => {
  it.each(['user', 'admin'] as const)('is told of as its cause says: %s', async (cause) => {
    await leave({ cause })
    await sweep()
    expect(told('grant_revoked')).toEqual([
      { type: 'grant_revoked', ...KEY, sessionId: 'ses_gone', source: cause, reason: cause },
    ])
  })

  it.each(['mismatch', 'not_kept'] as const)(
    'of tokens that nobody kept ends no grant of their person: %s',
    async (cause) => {
      const sessionId = await authorize()
      const { authorizedAt } = (await domain.store.grants.find(KEY.appId, KEY.openId)) ?? {}
      await leave({
        ...{ cause, grantVersion: null, sessionId },
        authorizedAt: authorizedAt ?? fromNow(0),
      })
      expect(await sweep()).toEqual({ told: 1, left: 0 })
      expect(told('grant_revoked')).toEqual([])
      expect(await domain.auth.tokens.findFreshToken(KEY)).toMatchObject({ kind: 'token' })
    },
  )

  it('ends no consent of the same request at another time, and none of another at that time', async () => {
    const sessionId = await authorize()
    await leave({ sessionId, authorizedAt: fromNow(-1) })
    await leave({ sessionId: 'ses_other', authorizedAt: domain.clock.now() })
    await sweep()
    expect(await domain.auth.tokens.findFreshToken(KEY)).toMatchObject({ kind: 'token' })
  })

  it('is told of as not told at its first try alone', async () => {
    const sealedAccessToken = 'cannot be opened'
    await leave({ sealedAccessToken })
    for (let minute = 0; minute < 10; minute++) {
      expect((await sweep()).told).toBe(0)
      domain.clock.advance(MINUTE)
    }
    expect(told('revocation_not_told')).toMatchObject([
      { ...KEY, error: { code: 'token_unreadable' } },
    ])
    expect(told('stray_token_kept')).toEqual([])
    expect(told('grant_revoked')).toHaveLength(1)
  })

  it('is no trouble while it only waits for a consent that is being completed', async () => {
    const sealedTokens = await leftWithTokens()
    const { id } = (await domain.auth.requestAuthorization({ openId: LIN.openId })).session
    await domain.store.sessions.hold(id, fromNow(10_000), domain.clock.now())
    await leave(sealedTokens)
    expect(await sweep()).toEqual({ told: 0, left: 1 })
    expect(told('revocation_not_told')).toEqual([])
    // It is over in a moment, so it is looked at again soon.
    domain.clock.advance(4999)
    expect(await sweep()).toEqual({ told: 0, left: 0 })
    domain.clock.advance(5001)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
    expect(kinds()).toEqual(['eyJ-access', 'eyJ-refresh'])
  })
})

describe('a refresh token of which Feishu has named no end', () => {
  beforeEach(() => {
    domain.oauth.reply = { refreshTokenExpiresIn: null }
  })

  it('is ended at Feishu with its grant', async () => {
    await authorize()
    domain.clock.advance(6 * 24 * HOUR)
    expect(await domain.auth.tokens.revokeGrant.here(KEY, 'user')).toBe('told')
    expect(kinds()).toEqual(['eyJ-refresh'])
  })

  it('is taken for over when it is as old as they usually get', async () => {
    await authorize()
    domain.clock.advance(7 * 24 * HOUR)
    expect(await domain.auth.tokens.revokeGrant.here(KEY, 'user')).toBe('told')
    expect(kinds()).toEqual([])
  })
})

describe('a revocation that Feishu does not take', () => {
  it('is tried again later and later, and once an hour at last', async () => {
    domain.oauth.reply = { expiresIn: 30 * 24 * 3600 }
    await authorize()
    domain.oauth.revokeAccessToken = () => Promise.reject(down)
    await domain.auth.tokens.revokeGrant.here(KEY, 'user')
    for (const seconds of [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]) {
      domain.clock.advance(seconds * 1000 - 1)
      expect(await sweep()).toEqual({ told: 0, left: 0 })
      domain.clock.advance(1)
      expect(await sweep()).toEqual({ told: 0, left: 1 })
    }
    expect(kinds()).toEqual(['eyJ-refresh'])
  })

  it('is tried no earlier for a short wait that Feishu asks for', async () => {
    await authorize()
    const slow = new FeishuUnavailableError('rate_limited', { retryAfterSeconds: 1 })
    domain.oauth.revokeFailures = [slow, slow]
    await domain.auth.tokens.revokeGrant.here(KEY, 'user')
    domain.clock.advance(4999)
    expect(await sweep()).toEqual({ told: 0, left: 0 })
    domain.clock.advance(1)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
  })

  it('ends no refresh token while a newer consent lives, be it on its access token alone', async () => {
    await authorize()
    domain.oauth.revokeFailures = [down, down]
    await domain.auth.tokens.revokeGrant.here(KEY, 'user')
    domain.oauth.reply = { refreshToken: null, refreshTokenExpiresIn: null }
    domain.clock.advance(5000)
    await authorize()
    expect(await sweep()).toEqual({ told: 1, left: 0 })
    expect(kinds()).toEqual(['eyJ-access'])
  })

  it('ends no refresh token while a newer consent can be refreshed, though its access token is over', async () => {
    await authorize()
    domain.oauth.revokeFailures = [down, down]
    await domain.auth.tokens.revokeGrant.here(KEY, 'user')
    await authorize()
    domain.clock.advance(2 * HOUR)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
    expect(kinds()).toEqual([])
  })

  it('ends its refresh token where the newer consent has run out, too', async () => {
    await authorize()
    domain.oauth.revokeFailures = [down, down]
    await domain.auth.tokens.revokeGrant.here(KEY, 'user')
    domain.oauth.reply = { refreshToken: null, refreshTokenExpiresIn: null, expiresIn: 10 }
    await authorize()
    domain.clock.advance(10_000)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
    expect(kinds()).toEqual(['eyJ-refresh', 'eyJ-access'])
  })

  it('is looked at soon, however often it was tried, while a consent is being completed', async () => {
    await authorize()
    domain.oauth.revokeFailures = [down, down, down, down]
    await domain.auth.tokens.revokeGrant.here(KEY, 'user')
    domain.clock.advance(5000)
    await sweep()
    const { id } = (await domain.auth.requestAuthorization({ openId: LIN.openId })).session
    await domain.store.sessions.hold(id, fromNow(12_000), domain.clock.now())
    domain.clock.advance(10_000)
    expect(await sweep()).toEqual({ told: 0, left: 1 })
    domain.clock.advance(5000)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
  })

  it('is told of with what went wrong, be it only with one of the two', async () => {
    const sealedTokens = await leftWithTokens()
    const { id } = (await domain.auth.requestAuthorization({ openId: LIN.openId })).session
    await domain.store.sessions.hold(id, fromNow(10_000), domain.clock.now())
    domain.oauth.revokeFailures = [down]
    await leave(sealedTokens)
    expect(await sweep()).toEqual({ told: 0, left: 1 })
    expect(told('revocation_not_told')).toEqual([
      { type: 'revocation_not_told', ...KEY, error: down },
    ])
  })

  it('is told of with the first thing that went wrong', async () => {
    await authorize()
    const first = new FeishuUnavailableError('network')
    domain.oauth.revokeFailures = [first, down]
    await domain.auth.tokens.revokeGrant.here(KEY, 'user')
    expect(told('revocation_not_told')).toMatchObject([{ error: first }])
  })
})
