import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Callback } from '../../src/auth/complete-authorization.ts'
import { newSecret } from '../../src/auth/one-time-secret.ts'
import {
  AuthorizationCodeExpiredError,
  AuthorizationRequiredError,
  FeishuUnavailableError,
  StoreUnavailableError,
} from '../../src/errors.ts'
import { ALEX, createDomain, type Domain, LIN } from '../support/domain.ts'

const SCOPES = ['offline_access', 'docx:document:readonly']

describe('completeAuthorization', () => {
  let domain: Domain
  let sessionId: string
  beforeEach(async () => {
    domain = await createDomain()
    const asked = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: SCOPES })
    sessionId = asked.session.id
  })
  afterEach(() => domain.close())

  /** Taps the card and consents as `who`; returns the callback their browser would make. */
  async function consentAs(who: typeof LIN): Promise<Extract<Callback, { kind: 'code' }>> {
    const { url, state, browserSecret } = await domain.tap(sessionId)
    return { kind: 'code', code: domain.oauth.consent(url, who), state, browserSecret }
  }

  const readToken = () => domain.auth.readUserAccessToken({ openId: LIN.openId, scopes: SCOPES })
  const state = async () => (await domain.auth.readSession(sessionId)).state
  const reasons = () =>
    domain.seen.flatMap((event) => (event.type === 'attempt_failed' ? [event.reason] : []))

  it('stores the sealed token, completes the session and turns the card', async () => {
    const outcome = await domain.auth.completeAuthorization(await consentAs(LIN))
    expect(outcome).toMatchObject({
      kind: 'completed',
      session: { state: 'completed', endReason: null, grantedScopes: SCOPES },
    })
    const token = await readToken()
    expect(token).toMatchObject({ openId: LIN.openId, scopes: SCOPES })
    const grant = await domain.store.grants.find(token.appId, LIN.openId)
    expect(JSON.stringify(grant)).not.toContain(token.accessToken)
    await domain.auth.showCard.due()
    expect(domain.messenger.cards.get('om_1')?.look).toBe('completed')
  })

  it('stores nothing for somebody else, revokes the stray tokens and keeps asking', async () => {
    const outcome = await domain.auth.completeAuthorization(await consentAs(ALEX))
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'identity_mismatch' })
    await domain.background.drain()
    expect(domain.oauth.revoked).toHaveLength(2)
    expect(await domain.store.grants.find('cli_0123456789abcdef', ALEX.openId)).toBeNull()
    await expect(readToken()).rejects.toBeInstanceOf(AuthorizationRequiredError)
    expect(await state()).toBe('pending')
    await domain.auth.showCard.due()
    expect(domain.messenger.cards.get('om_1')?.look).toBe('asking_again:wrong_account')
    const second = await domain.auth.completeAuthorization(await consentAs(LIN))
    expect(second.kind).toBe('completed')
  })

  it('takes the same person of another tenant for somebody else', async () => {
    await domain.store.sessions.noteTenant(sessionId, LIN.tenantKey)
    const twin = { ...LIN, tenantKey: 'tenant-2' }
    const outcome = await domain.auth.completeAuthorization(await consentAs(twin))
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'identity_mismatch' })
    expect(await state()).toBe('pending')
  })

  it('withdraws the request after five strangers', async () => {
    for (let stranger = 0; stranger < 5; stranger++) {
      await domain.auth.completeAuthorization(await consentAs(ALEX))
    }
    const session = await domain.auth.readSession(sessionId)
    expect(session).toMatchObject({ state: 'expired', endReason: 'invalidated', mismatches: 5 })
  })

  it('spends the code once under a hundred parallel callbacks, and tells all of them the outcome', async () => {
    const callback = await consentAs(LIN)
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, () => domain.auth.completeAuthorization(callback)),
    )
    expect(domain.oauth.exchanges).toBe(1)
    expect(outcomes.filter(({ kind }) => kind === 'completed')).toHaveLength(1)
    expect(outcomes.filter(({ kind }) => kind === 'already_ended')).toHaveLength(99)
    expect(reasons()).toEqual([])
  })

  it('completes once when two tabs consent at the same time', async () => {
    const callbacks = await Promise.all([consentAs(LIN), consentAs(LIN)])
    const outcomes = await Promise.all(callbacks.map(domain.auth.completeAuthorization))
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ session: { state: 'completed' } })
    const ends = domain.seen.filter((event) => event.type === 'session_ended')
    expect(ends).toHaveLength(1)
  })

  it('answers a replayed link with the truth', async () => {
    const callback = await consentAs(LIN)
    await domain.auth.completeAuthorization(callback)
    const again = await domain.auth.completeAuthorization(callback)
    expect(again).toMatchObject({ kind: 'already_ended', session: { state: 'completed' } })
    expect(domain.oauth.exchanges).toBe(1)
  })

  it('says that a link was used when its attempt failed before', async () => {
    const callback = await consentAs(LIN)
    domain.oauth.failures.push(new FeishuUnavailableError('upstream_timeout'))
    await domain.auth.completeAuthorization(callback)
    expect(await domain.auth.completeAuthorization(callback)).toMatchObject({ kind: 'link_used' })
    expect(reasons()).toEqual(['upstream_timeout'])
  })

  it.each([
    ['unknown', newSecret()],
    ['empty', ''],
    ['malformed', 'x\u0000y'],
  ])('refuses an %s state and counts it', async (_name, wrong) => {
    const callback = { ...(await consentAs(LIN)), state: wrong }
    expect(await domain.auth.completeAuthorization(callback)).toEqual({ kind: 'link_unknown' })
    expect(domain.oauth.exchanges).toBe(0)
    expect(reasons()).toEqual(['state_invalid'])
  })

  it('refuses what is no callback at all and counts it', async () => {
    const outcome = await domain.auth.completeAuthorization({ kind: 'malformed' })
    expect(outcome).toEqual({ kind: 'link_unknown' })
    expect(reasons()).toEqual(['state_invalid'])
  })

  it('says that a sign-in came too late when its attempt ran out before the session', async () => {
    await domain.close()
    domain = await createDomain({ sessionSeconds: 3600 })
    const asked = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: SCOPES })
    sessionId = asked.session.id
    const callback = await consentAs(LIN)
    domain.clock.advance(600_001)
    const outcome = await domain.auth.completeAuthorization(callback)
    expect(outcome).toMatchObject({ kind: 'late', session: { state: 'pending' } })
    expect(reasons()).toEqual(['timed_out'])
    expect(domain.oauth.exchanges).toBe(0)
    expect(await domain.auth.completeAuthorization(await consentAs(LIN))).toMatchObject({
      kind: 'completed',
    })
  })

  it('refuses a code that was issued for another attempt', async () => {
    const [mine, other] = [await consentAs(LIN), await consentAs(LIN)]
    const crossed = { ...mine, state: other.state }
    const outcome = await domain.auth.completeAuthorization(crossed)
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'pkce_failed' })
    expect(await state()).toBe('pending')
  })

  it('keeps the session pending when the code ran out, and shows it on the card', async () => {
    domain.oauth.failures.push(new AuthorizationCodeExpiredError())
    const outcome = await domain.auth.completeAuthorization(await consentAs(LIN))
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'code_expired' })
    const session = await domain.auth.readSession(sessionId)
    expect(session).toMatchObject({ state: 'pending', heldUntil: null })
    expect(session.lastFailure?.reason).toBe('code_expired')
  })

  it('refuses a callback that comes after the request ran out', async () => {
    const callback = await consentAs(LIN)
    domain.clock.advance(600_001)
    const outcome = await domain.auth.completeAuthorization(callback)
    expect(outcome).toMatchObject({
      kind: 'already_ended',
      session: { state: 'expired', endReason: 'timed_out' },
    })
    expect(domain.oauth.exchanges).toBe(0)
  })

  it('lets nobody end the session while its code is being exchanged', async () => {
    const callback = await consentAs(LIN)
    domain.clock.advance(580_000)
    domain.oauth.beforeAnswer = async () => {
      const click = { action: 'decline', sessionId, messageId: 'om_1', ...LIN } as const
      expect(await domain.auth.answerCardClick(click)).toMatchObject({ toast: 'being_completed' })
      domain.clock.advance(25_000)
      expect(await domain.auth.sweep.sessions()).toEqual({ completed: 0, expired: 0 })
    }
    expect(await domain.auth.completeAuthorization(callback)).toMatchObject({ kind: 'completed' })
  })

  describe('a denial', () => {
    it('ends the session when the browser that opened the link brings it', async () => {
      const { state: denied, browserSecret } = await domain.tap(sessionId)
      const callback = {
        kind: 'error',
        error: 'access_denied',
        state: denied,
        browserSecret,
      } as const
      expect(await domain.auth.completeAuthorization(callback)).toMatchObject({
        kind: 'declined',
        session: { state: 'rejected', endReason: 'access_denied' },
      })
    })

    it('ends nothing when another browser brings it', async () => {
      for (const browserSecret of [undefined, newSecret()]) {
        const { state: denied } = await domain.tap(sessionId)
        const callback = {
          kind: 'error',
          error: 'access_denied',
          state: denied,
          browserSecret,
        } as const
        const outcome = await domain.auth.completeAuthorization(callback)
        expect(outcome.kind).toBe('denial_unproven')
      }
      expect(await state()).toBe('pending')
      expect(reasons()).toEqual(['state_invalid', 'state_invalid'])
    })

    it('counts for both tabs of one browser', async () => {
      const first = await domain.tap(sessionId)
      const second = await domain.tap(sessionId, first.browserSecret)
      expect(second.browserSecret).toBe(first.browserSecret)
    })
  })

  describe('with a failing database', () => {
    it('tries again, for a code cannot be spent twice', async () => {
      let failures = 2
      await domain.close()
      domain = await createDomain({
        store: (real) => ({
          ...real,
          grants: {
            ...real.grants,
            async save(grant) {
              if (failures-- > 0) throw new StoreUnavailableError('save_grant', new Error('busy'))
              return real.grants.save(grant)
            },
          },
        }),
      })
      const asked = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: SCOPES })
      sessionId = asked.session.id
      const completing = domain.auth.completeAuthorization(await consentAs(LIN))
      for (let retry = 0; retry < 2; retry++) {
        await domain.clock.untilSomebodySleeps()
        domain.clock.advance(1000)
      }
      expect(await completing).toMatchObject({ kind: 'completed' })
    })

    it('gives the token back to Feishu when it cannot be stored', async () => {
      await domain.close()
      domain = await createDomain({
        store: (real) => ({
          ...real,
          grants: {
            ...real.grants,
            save: async () => {
              throw new StoreUnavailableError('save_grant', new Error('disk full'))
            },
          },
        }),
      })
      const asked = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: SCOPES })
      sessionId = asked.session.id
      const completing = domain.auth.completeAuthorization(await consentAs(LIN))
      for (let retry = 0; retry < 2; retry++) {
        await domain.clock.untilSomebodySleeps()
        domain.clock.advance(1000)
      }
      expect(await completing).toMatchObject({ kind: 'failed', reason: 'db_error' })
      await domain.background.drain()
      expect(domain.oauth.revoked).toHaveLength(2)
      expect(await state()).toBe('pending')
    })
  })
})
