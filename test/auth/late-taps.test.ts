import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CardAction } from '../../src/auth/answer-card-click.ts'
import { AuthorizationInProgressError } from '../../src/errors.ts'
import { createDomain, type Domain, LIN } from '../support/domain.ts'

describe('a tap on a card whose request is no longer what it shows', () => {
  let domain: Domain
  let sessionId: string
  /** Runs once, before a session is moved next, or its failure cleared. */
  let meanwhile: () => Promise<unknown>
  beforeEach(async () => {
    meanwhile = async () => {}
    const actOnce = async () => {
      const act = meanwhile
      meanwhile = async () => {}
      await act()
    }
    domain = await createDomain({
      store: (real) => ({
        ...real,
        sessions: {
          ...real.sessions,
          async move(...args) {
            await actOnce()
            return real.sessions.move(...args)
          },
          async clearFailure(...args) {
            await actOnce()
            return real.sessions.clearFailure(...args)
          },
        },
      }),
    })
    sessionId = await ask(['a'])
  })
  afterEach(() => domain.close())

  const ask = async (scopes: string[]) =>
    (await domain.auth.requestAuthorization({ openId: LIN.openId, scopes })).session.id
  const click = (action: CardAction, id = sessionId) =>
    domain.auth.answerCardClick({ action, sessionId: id, messageId: 'om_1', ...LIN })
  const hold = (id = sessionId) => {
    const now = domain.clock.now()
    return domain.store.sessions.hold(id, new Date(now.getTime() + 45_000), now)
  }

  it('is told as the end that it makes', async () => {
    await click('decline')
    expect(domain.seen).toContainEqual({
      type: 'session_ended',
      session: expect.objectContaining({ id: sessionId, endReason: 'declined_on_card' }),
    })
  })

  it('is answered with what another instance has come to this instant', async () => {
    meanwhile = () => click('decline')
    expect(await click('decline')).toMatchObject({
      toast: 'already_declined',
      session: { state: 'rejected' },
    })
    expect(domain.seen.filter(({ type }) => type === 'session_ended')).toHaveLength(1)
  })

  it('declines nothing that has run out, and shows so', async () => {
    domain.clock.advance(600_000)
    await domain.auth.sweep.sessions()
    expect(await click('decline')).toMatchObject({
      toast: 'expired',
      session: { state: 'expired' },
    })
  })

  it('sends nothing where they have agreed', async () => {
    await domain.agree(sessionId)
    expect(await click('send_again')).toMatchObject({
      toast: 'already_completed',
      session: { state: 'completed' },
    })
    await domain.background.drain()
    expect(domain.messenger.sends).toBe(1)
  })

  it('sends a new card for one that has run out unnoticed, and shows that', async () => {
    domain.clock.advance(600_000)
    expect(await click('send_again')).toMatchObject({
      toast: 'sent_again',
      session: { id: sessionId, state: 'expired' },
    })
  })

  it('fails where they complete another request this instant', async () => {
    await click('decline')
    const other = await ask(['b'])
    await hold(other)
    await expect(click('send_again')).rejects.toBeInstanceOf(AuthorizationInProgressError)
  })

  it('looks again at what no callback works on any more', async () => {
    await domain.store.sessions.noteFailure(sessionId, 'scope_not_enabled', domain.clock.now())
    await hold()
    domain.clock.advance(45_001)
    expect(await click('check_again')).toMatchObject({ toast: 'checking_again' })
  })

  it('looks no more at what ends this instant', async () => {
    await domain.store.sessions.noteFailure(sessionId, 'scope_not_enabled', domain.clock.now())
    meanwhile = () => click('decline')
    expect(await click('check_again')).toMatchObject({
      toast: 'already_declined',
      session: { state: 'rejected' },
    })
  })

  it('looks no more at what has ended', async () => {
    await click('decline')
    expect(await click('check_again')).toMatchObject({
      toast: 'already_declined',
      session: { state: 'rejected' },
    })
  })
})
