import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  AppMisconfiguredError,
  FeishuUnavailableError,
  PersonUnreachableError,
  UnknownAppError,
} from '../../src/errors.ts'
import { createDomain, type Domain, LIN } from '../support/domain.ts'

describe('requestAuthorization', () => {
  let domain: Domain
  beforeEach(async () => {
    domain = await createDomain()
  })
  afterEach(() => domain.close())

  it('stores the session first and sends its card', async () => {
    const { session, created } = await domain.auth.requestAuthorization({ openId: LIN.openId })
    expect(created).toBe(true)
    expect(session).toMatchObject({
      state: 'pending',
      card: { messageId: 'om_1', shows: 'asking' },
    })
    expect(session.expiresAt.getTime() - session.createdAt.getTime()).toBe(600_000)
    const link = domain.messenger.cards.get('om_1')?.link
    expect(link).toMatch(/^https:\/\/bot\.example\/auth-bot\/auth\/[A-Za-z0-9_-]{43}$/)
  })

  it('joins a pending session that covers the scopes, without a second card', async () => {
    const scopes = ['a', 'b']
    const first = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes })
    const second = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: ['b'] })
    expect(second).toMatchObject({ created: false, session: { id: first.session.id } })
    expect(domain.messenger.sends).toBe(1)
  })

  it('opens one session and sends one card for fifty callers at once', async () => {
    const request = { openId: LIN.openId, scopes: ['a'] }
    const all = await Promise.all(
      Array.from({ length: 50 }, () => domain.auth.requestAuthorization(request)),
    )
    expect(new Set(all.map(({ session }) => session.id)).size).toBe(1)
    expect(all.filter(({ created }) => created)).toHaveLength(1)
    expect(domain.messenger.sends).toBe(1)
  })

  it('supersedes a narrower pending session and carries its scopes along', async () => {
    const first = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: ['a'] })
    const second = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: ['b'] })
    expect(second.session.scopes).toEqual(['a', 'b'])
    const old = await domain.auth.readSession(first.session.id)
    expect(old).toMatchObject({ state: 'expired', endReason: 'superseded' })
    await domain.auth.showCard.due()
    expect(domain.messenger.cards.get('om_1')?.look).toBe('superseded')
  })

  it('carries no scopes along beyond the fifty that Feishu takes at once', async () => {
    const scopes = (from: number) =>
      Array.from({ length: 30 }, (_, index) => `scope:${from + index}`)
    await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: scopes(0) })
    const wider = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: scopes(20) })
    expect(wider.session.scopes).toHaveLength(50)
    const next = domain.auth.requestAuthorization({ openId: LIN.openId, scopes: scopes(40) })
    await expect(next).rejects.toMatchObject({ sessionId: wider.session.id })
  })

  it('replaces a session that ran out but was not swept yet, and forgets its scopes', async () => {
    const first = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: ['a'] })
    domain.clock.advance(601_000)
    const second = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: ['b'] })
    expect(second).toMatchObject({ created: true, session: { scopes: ['b'] } })
    const old = await domain.auth.readSession(first.session.id)
    expect(old).toMatchObject({ state: 'expired', endReason: 'timed_out' })
  })

  it('withdraws the request at once when no card can ever reach the person', async () => {
    domain.messenger.failures.push(new PersonUnreachableError('The bot is not available to them.'))
    const request = domain.auth.requestAuthorization({ openId: LIN.openId })
    await expect(request).rejects.toBeInstanceOf(PersonUnreachableError)
    const [session] = await domain.store.sessions.list({ openId: LIN.openId, limit: 1 })
    expect(session).toMatchObject({ state: 'expired', endReason: 'invalidated' })
    expect(session?.card.dueAt).toBeNull()
  })

  it('keeps the request when Feishu is down, and sends its card when Feishu is back', async () => {
    domain.messenger.failures.push(new FeishuUnavailableError('upstream_5xx'))
    const request = domain.auth.requestAuthorization({ openId: LIN.openId })
    await expect(request).rejects.toBeInstanceOf(FeishuUnavailableError)
    await domain.auth.showCard.due()
    expect(domain.messenger.sends).toBe(0)
    domain.clock.advance(10_000)
    await domain.auth.showCard.due()
    const [session] = await domain.store.sessions.list({ openId: LIN.openId, limit: 1 })
    expect(session).toMatchObject({ state: 'pending', card: { messageId: 'om_1' } })
  })

  it('sends the card for the next caller at once when Feishu is back', async () => {
    domain.messenger.failures.push(new FeishuUnavailableError('upstream_5xx'))
    const first = domain.auth.requestAuthorization({ openId: LIN.openId })
    await expect(first).rejects.toBeInstanceOf(FeishuUnavailableError)
    const second = await domain.auth.requestAuthorization({ openId: LIN.openId })
    expect(second).toMatchObject({ created: false, session: { card: { messageId: 'om_1' } } })
  })

  it('keeps the request when the bot may not send, and tells the caller why', async () => {
    const refused = new AppMisconfiguredError('card_undeliverable', 'The bot is off.')
    domain.messenger.failures.push(refused)
    await expect(domain.auth.requestAuthorization({ openId: LIN.openId })).rejects.toBe(refused)
    const [session] = await domain.store.sessions.list({ openId: LIN.openId, limit: 1 })
    expect(session?.state).toBe('pending')
  })

  it('refuses an app that is not configured', async () => {
    const request = domain.auth.requestAuthorization({ openId: LIN.openId, appId: 'cli_other' })
    await expect(request).rejects.toBeInstanceOf(UnknownAppError)
  })
})
