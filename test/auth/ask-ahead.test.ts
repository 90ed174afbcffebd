import { afterEach, describe, expect, it } from 'vitest'
import type { AheadSettings } from '../../src/auth/ask-ahead.ts'
import type { AuthSession } from '../../src/auth/session.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { APP, createDomain, type Domain } from '../support/domain.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const YEAR = 365 * DAY
/** The fake clock begins at 16:00 in Shanghai. */
const IN_THE_DAY: AheadSettings = {
  days: 7,
  quiet: { span: { from: 21 * 60, to: 9 * 60 }, timeZone: 'Asia/Shanghai' },
}
const KEY = { appId: APP.appId, openId: 'ou_lin' }
const SCOPES = ['docx:document', 'offline_access']

const open: Domain[] = []
afterEach(async () => {
  for (const domain of open.splice(0).reverse()) await domain.close()
})

async function begin(ahead: AheadSettings | undefined = IN_THE_DAY): Promise<Domain> {
  const domain = await createDomain({ ...(ahead && { ahead }) })
  domain.oauth.reply = { refreshTokenExpiresIn: YEAR / 1000 }
  open.push(domain)
  return domain
}

/** Another process on the same database, with a clock that shows the same. */
async function instanceOf(first: Domain): Promise<Domain> {
  const second = await createDomain({ store: () => first.store, ahead: IN_THE_DAY })
  second.clock.advance(first.clock.now().getTime() - second.clock.now().getTime())
  open.push(second)
  return second
}

/** A person consents on a card, and the upkeep of their grant begins. */
async function consent(domain: Domain, openId = KEY.openId): Promise<AuthSession> {
  const request = { openId, scopes: SCOPES, reason: 'Reports', locale: 'ja' } as const
  const { session } = await domain.auth.requestAuthorization(request)
  await authorize(domain, session)
  await domain.store.upkeeps.adopt(domain.clock.now(), 999)
  return session
}

async function authorize(domain: Domain, { id, openId }: AuthSession): Promise<void> {
  await domain.agree(id, { openId, tenantKey: 'tenant-1', name: openId })
}

const pendingOf = (domain: Domain, openId = KEY.openId) =>
  domain.store.sessions.findPending(APP.appId, openId)

