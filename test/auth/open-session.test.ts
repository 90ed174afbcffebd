import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AuthorizationInProgressError, TooManyCardsError } from '../../src/errors.ts'
import { aSession } from '../store/contract/samples.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

describe('a request for somebody who was asked before', () => {
  let domain: Domain
  /** Runs once, before the cards of a person are counted. */
  let meanwhile: () => Promise<unknown>
  beforeEach(async () => {
    meanwhile = async () => {}
    domain = await createDomain({
      cardLimits: { perPerson: 2, perChat: 1 },
      store: (real) => ({
        ...real,
        sessions: {
          ...real.sessions,
          async list(filter) {
            const act = meanwhile
            meanwhile = async () => {}
            await act()
            return real.sessions.list(filter)
          },
        },
      }),
    })
  })
  afterEach(() => domain.close())

  const ask = (scopes?: string[]) =>
    domain.auth.requestAuthorization({ openId: LIN.openId, scopes })
  const ends = () =>
    domain.seen.flatMap((event) =>
      event.type === 'session_ended' ? [[event.session.id, event.session.endReason]] : [],
    )

  it('keeps what the caller says about it, for the card', async () => {
    const words = { reason: 'To read', locale: 'ja', chatId: 'oc_team', tenantKey: 't' } as const
    const request = { openId: LIN.openId, scopes: ['a', 'b', 'a'], ...words }
    const { session } = await domain.auth.requestAuthorization(request)
    expect(session).toMatchObject({ ...words, scopes: ['a', 'b'], authMethod: 'websocket_card' })
    expect(await ask(['b'])).toMatchObject({ created: false, session: words })
  })

  it('asks for what the app asks for where the caller names nothing', async () => {
    expect(await ask()).toMatchObject({
      session: {
        scopes: APP.defaultScopes,
        ...{ reason: null, locale: null, chatId: null, tenantKey: null, grantEndsAt: null },
      },
    })
  })

  it('tells that it was made, and whose it is', async () => {
    const { session } = await ask()
    expect(domain.seen).toContainEqual(
      expect.objectContaining({
        type: 'step_reached',
        step: 'session_created',
        session: expect.objectContaining({ id: session.id }),
      }),
    )
  })

  it('takes the place of the narrower one, and tells its end', async () => {
    const { session } = await ask(['a'])
    const wider = await ask(['b'])
    expect(wider).toMatchObject({ created: true, session: { scopes: ['a', 'b'] } })
    expect(ends()).toEqual([[session.id, 'superseded']])
  })

  it('finds the one before run out at its very end, and tells that', async () => {
    const { session } = await ask()
    domain.clock.advance(600_000)
    await expect(ask()).rejects.toBeInstanceOf(TooManyCardsError)
    expect(ends()).toEqual([[session.id, 'timed_out']])
  })

  it('is refused while they complete the narrower one, and ends nothing', async () => {
    const { session } = await ask(['a'])
    const now = domain.clock.now()
    await domain.store.sessions.hold(session.id, new Date(now.getTime() + 45_000), now)
    await expect(ask(['b'])).rejects.toBeInstanceOf(AuthorizationInProgressError)
    expect(ends()).toEqual([])
    expect((await ask(['a'])).session.id).toBe(session.id)
  })

  describe('and has not answered, for scopes that do not fit into one request with these', () => {
    const thirty = (name: string) => Array.from({ length: 30 }, (_, index) => `${name}:${index}`)

    it('waits until they have, and takes no card from them', async () => {
      const { session } = await ask(thirty('a'))
      await expect(ask(thirty('b'))).rejects.toMatchObject({
        code: 'authorization_in_progress',
        sessionId: session.id,
        retryAfterSeconds: 5,
      })
      expect(ends()).toEqual([])
      expect(domain.messenger.sends).toBe(1)
      domain.clock.advance(599_000)
      await expect(ask(thirty('b'))).rejects.toMatchObject({ retryAfterSeconds: 1 })
      domain.clock.advance(1000)
      expect(await ask(thirty('b'))).toMatchObject({ created: true })
    })

    it('shows that one when they ask for a new card themselves', async () => {
      const first = (await ask(thirty('a'))).session
      await domain.auth.invalidateSession(first.id)
      const { session } = await ask(thirty('b'))
      const ticket = domain.auth.tickets.link(first).split('/').at(-1)
      expect(await domain.auth.sendAgain(ticket)).toMatchObject({
        kind: 'already_sent',
        session: { id: session.id },
      })
      expect(domain.messenger.sends).toBe(2)
    })

    it('replaces a card that was asked ahead of time', async () => {
      const inDays = (days: number) => new Date(domain.clock.now().getTime() + days * 86_400_000)
      const { appId } = APP
      const ahead = { id: 'ahead', appId, openId: LIN.openId, scopes: thirty('a') }
      await domain.store.sessions.insert(
        aSession({ ...ahead, grantEndsAt: inDays(5), expiresAt: inDays(3) }),
      )
      expect(await ask(thirty('b'))).toMatchObject({
        created: true,
        session: { scopes: thirty('b') },
      })
      expect(ends().at(-1)).toEqual(['ahead', 'superseded'])
    })
  })

  it('joins the last card there may be, though it came while cards were counted', async () => {
    await domain.auth.invalidateSession((await ask(['a'])).session.id)
    let first = ''
    meanwhile = async () => {
      first = (await ask(['a'])).session.id
    }
    expect(await ask(['a'])).toMatchObject({ created: false, session: { id: first } })
    expect(domain.messenger.sends).toBe(2)
  })
})
