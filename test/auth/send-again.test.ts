import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newSecret } from '../../src/auth/one-time-secret.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { createDomain, type Domain, LIN } from '../support/domain.ts'

describe('asking for a new card from an old link', () => {
  let domain: Domain
  let sessionId: string
  let ticket: string | undefined
  beforeEach(async () => {
    domain = await createDomain()
    const request = { openId: LIN.openId, scopes: ['a'], reason: 'To read', tenantKey: 'tenant-1' }
    const { session } = await domain.auth.requestAuthorization(request)
    sessionId = session.id
    ticket = domain.auth.tickets.link(session).split('/').at(-1)
  })
  afterEach(() => domain.close())

  const sendAgain = async () => {
    const answer = await domain.auth.sendAgain(ticket)
    await domain.background.drain()
    return answer
  }

  it.each([
    ['declined', { to: 'rejected', endReason: 'declined_on_card' }],
    ['withdrawn', { to: 'expired', endReason: 'invalidated' }],
  ] as const)('brings a card of a request like the one that was %s', async (_, move) => {
    await domain.store.sessions.move(sessionId, move, domain.clock.now())
    const answer = await sendAgain()
    const again = { openId: LIN.openId, scopes: ['a'], reason: 'To read', tenantKey: 'tenant-1' }
    expect(answer).toMatchObject({ kind: 'sent', session: { ...again, state: 'pending' } })
    expect(answer).not.toMatchObject({ session: { id: sessionId } })
    expect(domain.messenger.sends).toBe(2)
    const { session } = answer.kind === 'unknown' ? expect.unreachable() : answer
    expect(domain.messenger.cards.get('om_2')).toMatchObject({ sessionId: session.id })
  })

  it('brings one although the request has only run out, and nobody has swept it yet', async () => {
    domain.clock.advance(600_000)
    expect(await sendAgain()).toMatchObject({ kind: 'sent' })
    expect((await domain.auth.readSession(sessionId)).endReason).toBe('timed_out')
  })

  it('brings no second one', async () => {
    await domain.auth.invalidateSession(sessionId)
    const first = await sendAgain()
    const { session } = first.kind === 'sent' ? first : expect.unreachable()
    expect(await sendAgain()).toMatchObject({ kind: 'already_sent', session: { id: session.id } })
    expect(domain.messenger.sends).toBe(2)
  })

  it('answers before the card is sent, and brings it later when Feishu is down', async () => {
    await domain.auth.invalidateSession(sessionId)
    domain.messenger.failures.push(new FeishuUnavailableError('upstream_5xx'))
    expect(await sendAgain()).toMatchObject({ kind: 'sent' })
    expect(domain.messenger.sends).toBe(1)
    domain.clock.advance(10_000)
    await domain.auth.showCard.due()
    expect(domain.messenger.sends).toBe(2)
  })

  it('is not needed while the card waits', async () => {
    expect(await sendAgain()).toMatchObject({ kind: 'not_needed', session: { id: sessionId } })
    expect(domain.messenger.sends).toBe(1)
  })

  it('is not needed once they have agreed', async () => {
    await domain.agree(sessionId)
    expect(await sendAgain()).toMatchObject({
      kind: 'not_needed',
      session: { id: sessionId, state: 'completed' },
    })
    expect(domain.messenger.sends).toBe(1)
  })

  it.each([
    ['nobody gave out', newSecret],
    ['has another shape', () => 'x'],
    ['is left out', () => undefined],
  ])('leads nowhere with a ticket that %s', async (_, other) => {
    expect(await domain.auth.sendAgain(other())).toEqual({ kind: 'unknown' })
  })
})