describe('people whose authorization ends soon', () => {
  it('are asked once, in their words, with days to answer', async () => {
    const domain = await begin()
    await consent(domain)
    const endsAt = new Date(domain.clock.now().getTime() + YEAR)
    domain.clock.advance(YEAR - 7 * DAY - 1)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
    domain.clock.advance(1)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 1 })
    expect(await pendingOf(domain)).toMatchObject({
      scopes: SCOPES,
      reason: 'Reports',
      locale: 'ja',
      chatId: null,
      grantEndsAt: endsAt,
      expiresAt: new Date(domain.clock.now().getTime() + 3 * DAY),
      card: { shows: 'authorize_again:ends_soon' },
    })
    for (let day = 0; day < 7; day++) {
      expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
      domain.clock.advance(DAY)
      await domain.auth.sweep.sessions()
    }
    expect(domain.messenger.sends).toBe(2)
  })

  it('are not asked at all unless that is turned on', async () => {
    const off = await createDomain()
    open.push(off)
    off.oauth.reply = { refreshTokenExpiresIn: YEAR / 1000 }
    await consent(off)
    off.clock.advance(YEAR - DAY)
    expect(await off.auth.askAhead.due()).toEqual({ asked: 0 })
    expect(off.messenger.sends).toBe(1)
  })

  it('get one card, however many instances look at the same time', async () => {
    const first = await begin()
    for (let person = 0; person < 12; person++) await consent(first, `ou_${person}`)
    first.clock.advance(YEAR - DAY)
    const second = await instanceOf(first)
    const runs = [first, second, first, second].map(({ auth }) => auth.askAhead.due())
    expect((await Promise.all(runs)).reduce((sum, { asked }) => sum + asked, 0)).toBe(12)
    await Promise.all([first, second].map(({ auth }) => auth.showCard.due()))
    expect(first.messenger.sends - 12 + second.messenger.sends).toBe(12)
  })

  it('are left in peace at night, and asked in the morning', async () => {
    const domain = await begin()
    await consent(domain)
    domain.clock.advance(YEAR - 5 * DAY + 5 * 60 * MINUTE)
    for (let hour = 21; hour < 33; hour++) {
      expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
      domain.clock.advance(60 * MINUTE)
    }
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 1 })
  })

  it('are left in peace at night where they are, when a tap has told', async () => {
    const domain = await begin()
    await consent(domain)
    await consent(domain, 'ou_here')
    const { session } = await domain.auth.requestAuthorization({ ...KEY, scopes: ['mail:read'] })
    const click = { sessionId: session.id, openId: KEY.openId, tenantKey: null, messageId: null }
    const timeZone = 'America/New_York'
    await domain.auth.answerCardClick({ ...click, action: 'decline', timeZone })
    await domain.auth.answerCardClick({
      ...{ ...click, openId: 'ou_here', action: 'decline', timeZone },
    })
    await domain.background.drain()
    domain.clock.advance(YEAR - 5 * DAY)
    // 16:00 in Shanghai, 03:00 in New York.
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 1 })
    expect(await pendingOf(domain, 'ou_here')).not.toBeNull()
    expect(await pendingOf(domain)).toBeNull()
    domain.clock.advance(6 * 60 * MINUTE)
    // 22:00 in Shanghai, 09:00 in New York.
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 1 })
    expect(await pendingOf(domain)).not.toBeNull()
  })

  it('are asked a few at a time, the first to end first, also after downtime', async () => {
    const domain = await begin()
    for (let person = 0; person < 50; person++) {
      await consent(domain, `ou_${String(person).padStart(2, '0')}`)
      domain.clock.advance(1000)
    }
    domain.clock.advance(YEAR - 2 * DAY)
    const asked = []
    for (let run = 0; run < 4; run++) {
      asked.push((await domain.auth.askAhead.due()).asked)
      domain.clock.advance(MINUTE)
    }
    expect(asked).toEqual([20, 20, 10, 0])
    const order = [...domain.messenger.cards.values()].slice(50).map(({ sessionId }) => sessionId)
    const sessions = await Promise.all(order.map((id) => domain.auth.readSession(id)))
    expect(sessions.map(({ openId }) => openId)).toEqual(
      [...sessions.map(({ openId }) => openId)].sort(),
    )
  })

  it('are found beyond a page of people who were asked before', async () => {
    const domain = await begin()
    for (let person = 0; person < 230; person++) await consent(domain, `ou_${person}`)
    domain.clock.advance(YEAR - 6 * DAY)
    let asked = 0
    for (let run = 0; run < 11; run++) asked += (await domain.auth.askAhead.due()).asked
    expect(asked).toBe(220)
    // One that has just started looks from the beginning.
    const second = await instanceOf(domain)
    expect(await second.auth.askAhead.due()).toEqual({ asked: 10 })
    await consent(domain, 'ou_0')
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
  })

  it('are looked at a few thousand at a time, and by the next run from there on', async () => {
    const begun: (string | null)[] = []
    const authorizedAt = new Date()
    const pageAfter = (last: number) =>
      Array.from({ length: Math.min(200, 4300 - last) }, (_, index) => ({
        ...{ appId: 'cli_gone', openId: String(last + index + 1), tenantKey: 'tenant-1' },
        ...{ sessionId: '', scopes: [], version: 1, markVersion: null, markReason: null },
        ...{ askedAt: null, timeZone: null, authorizedAt, accessTokenExpiresAt: authorizedAt },
      }))
    const domain = await createDomain({
      ahead: IN_THE_DAY,
      store: (real) => ({
        ...real,
        renewals: {
          ...real.renewals,
          async listByConsent({ after }) {
            begun.push(after?.openId ?? null)
            return pageAfter(Number(after?.openId ?? 0))
          },
        },
      }),
    })
    open.push(domain)
    await domain.auth.askAhead.due()
    expect(begun.splice(0)).toEqual([null, ...Array.from({ length: 19 }, pageEnd)])
    await domain.auth.askAhead.due()
    expect(begun.splice(0)).toEqual(['4000', '4200'])
    await domain.auth.askAhead.due()
    expect(begun[0]).toBeNull()

    function pageEnd(_: unknown, page: number) {
      return String((page + 1) * 200)
    }
  })

  it('are not asked while a card waits for them, nor right after a no', async () => {
    const domain = await begin()
    await consent(domain)
    domain.clock.advance(YEAR - 7 * DAY)
    const { session } = await domain.auth.requestAuthorization({ ...KEY, scopes: ['mail:read'] })
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
    const click = { tenantKey: null, messageId: null, sessionId: session.id, ...KEY }
    await domain.auth.answerCardClick({ ...click, action: 'decline' })
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
    domain.clock.advance(6 * DAY)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
    expect(domain.messenger.sends).toBe(2)
  })

  it('are not asked for a grant that is over: ended, revoked, or at its end without a refresh', async () => {
    const domain = await begin()
    for (const openId of ['ou_ended', 'ou_marked', 'ou_dead']) await consent(domain, openId)
    const keyOf = (openId: string) => ({ appId: APP.appId, openId })
    domain.clock.advance(YEAR - 6 * DAY)
    await domain.store.grants.end(keyOf('ou_ended'), domain.clock.now())
    const mark = { status: 'reauth_required', reason: 'user_status', version: 1 } as const
    await domain.store.upkeeps.mark(keyOf('ou_marked'), { ...mark, at: domain.clock.now() })
    const dead = await domain.store.grants.find(APP.appId, 'ou_dead')
    if (!dead) throw new Error('There is no grant.')
    await domain.store.grants.rotate(1, { ...dead, refreshTokenExpiresAt: domain.clock.now() })
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
    domain.clock.advance(7 * DAY)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
  })

  it('are asked until five minutes before the end, and have until then to answer', async () => {
    const domain = await begin()
    await consent(domain, 'ou_late')
    domain.clock.advance(1)
    await consent(domain)
    const endsAt = new Date(domain.clock.now().getTime() + YEAR)
    domain.clock.advance(YEAR - 5 * MINUTE)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 1 })
    expect(await pendingOf(domain)).toMatchObject({ grantEndsAt: endsAt, expiresAt: endsAt })
    expect(await pendingOf(domain, 'ou_late')).toBeNull()
  })

  it('are asked whatever others have answered, and whatever ended before this consent', async () => {
    const domain = await begin()
    await consent(domain)
    const mark = { status: 'revoked', reason: 'revoked', version: 1 } as const
    await domain.store.upkeeps.mark(KEY, { ...mark, at: domain.clock.now() })
    await authorize(
      domain,
      (await domain.auth.requestAuthorization({ ...KEY, scopes: ['mail:read'] })).session,
    )
    domain.clock.advance(YEAR - DAY)
    const other = { openId: 'ou_other', tenantKey: null, messageId: null }
    const { session } = await domain.auth.requestAuthorization({ openId: other.openId })
    await domain.auth.answerCardClick({ ...other, sessionId: session.id, action: 'decline' })
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 1 })
    expect(await pendingOf(domain)).toMatchObject({ tenantKey: 'tenant-1' })
  })

  it('are asked without a reason when the request of then is deleted by now', async () => {
    const domain = await begin()
    await consent(domain)
    domain.clock.advance(YEAR - DAY)
    expect(await domain.auth.sweep.retention()).toEqual({ deleted: 1 })
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 1 })
    expect(await pendingOf(domain)).toMatchObject({ scopes: SCOPES, reason: null, locale: null })
  })

  it('are asked no more once the process closes, and by the next run from there on', async () => {
    const domain = await begin()
    for (const openId of ['ou_1', 'ou_2', 'ou_3']) {
      await consent(domain, openId)
      domain.clock.advance(1000)
    }
    domain.clock.advance(YEAR - DAY)
    expect(await domain.auth.askAhead.due(AbortSignal.abort())).toEqual({ asked: 0 })
    const closing = new AbortController()
    const { sendCard } = domain.messenger
    domain.messenger.sendCard = (...args) => {
      closing.abort()
      return sendCard(...args)
    }
    expect(await domain.auth.askAhead.due(closing.signal)).toEqual({ asked: 1 })
    expect(await pendingOf(domain, 'ou_1')).not.toBeNull()
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 2 })
  })

  it('are not asked in the name of an app that is gone', async () => {
    const domain = await begin()
    await consent(domain)
    domain.clock.advance(YEAR - DAY)
    const apps = [{ ...APP, appId: 'cli_fedcba9876543210' }]
    const moved = await createDomain({ store: () => domain.store, apps, ahead: IN_THE_DAY })
    moved.clock.advance(YEAR - DAY)
    open.push(moved)
    expect(await moved.auth.askAhead.due()).toEqual({ asked: 0 })
  })

  it('get their card later when Feishu does not take it now', async () => {
    const domain = await begin()
    await consent(domain)
    domain.clock.advance(YEAR - DAY)
    domain.messenger.failures = [new FeishuUnavailableError('upstream_5xx')]
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 1 })
    expect(domain.messenger.sends).toBe(1)
    domain.clock.advance(MINUTE)
    await domain.auth.showCard.due()
    expect(domain.messenger.sends).toBe(2)
  })
})

