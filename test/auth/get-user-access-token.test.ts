import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UserAccessTokenRequest } from '../../src/auth/get-user-access-token.ts'
import {
  AppMisconfiguredError,
  AuthorizationExpiredError,
  AuthorizationInProgressError,
  AuthorizationRejectedError,
  AuthorizationRequiredError,
  InsufficientScopeError,
} from '../../src/errors.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const MINUTE = 60_000

describe('the one call for a token', () => {
  let domain: Domain
  beforeEach(async () => {
    domain = await createDomain()
  })
  afterEach(() => domain.close())

  type Extra = Partial<UserAccessTokenRequest>
  const get = (extra: Extra = {}) =>
    domain.auth.getUserAccessToken({ openId: LIN.openId, scopes: ['a'], ...extra })
  const getOrSession = (extra: Extra = {}) =>
    domain.auth.getUserAccessToken.orSession({ openId: LIN.openId, scopes: ['a'], ...extra })

  /** Asks and waits; resolves with the error, too. */
  const waiting = (extra: Extra = {}) =>
    get({ waitMilliseconds: MINUTE, ...extra }).catch((error: unknown) => error)

  const pending = async () =>
    (await domain.store.sessions.findPending(APP.appId, LIN.openId)) ?? expect.unreachable()

  async function agree(scopes?: string[]) {
    domain.oauth.reply = scopes ? { scopes } : {}
    await domain.agree((await pending()).id)
  }

  const paths = () =>
    domain.seen.flatMap((event) =>
      event.type === 'token_asked' ? [[event.path, event.outcome]] : [],
    )

  it('sends a card and does not wait unless it is told to', async () => {
    await expect(get()).rejects.toMatchObject({
      code: 'authorization_required',
      missingScopes: ['a'],
      message: expect.stringContaining('A card is waiting for this person.'),
    })
    expect(await getOrSession()).toMatchObject({
      kind: 'asked',
      created: false,
      session: { id: (await pending()).id, state: 'pending' },
    })
    expect(domain.messenger.sends).toBe(1)
    expect(paths()).toEqual([
      ['hot', 'needs_auth'],
      ['hot', 'needs_auth'],
    ])
  })

  it('waits for the person, and has their token', async () => {
    const call = waiting({ scopes: ['a', 'offline_access'] })
    await domain.clock.untilSomebodySleeps()
    await agree()
    expect(await call).toMatchObject({ openId: LIN.openId, scopes: ['a', 'offline_access'] })
    expect(paths()).toEqual([['wait', 'hit']])
    expect(await getOrSession()).toMatchObject({ kind: 'token', how: 'stored' })
  })

  it('waits no longer than it is told', async () => {
    const call = waiting()
    await domain.clock.untilSomebodySleeps()
    await pending()
    domain.clock.advance(MINUTE)
    expect(await call).toBeInstanceOf(AuthorizationRequiredError)
  })

  it('tells that they said no', async () => {
    const call = waiting()
    await domain.clock.untilSomebodySleeps()
    const { id, openId } = await pending()
    const click = { sessionId: id, openId, tenantKey: null, messageId: null }
    await domain.auth.answerCardClick({ ...click, action: 'decline' })
    expect(await call).toBeInstanceOf(AuthorizationRejectedError)
  })

  it('tells that the request was withdrawn', async () => {
    const call = waiting()
    await domain.clock.untilSomebodySleeps()
    await domain.auth.invalidateSession((await pending()).id)
    const error = await call
    expect(error).toBeInstanceOf(AuthorizationExpiredError)
    expect(error).toMatchObject({ message: expect.stringContaining('before the person decided') })
  })

  it('goes on waiting when a wider request takes it along', async () => {
    const call = waiting()
    await domain.clock.untilSomebodySleeps()
    const first = await pending()
    await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: ['b'] })
    await expect.poll(() => domain.auth.waiters.count(), { interval: 5 }).toBe(1)
    expect((await domain.auth.readSession(first.id)).endReason).toBe('superseded')
    await agree()
    expect(await call).toMatchObject({ scopes: ['a', 'b'] })
    expect(domain.messenger.sends).toBe(2)
  })

  describe('together with others, for more than fits into one request', () => {
    const A = Array.from({ length: 30 }, (_, index) => `a:${index}`)
    const B = Array.from({ length: 30 }, (_, index) => `b:${index}`)
    const areWaiting = (count: number) =>
      expect.poll(() => domain.auth.waiters.count(), { interval: 5 }).toBe(count)

    it('has its turn when they are answered, with two cards in all', async () => {
      const first = waiting({ scopes: A })
      await areWaiting(1)
      const second = waiting({ scopes: B })
      await areWaiting(2)
      expect((await pending()).scopes).toEqual(A)
      await agree()
      expect(await first).toMatchObject({ scopes: A })
      await areWaiting(1)
      expect((await pending()).scopes).toEqual([...B, 'offline_access'])
      await agree([...A, ...B])
      expect(await second).toMatchObject({ scopes: [...A, ...B] })
      expect(domain.messenger.sends).toBe(2)
    })

    it('has its turn when the person says no to the others', async () => {
      const first = waiting({ scopes: A })
      await areWaiting(1)
      const second = waiting({ scopes: B })
      await areWaiting(2)
      const { id, openId } = await pending()
      const click = { sessionId: id, openId, tenantKey: null, messageId: null }
      await domain.auth.answerCardClick({ ...click, action: 'decline' })
      expect(await first).toBeInstanceOf(AuthorizationRejectedError)
      await areWaiting(1)
      await agree()
      expect(await second).toMatchObject({ scopes: B })
    })

    it('is told so when its wait is over first', async () => {
      const first = waiting({ scopes: A, waitMilliseconds: 2 * MINUTE })
      await areWaiting(1)
      const second = waiting({ scopes: B })
      await areWaiting(2)
      domain.clock.advance(MINUTE)
      expect(await second).toMatchObject({
        code: 'authorization_in_progress',
        sessionId: (await pending()).id,
      })
      expect(await waiting({ scopes: B, waitMilliseconds: 0 })).toBeInstanceOf(
        AuthorizationInProgressError,
      )
      await agree()
      expect(await first).toMatchObject({ scopes: A })
    })
  })

  it('tells which scopes they did not grant', async () => {
    const call = waiting({ scopes: ['a', 'b'] })
    await domain.clock.untilSomebodySleeps()
    await agree(['a'])
    const error = await call
    expect(error).toBeInstanceOf(InsufficientScopeError)
    expect(error).toMatchObject({ missingScopes: ['b'] })
  })

  it('is told to come back where they complete a narrower request this instant', async () => {
    await getOrSession()
    const now = domain.clock.now()
    await domain.store.sessions.hold((await pending()).id, new Date(now.getTime() + MINUTE), now)
    expect(await waiting({ scopes: ['b'] })).toMatchObject({
      code: 'authorization_in_progress',
      sessionId: null,
    })
  })

  it('asks no more when a wider request takes it along at the end of its time', async () => {
    const call = waiting()
    await domain.clock.untilSomebodySleeps()
    const superseded = { to: 'expired', endReason: 'superseded' } as const
    await domain.store.sessions.move((await pending()).id, superseded, domain.clock.now())
    domain.clock.advance(MINUTE)
    expect(await call).toBeInstanceOf(AuthorizationExpiredError)
    expect(domain.messenger.sends).toBe(1)
  })

  it('ends with its caller, and leaves the card where it is', async () => {
    const leaving = new AbortController()
    const call = waiting({ signal: leaving.signal })
    await domain.clock.untilSomebodySleeps()
    leaving.abort()
    expect(await call).toBeInstanceOf(AuthorizationRequiredError)
    expect(await pending()).toMatchObject({ state: 'pending' })
  })

  it('is content with the token of the consent, although it was told to refresh', async () => {
    const call = waiting({ forceRefresh: true, scopes: ['a', 'offline_access'] })
    await domain.clock.untilSomebodySleeps()
    await agree()
    expect(await call).toMatchObject({ scopes: ['a', 'offline_access'] })
    expect(domain.seen.filter(({ type }) => type === 'refresh_ended')).toEqual([])
  })

  it('is told what is missing where Feishu has forgotten what was granted before', async () => {
    const first = waiting()
    await domain.clock.untilSomebodySleeps()
    await agree()
    await first
    const call = waiting({ scopes: ['a', 'b'] })
    await domain.clock.untilSomebodySleeps()
    await agree(['b'])
    expect(await call).toMatchObject({ code: 'insufficient_scope', missingScopes: ['a'] })
    expect(paths().at(-1)).toEqual(['wait', 'needs_auth'])
  })

  it('names nothing, and has whatever they grant', async () => {
    const call = waiting({ scopes: undefined })
    await domain.clock.untilSomebodySleeps()
    expect((await pending()).scopes).toEqual(APP.defaultScopes)
    await agree(['other'])
    expect(await call).toMatchObject({ scopes: ['other'] })
  })

  it('tells an operator what to change where the token could never be refreshed', async () => {
    const first = waiting()
    await domain.clock.untilSomebodySleeps()
    domain.oauth.reply = { refreshToken: null, refreshTokenExpiresIn: null }
    await domain.agree((await pending()).id)
    await first
    domain.clock.advance(86_400_000)
    const advice = expect.stringContaining('offline_access was not asked for')
    await expect(get()).rejects.toMatchObject({ advice, openId: LIN.openId, appId: APP.appId })
    expect(await getOrSession()).toMatchObject({ kind: 'asked', advice })
  })

  it('is told why no card can be sent', async () => {
    const refused = new AppMisconfiguredError('card_undeliverable', 'The bot is off.')
    domain.messenger.failures.push(refused)
    expect(await waiting()).toBe(refused)
  })

  it.each([
    ['that can be refreshed', {}, ['b', 'offline_access']],
    ['without a refresh token', { refreshToken: null, refreshTokenExpiresIn: null }, ['b']],
  ])('asks only for what is new beyond a grant %s', async (_, reply, asked) => {
    await getOrSession()
    domain.oauth.reply = reply
    await domain.agree((await pending()).id)
    expect(await getOrSession({ scopes: ['a', 'b'] })).toMatchObject({
      kind: 'asked',
      created: true,
      session: { scopes: asked },
    })
  })
})
