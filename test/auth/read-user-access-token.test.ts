import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FinishedReason } from '../../src/auth/refresh-outcome.ts'
import { AuthorizationRequiredError, FeishuUnavailableError } from '../../src/errors.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const KEY = { appId: APP.appId, openId: LIN.openId }
const DAY = 86_400_000

describe('reading a token without asking the person', () => {
  let domain: Domain
  beforeEach(async () => {
    domain = await createDomain()
  })
  afterEach(() => domain.close())

  const read = (scopes?: string[]) =>
    domain.auth.readUserAccessToken({ openId: LIN.openId, scopes }).catch((error: unknown) => error)

  async function consent(reply = {}) {
    const scopes = ['a', 'offline_access']
    const { session } = await domain.auth.requestAuthorization({ ...KEY, scopes })
    domain.oauth.reply = reply
    await domain.agree(session.id)
  }

  const mark = (reason: FinishedReason) =>
    domain.store.upkeeps.mark(KEY, {
      status: 'reauth_required',
      reason,
      version: 1,
      at: domain.clock.now(),
    })

  const paths = () =>
    domain.seen.flatMap((event) =>
      event.type === 'token_asked' ? [[event.appId, event.path, event.outcome]] : [],
    )

  it('hands out the token that is there, and tells so', async () => {
    await consent()
    expect(await read(['a'])).toMatchObject({ ...KEY, scopes: ['a', 'offline_access'] })
    expect(paths()).toEqual([[KEY.appId, 'hot', 'hit']])
    const [asked] = domain.seen.filter((event) => event.type === 'token_asked')
    expect(asked?.seconds).toBeGreaterThan(0)
  })

  it('sends no card to somebody who never authorized, and says what is needed', async () => {
    const error = await read(['a'])
    expect(error).toBeInstanceOf(AuthorizationRequiredError)
    expect(error).toMatchObject({
      ...KEY,
      missingScopes: ['a'],
      advice: null,
      message: expect.stringContaining('has not authorized'),
    })
    expect(domain.messenger.sends).toBe(0)
    expect(paths()).toEqual([[KEY.appId, 'hot', 'needs_auth']])
  })

  it('says which scopes were not granted', async () => {
    await consent()
    expect(await read(['a', 'b'])).toMatchObject({
      missingScopes: ['b'],
      message: expect.stringContaining('not granted every scope'),
    })
  })

  it.each<[FinishedReason, string]>([
    ['expired', 'has run out; Feishu ends it'],
    ['revoked', 'was revoked'],
    ['invalid', 'no longer accepts the stored refresh token'],
    ['reused', 'no longer accepts the stored refresh token'],
    ['lost_rotation', 'no longer accepts the stored refresh token'],
    ['user_status', 'does not let this person use the app'],
    ['no_refresh_token', 'none to refresh it'],
  ])('says that the person must authorize again after %s, and why', async (reason, words) => {
    await consent()
    await mark(reason)
    domain.clock.advance(DAY)
    expect(await read()).toMatchObject({
      ...KEY,
      code: 'authorization_required',
      message: expect.stringContaining(words),
    })
    expect(paths()).toEqual([[KEY.appId, 'refresh', 'needs_auth']])
  })

  it('tells an operator what to change where the token could never be refreshed', async () => {
    await consent({ refreshToken: null, refreshTokenExpiresIn: null })
    domain.clock.advance(DAY)
    const advice = expect.stringContaining('Refresh user_access_token')
    expect(await read()).toMatchObject({ advice, message: advice })
  })

  it('is no matter of the person while Feishu is away', async () => {
    await consent()
    domain.clock.advance(DAY)
    const error = new FeishuUnavailableError('upstream_5xx')
    const setback = { kind: 'setback', reason: 'upstream', error, retryAfterSeconds: 40 } as const
    domain.oauth.refreshed.push(setback)
    expect(await read()).toMatchObject({ code: 'feishu_unavailable' })
    expect(paths()).toEqual([[KEY.appId, 'refresh', 'transient']])
  })
})
