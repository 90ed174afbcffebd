import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newSecret } from '../../src/auth/one-time-secret.ts'
import { TokenUnreadableError } from '../../src/errors.ts'
import { createDomain, type Domain, LIN } from '../support/domain.ts'

const HOUR_SECONDS = 3600

describe('the link of a card', () => {
  let domain: Domain
  let sessionId: string
  beforeEach(async () => {
    domain = await createDomain({ sessionSeconds: HOUR_SECONDS })
    sessionId = (await domain.auth.requestAuthorization({ openId: LIN.openId })).session.id
  })
  afterEach(() => domain.close())

  const ticketOf = async (id = sessionId) =>
    domain.auth.tickets
      .link(await domain.auth.readSession(id))
      .split('/')
      .at(-1)
  const open = async (ticket: unknown, browserSecret?: unknown) =>
    domain.auth.openLink({ ticket, browserSecret })

  /** Comes back from Feishu so many seconds after the link was opened. */
  async function comeBackAfter(seconds: number) {
    const { url, state, browserSecret } = await domain.tap(sessionId)
    const code = domain.oauth.consent(url, LIN)
    domain.clock.advance(seconds * 1000)
    return domain.auth.completeAuthorization({ kind: 'code', code, state, browserSecret })
  }

  it('gives ten minutes to come back, however long the request lives', async () => {
    expect(await comeBackAfter(601)).toMatchObject({ kind: 'late' })
    expect(await comeBackAfter(599)).toMatchObject({ kind: 'completed' })
  })

  it('gives no more than the request has left', async () => {
    domain.clock.advance((HOUR_SECONDS - 60) * 1000)
    await domain.tap(sessionId)
    const left = await domain.store.attempts.deleteExpired(
      new Date(domain.clock.now().getTime() + 61_000),
      9,
    )
    expect(left).toBe(1)
  })

  it.each([
    ['that nobody gave out', newSecret],
    ['of another shape', () => 'x'],
    ['left out', () => undefined],
  ])('with a ticket %s leads nowhere', async (_, ticket) => {
    expect(await open(ticket())).toEqual({ kind: 'unknown' })
  })

  it('tells how its request has ended', async () => {
    const ticket = await ticketOf()
    await domain.auth.invalidateSession(sessionId)
    expect(await open(ticket)).toMatchObject({ kind: 'ended', session: { id: sessionId } })
    // Somebody came, and could not be sent on.
    expect(domain.seen).toContainEqual(expect.objectContaining({ step: 'link_opened' }))
    expect(domain.seen).not.toContainEqual(expect.objectContaining({ step: 'consent_redirected' }))
  })

  it('knows a browser again, and takes no secret of another shape for one', async () => {
    const ticket = await ticketOf()
    const first = await open(ticket)
    const secret = first.kind === 'redirect' ? first.browserSecret : expect.unreachable()
    expect(await open(ticket, secret)).toMatchObject({ browserSecret: secret })
    expect(await open(ticket, 'short')).not.toMatchObject({ browserSecret: 'short' })
  })

  it('cannot be drawn from the ticket of another request of the same person', async () => {
    await domain.auth.invalidateSession(sessionId)
    const before = await domain.auth.readSession(sessionId)
    const { session } = await domain.auth.requestAuthorization({ openId: LIN.openId, scopes: [] })
    const swapped = { ...session, sealedTicket: before.sealedTicket }
    expect(() => domain.auth.tickets.link(swapped)).toThrow(TokenUnreadableError)
  })

  it('cannot be completed with the verifier of another attempt', async () => {
    await domain.close()
    let first: string | null = null
    domain = await createDomain({
      store: (real) => ({
        ...real,
        attempts: {
          ...real.attempts,
          insert(attempt) {
            first ??= attempt.sealedVerifier
            return real.attempts.insert({ ...attempt, sealedVerifier: first })
          },
        },
      }),
    })
    sessionId = (await domain.auth.requestAuthorization({ openId: LIN.openId })).session.id
    await domain.tap(sessionId)
    expect(await comeBackAfter(1)).toMatchObject({ kind: 'failed', reason: 'crypto_error' })
    expect(domain.oauth.exchanges).toBe(0)
  })
})
