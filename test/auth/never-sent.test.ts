import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failureOfEnd } from '../../src/auth/never-sent.ts'
import type { AuthSession } from '../../src/auth/session.ts'
import { AppMisconfiguredError, FeishuUnavailableError } from '../../src/errors.ts'
import { aSession, NOW } from '../store/contract/samples.ts'
import { createDomain, type Domain, LIN } from '../support/domain.ts'

const away = new FeishuUnavailableError('upstream_5xx')
const slow = new FeishuUnavailableError('rate_limited')
const misconfigured = new AppMisconfiguredError('bad_client', 'The secret is wrong.')
const disabled = new AppMisconfiguredError('app_disabled', 'The app is off.')

describe('why a card did not go out', () => {
  let domain: Domain
  let sessionId: string
  beforeEach(async () => {
    domain = await createDomain()
  })
  afterEach(() => domain.close())

  /** A request whose card meets one error after the other; tells what is known of it after each. */
  async function reasonsAfter(...errors: Error[]) {
    domain.messenger.failures.push(...errors)
    const reasons: unknown[] = []
    await domain.auth
      .requestAuthorization({ openId: LIN.openId })
      .catch((error: unknown) => expect(errors).toContain(error))
    for (const _error of errors) {
      const [session] = await domain.store.sessions.list({ limit: 1 })
      if (!session) throw new Error('There is no request.')
      sessionId = session.id
      reasons.push(session.lastFailure?.reason)
      domain.clock.advance(60_000)
      await domain.auth.showCard.due()
    }
    return reasons
  }

  it('is known from the newest trouble', async () => {
    expect(await reasonsAfter(away, slow)).toEqual(['upstream_5xx', 'rate_limited'])
  })

  it('is a fault of the app until that has changed, whatever trouble passes by', async () => {
    expect(await reasonsAfter(misconfigured, away, disabled)).toEqual([
      'bad_client',
      'bad_client',
      'app_disabled',
    ])
  })

  it('is told once for each fault of the app, and not for what passes', async () => {
    await reasonsAfter(away, misconfigured, misconfigured)
    const told = domain.seen.filter(({ type }) => type === 'attempt_failed')
    expect(told).toMatchObject([{ reason: 'bad_client' }])
  })

  it('is noted with the time when it was first met', async () => {
    const begun = domain.clock.now()
    await reasonsAfter(away, away)
    expect((await domain.auth.readSession(sessionId)).lastFailure).toEqual({
      reason: 'upstream_5xx',
      at: begun,
    })
  })

  it('says nothing of a card that is there and only lags', async () => {
    const { session } = await domain.auth.requestAuthorization({ openId: LIN.openId })
    await domain.auth.invalidateSession(session.id)
    domain.messenger.failures.push(misconfigured)
    await domain.auth.showCard.due()
    expect((await domain.auth.readSession(session.id)).lastFailure).toBeNull()
    expect(domain.seen.filter(({ type }) => type === 'attempt_failed')).toEqual([])
  })
})

describe('what a request that ended without a token failed for', () => {
  const ended = (endReason: AuthSession['endReason'], changes: Partial<AuthSession> = {}) => {
    const sample = aSession()
    const card = { ...sample.card, messageId: 'om_1' }
    return { ...sample, card, endReason, ...changes }
  }
  const { card: unsent } = aSession()

  it.each([
    ['declined_on_card', 'declined_on_card'],
    ['access_denied', 'access_denied'],
    ['timed_out', 'timed_out'],
    ['invalidated', null],
    ['superseded', null],
    [null, null],
  ] as const)('is the choice of the person, if it was theirs: %s', (endReason, failure) => {
    expect(failureOfEnd(ended(endReason))).toBe(failure)
  })

  it('is what kept its card from going out, unless that was told when it was met', () => {
    const failed = (reason: 'upstream_5xx' | 'bad_client') => ({ lastFailure: { reason, at: NOW } })
    const timedOut = (changes: Partial<AuthSession>) =>
      failureOfEnd(ended('timed_out', { card: unsent, ...changes }))
    expect(timedOut(failed('upstream_5xx'))).toBe('upstream_5xx')
    expect(timedOut(failed('bad_client'))).toBeNull()
    expect(timedOut({})).toBe('internal')
  })

  it('is the time that ran out where there was a link instead of a card', () => {
    const byLink = { card: unsent, authMethod: 'web' } as const
    expect(failureOfEnd(ended('timed_out', byLink))).toBe('timed_out')
  })
})
