import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AuthorizationInProgressError, TooManyCardsError } from '../../src/errors.ts'
import { createDomain, type Domain, LIN } from '../support/domain.ts'

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
