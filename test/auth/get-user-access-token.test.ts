import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UserAccessTokenRequest } from '../../src/auth/get-user-access-token.ts'
import {
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
    const { url, state, browserSecret } = await domain.tap((await pending()).id)
    const code = domain.oauth.consent(url, LIN)
    await domain.auth.completeAuthorization({ kind: 'code', code, state, browserSecret })
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
    expect(await call).toBeInstanceOf(AuthorizationExpiredError)
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

  it.each([
    ['that can be refreshed', {}, ['b', 'offline_access']],
    ['without a refresh token', { refreshToken: null, refreshTokenExpiresIn: null }, ['b']],
  ])('asks only for what is new beyond a grant %s', async (_, reply, asked) => {
    await getOrSession()
    const { url, state, browserSecret } = await domain.tap((await pending()).id)
    domain.oauth.reply = reply
    const code = domain.oauth.consent(url, LIN)
    await domain.auth.completeAuthorization({ kind: 'code', code, state, browserSecret })
    expect(await getOrSession({ scopes: ['a', 'b'] })).toMatchObject({
      kind: 'asked',
      created: true,
      session: { scopes: asked },
    })
  })
})
