import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CardAction } from '../../src/auth/answer-card-click.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { insertSession } from '../store/contract/samples.ts'
import { ALEX, APP, createDomain, type Domain, LIN } from '../support/domain.ts'

describe('answerCardClick', () => {
  let domain: Domain
  let sessionId: string
  beforeEach(async () => {
    domain = await createDomain()
    sessionId = (await domain.auth.requestAuthorization({ openId: LIN.openId })).session.id
  })
  afterEach(() => domain.close())

  const click = (
    action: CardAction,
    who: { openId: string; tenantKey: string | null } = LIN,
    id = sessionId,
  ) => domain.auth.answerCardClick({ action, sessionId: id, messageId: 'om_1', ...who })

  const pendingOf = (openId: string) => domain.store.sessions.findPending(APP.appId, openId)

  const pendingSession = async () => {
    const [session] = await domain.store.sessions.list({ state: 'pending', limit: 1 })
    return session
  }

  it('declines, and answers with the declined card', async () => {
    expect(await click('decline')).toMatchObject({
      toast: 'declined',
      session: { state: 'rejected', endReason: 'declined_on_card', card: { wants: 'rejected' } },
    })
  })

  it('answers a second tap with the truth', async () => {
    await click('decline')
    expect(await click('decline')).toMatchObject({ toast: 'already_declined' })
  })

  it('tells a bystander that it is not for them, and changes nothing', async () => {
    for (const stranger of [ALEX, { ...LIN, openId: 'ou_LIN' }]) {
      const answer = await click('decline', stranger)
      expect(answer).toEqual({ toast: 'not_for_you', session: null, authorizeLink: null })
    }
    expect((await domain.auth.readSession(sessionId)).state).toBe('pending')
  })

  it('remembers the tenant of the person, and refuses their namesake of another tenant', async () => {
    await click('check_again')
    expect((await domain.auth.readSession(sessionId)).tenantKey).toBe(LIN.tenantKey)
    const answer = await click('decline', { ...LIN, tenantKey: 'tenant-2' })
    expect(answer.toast).toBe('not_for_you')
  })

  it('learns no tenant from a tap that tells none, and keeps the one it knows', async () => {
    await click('check_again', { ...LIN, tenantKey: null })
    expect((await domain.auth.readSession(sessionId)).tenantKey).toBeNull()
    await click('check_again')
    expect(await click('check_again', { ...LIN, tenantKey: null })).not.toMatchObject({
      toast: 'not_for_you',
    })
    expect((await domain.auth.readSession(sessionId)).tenantKey).toBe(LIN.tenantKey)
  })

  it('treats an unknown session as run out', async () => {
    const answer = await click('decline', LIN, '00000000-0000-4000-8000-000000000000')
    expect(answer).toEqual({ toast: 'expired', session: null, authorizeLink: null })
  })

  it('expires rather than declines a request that has run out', async () => {
    domain.clock.advance(600_000)
    expect(await click('decline')).toMatchObject({
      toast: 'expired',
      session: { state: 'expired', endReason: 'timed_out' },
    })
  })

  it('sends a new card for an expired one, once', async () => {
    domain.clock.advance(600_000)
    await domain.auth.sweep.sessions()
    expect(await click('send_again')).toMatchObject({
      toast: 'sent_again',
      session: { id: sessionId, state: 'expired' },
    })
    expect(await click('send_again')).toMatchObject({ toast: 'already_sent' })
    await domain.background.drain()
    expect(domain.messenger.sends).toBe(2)
    expect(await pendingSession()).toMatchObject({
      openId: LIN.openId,
      card: { messageId: 'om_2' },
    })
  })

  it('sends the new card for what was asked, in the words and to the place of before', async () => {
    const words = { reason: 'For your report', locale: 'ja', chatId: 'oc_team' } as const
    const { openId, tenantKey } = ALEX
    const request = { openId, tenantKey, scopes: ['mail:read'], ...words }
    const { session } = await domain.auth.requestAuthorization(request)
    await click('decline', ALEX, session.id)
    expect(await click('send_again', ALEX, session.id)).toMatchObject({ toast: 'sent_again' })
    expect(await pendingOf(ALEX.openId)).toMatchObject({ ...request, grantEndsAt: null })
  })

  it('answers before the new card is sent, and sends it later when Feishu is down', async () => {
    await click('decline')
    domain.messenger.failures.push(new FeishuUnavailableError('upstream_5xx'))
    expect(await click('send_again')).toMatchObject({ toast: 'sent_again' })
    await domain.background.drain()
    domain.clock.advance(10_000)
    await domain.auth.showCard.due()
    expect(await pendingSession()).toMatchObject({ card: { messageId: 'om_2', shows: 'asking' } })
  })

  it('never revives a superseded card', async () => {
    await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: ['more'] })
    expect(await click('send_again')).toMatchObject({ toast: 'superseded' })
    expect(domain.messenger.sends).toBe(2)
  })

  // The redrawn card of the end can be there before this answer is, and an old card would cover it for good.
  it.each(['decline', 'check_again'] as const)(
    'leaves the card alone on %s while a callback is at work',
    async (action) => {
      const now = domain.clock.now()
      await domain.store.sessions.hold(sessionId, new Date(now.getTime() + 45_000), now)
      const left = { toast: 'being_completed', session: null, authorizeLink: null }
      expect(await click(action)).toEqual(left)
    },
  )

  it('asks afresh when the admin has enabled what was missing', async () => {
    await domain.store.sessions.noteFailure(sessionId, 'scope_not_enabled', domain.clock.now())
    expect(await click('check_again')).toMatchObject({
      toast: 'checking_again',
      session: { lastFailure: null, card: { wants: 'asking' } },
    })
  })

  it('tells of a no to a renewal as such, also the second time', async () => {
    const now = domain.clock.now()
    const renewal = await insertSession(domain.store, {
      ...{ appId: APP.appId, openId: ALEX.openId },
      ...{ grantEndsAt: new Date(now.getTime() + 86_400_000) },
    })
    const decline = () =>
      domain.auth.answerCardClick({
        ...{ action: 'decline', sessionId: renewal.id, messageId: null },
        ...{ openId: ALEX.openId, tenantKey: null },
      })
    // Its ticket is sealed with another key, which the card of an end does not need.
    expect((await decline()).toast).toBe('renewal_declined')
    expect((await decline()).toast).toBe('renewal_declined')
  })

  it('tells of a request that was withdrawn as run out, and of one replaced as such', async () => {
    await domain.auth.invalidateSession(sessionId)
    const withdrawn = { toast: 'expired', session: { endReason: 'invalidated' } }
    expect(await click('decline')).toMatchObject(withdrawn)
    const { session } = await domain.auth.requestAuthorization({ openId: LIN.openId })
    await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: ['more'] })
    const replaced = { toast: 'superseded', session: { endReason: 'superseded' } }
    expect(await click('decline', LIN, session.id)).toMatchObject(replaced)
    expect(await click('check_again', LIN, session.id)).toMatchObject(replaced)
  })

  describe('revoke', () => {
    const grantOf = (openId: string) => domain.store.grants.find(APP.appId, openId)

    async function authorize() {
      await domain.agree(sessionId)
      await domain.auth.showCard.due()
    }

    it('answers at once, then revokes at Feishu and turns the card grey', async () => {
      await authorize()
      const revoking = { toast: 'revoking', session: null, authorizeLink: null }
      expect(await click('revoke')).toEqual(revoking)
      await domain.background.drain()
      expect(await grantOf(LIN.openId)).toBeNull()
      expect(domain.oauth.revoked).toHaveLength(2)
      expect(domain.messenger.cards.get('om_1')?.look).toBe('revoked:by_person')
      expect(domain.seen).toContainEqual(
        expect.objectContaining({ type: 'grant_revoked', source: 'user', reason: 'user' }),
      )
    })

    it('tells a second tap the truth, on the grey card', async () => {
      await authorize()
      await click('revoke')
      await domain.background.drain()
      expect(await click('revoke')).toMatchObject({
        toast: 'already_revoked',
        session: { state: 'completed', card: { wants: 'revoked:by_person' } },
      })
      expect(domain.oauth.revoked).toHaveLength(2)
    })

    it('brings a card up to date whose grant is gone already', async () => {
      await authorize()
      await domain.store.grants.delete({ appId: APP.appId, openId: LIN.openId })
      expect((await click('revoke')).toast).toBe('already_revoked')
      await domain.background.drain()
      expect(domain.messenger.cards.get('om_1')?.look).toBe('revoked:by_person')
    })

    it('turns the card grey that was tapped, although a wider consent has come since', async () => {
      await authorize()
      const scopes = ['mail:read', 'offline_access']
      const wider = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes })
      await domain.agree(wider.session.id)
      await click('revoke')
      await domain.background.drain()
      expect(domain.messenger.cards.get('om_1')?.look).toBe('revoked:by_person')
    })

    it("is nobody else's to tap", async () => {
      await authorize()
      expect((await click('revoke', ALEX)).toast).toBe('not_for_you')
      await domain.background.drain()
      expect(await grantOf(LIN.openId)).not.toBeNull()
    })

    it('ends nothing while the request is still open', async () => {
      expect((await click('revoke')).toast).toBe('being_completed')
    })
  })

  describe('a tap that another instance has taken', () => {
    const doubled = (action: CardAction) =>
      domain.auth.answerCardClick({
        action,
        sessionId,
        messageId: 'om_1',
        ...LIN,
        isDoubled: true,
      })

    it.each(['decline', 'check_again', 'send_again'] as const)(
      'moves nothing of a pending request when it is %s, and draws no card',
      async (action) => {
        await domain.store.sessions.noteFailure(sessionId, 'internal', domain.clock.now())
        const before = await domain.auth.readSession(sessionId)
        expect(await doubled(action)).toEqual({
          toast: 'working_on_it',
          session: null,
          authorizeLink: null,
        })
        await domain.background.drain()
        expect(await domain.auth.readSession(sessionId)).toEqual(before)
        expect(domain.messenger.sends).toBe(1)
      },
    )

    it('does not draw the green card over that of a revocation on its way', async () => {
      const move = { to: 'completed', grantedScopes: [], tenantKey: LIN.tenantKey } as const
      const before = await domain.store.sessions.move(sessionId, move, domain.clock.now())
      expect(await doubled('revoke')).toEqual({
        toast: 'revoking',
        session: null,
        authorizeLink: null,
      })
      expect(await doubled('decline')).toMatchObject({ toast: 'already_completed', session: null })
      await domain.background.drain()
      expect(await domain.auth.readSession(sessionId)).toEqual(before)
    })

    it('is answered with the card of an end that stays', async () => {
      await click('decline')
      expect(await doubled('decline')).toMatchObject({
        toast: 'already_declined',
        session: { state: 'rejected' },
      })
    })

    it('is answered with the grey card of a grant that has been revoked', async () => {
      const move = { to: 'completed', grantedScopes: [], tenantKey: LIN.tenantKey } as const
      await domain.store.sessions.move(sessionId, move, domain.clock.now())
      await domain.store.sessions.wantLook(sessionId, 'revoked:by_admin', domain.clock.now())
      expect(await doubled('revoke')).toMatchObject({
        toast: 'already_revoked',
        session: { id: sessionId, card: { wants: 'revoked:by_admin' } },
      })
    })

    it('tells a bystander nothing more', async () => {
      const answer = await domain.auth.answerCardClick({
        action: 'decline',
        sessionId,
        messageId: 'om_1',
        ...ALEX,
        isDoubled: true,
      })
      expect(answer.toast).toBe('not_for_you')
    })
  })
})