describe('the answer to a card ahead of time', () => {
  async function asked() {
    const domain = await begin()
    await consent(domain)
    domain.clock.advance(YEAR - 7 * DAY)
    await domain.auth.askAhead.due()
    const session = await pendingOf(domain)
    if (!session) throw new Error('Nobody was asked.')
    const before = await domain.store.grants.find(APP.appId, KEY.openId)
    return { domain, session, before }
  }

  it('yes: a new consent takes the place of the old one, for another 365 days', async () => {
    const { domain, session } = await asked()
    domain.clock.advance(2 * DAY)
    await authorize(domain, session)
    const renewed = await domain.store.grants.find(APP.appId, KEY.openId)
    expect(renewed).toMatchObject({ version: 2, authorizedAt: domain.clock.now(), scopes: SCOPES })
    expect(await domain.auth.readUserAccessToken(KEY)).toMatchObject({ openId: KEY.openId })
    domain.clock.advance(20 * DAY)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
    domain.clock.advance(YEAR - 27 * DAY)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 1 })
  })

  it('no: what was granted goes on, and nobody asks again', async () => {
    const { domain, session, before } = await asked()
    const click = { tenantKey: null, messageId: null, sessionId: session.id, ...KEY }
    const answer = await domain.auth.answerCardClick({ ...click, action: 'decline' })
    expect(answer.toast).toBe('renewal_declined')
    expect(await domain.store.grants.find(APP.appId, KEY.openId)).toEqual(before)
    for (let day = 0; day < 9; day++) {
      domain.clock.advance(DAY)
      expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
    }
    expect(domain.messenger.sends).toBe(2)
  })

  it('none: what was granted goes on, and the card tells until when', async () => {
    const { domain, session, before } = await asked()
    domain.clock.advance(3 * DAY)
    await domain.auth.sweep.sessions()
    await domain.auth.showCard.due()
    expect(await domain.auth.readSession(session.id)).toMatchObject({
      state: 'expired',
      card: { shows: 'expired' },
    })
    expect(await domain.store.grants.find(APP.appId, KEY.openId)).toEqual(before)
  })

  it('is not waited for: a caller who needs more gets a card in view, which covers both', async () => {
    const { domain, session } = await asked()
    const request = { ...KEY, scopes: ['docx:document'] }
    const { session: newer, created } = await domain.auth.requestAuthorization(request)
    expect(created).toBe(true)
    expect(newer).toMatchObject({ scopes: SCOPES, grantEndsAt: null })
    expect(await domain.auth.readSession(session.id)).toMatchObject({ endReason: 'superseded' })
  })
})

describe('people whose token cannot be refreshed', () => {
  async function withoutRefreshToken() {
    const domain = await begin()
    domain.oauth.reply = { refreshToken: null, refreshTokenExpiresIn: null }
    await consent(domain)
    return domain
  }

  it('are asked half an hour before it ends, once, when it is in use', async () => {
    const domain = await withoutRefreshToken()
    await domain.store.upkeeps.schedule(KEY, null, domain.clock.now())
    const endsAt = new Date(domain.clock.now().getTime() + 120 * MINUTE)
    domain.clock.advance(89 * MINUTE)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
    domain.clock.advance(MINUTE)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 1 })
    expect(await pendingOf(domain)).toMatchObject({ grantEndsAt: endsAt, expiresAt: endsAt })
    domain.clock.advance(MINUTE)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
  })

  it('are asked, too, when a caller has found out that there is none', async () => {
    const domain = await withoutRefreshToken()
    await domain.store.upkeeps.schedule(KEY, null, domain.clock.now())
    domain.clock.advance(91 * MINUTE)
    await domain.auth.readUserAccessToken({ ...KEY, minValidity: 29 * 60 })
    await expect(
      domain.auth.readUserAccessToken({ ...KEY, minValidity: 30 * 60 }),
    ).rejects.toMatchObject({ code: 'authorization_required' })
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 1 })
  })

  it('are not asked at all unless that is turned on', async () => {
    const off = await createDomain()
    open.push(off)
    off.oauth.reply = { refreshToken: null, refreshTokenExpiresIn: null }
    await consent(off)
    await off.store.upkeeps.schedule(KEY, null, off.clock.now())
    off.clock.advance(91 * MINUTE)
    expect(await off.auth.askAhead.due()).toEqual({ asked: 0 })
  })

  it('come first, and are no more at a time than others together with them', async () => {
    const domain = await begin()
    for (let person = 0; person < 6; person++) await consent(domain, `ou_year_${person}`)
    domain.clock.advance(YEAR - DAY)
    domain.oauth.reply = { refreshToken: null, refreshTokenExpiresIn: null }
    for (let person = 0; person < 17; person++) {
      const { openId } = await consent(domain, `ou_hour_${person}`)
      await domain.store.upkeeps.schedule({ ...KEY, openId }, null, domain.clock.now())
    }
    domain.clock.advance(91 * MINUTE)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 20 })
    expect(await pendingOf(domain, 'ou_hour_16')).not.toBeNull()
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 3 })
  })

  it('are asked no more once the process closes', async () => {
    const domain = await withoutRefreshToken()
    await domain.store.upkeeps.schedule(KEY, null, domain.clock.now())
    domain.clock.advance(91 * MINUTE)
    expect(await domain.auth.askAhead.due(AbortSignal.abort())).toEqual({ asked: 0 })
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 1 })
  })

  it('are not asked when nobody uses it, or when it is too late to answer', async () => {
    const domain = await withoutRefreshToken()
    domain.clock.advance(100 * MINUTE)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
    await domain.store.upkeeps.schedule(KEY, null, domain.clock.now())
    domain.clock.advance(16 * MINUTE)
    expect(await domain.auth.askAhead.due()).toEqual({ asked: 0 })
  })
})
