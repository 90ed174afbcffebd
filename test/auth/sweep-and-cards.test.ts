import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CardGoneError, FeishuUnavailableError, SessionNotPendingError } from '../../src/errors.ts'
import { createDomain, type Domain, LIN } from '../support/domain.ts'

describe('sweep and cards', () => {
  let domain: Domain
  let sessionId: string
  let dieOnCompletion: (() => void) | null = null
  let bury = () => {}
  beforeEach(async () => {
    domain = await createDomain({
      store: (real) => ({
        ...real,
        sessions: {
          ...real.sessions,
          move(id, move, now) {
            if (move.to !== 'completed' || !dieOnCompletion)
              return real.sessions.move(id, move, now)
            dieOnCompletion()
            return new Promise((_resolve, reject) => {
              bury = () => reject(new Error('The process is dead.'))
            })
          },
        },
      }),
    })
    sessionId = (await domain.auth.requestAuthorization({ openId: LIN.openId })).session.id
  })
  afterEach(() => {
    bury()
    return domain.close()
  })

  const read = () => domain.auth.readSession(sessionId)
  const cardLook = () => domain.messenger.cards.get('om_1')?.look

  /** Leaves the database as a process does that died between storing the grant and completing the session. */
  async function crashAfterStoring(): Promise<void> {
    const { url, state, browserSecret } = await domain.tap(sessionId)
    const code = domain.oauth.consent(url, LIN)
    const died = new Promise<void>((resolve) => {
      dieOnCompletion = resolve
    })
    void domain.auth.completeAuthorization({ kind: 'code', code, state, browserSecret })
    await died
    dieOnCompletion = null
  }

  it('expires what is due, once, and turns the card', async () => {
    domain.clock.advance(599_999)
    expect(await domain.auth.sweep.sessions()).toEqual({ completed: 0, expired: 0 })
    domain.clock.advance(1)
    expect(await domain.auth.sweep.sessions()).toEqual({ completed: 0, expired: 1 })
    expect(await domain.auth.sweep.sessions()).toEqual({ completed: 0, expired: 0 })
    await domain.auth.showCard.due()
    expect(cardLook()).toBe('expired')
    expect((await read()).card).toMatchObject({ shows: 'expired', dueAt: null })
  })

  it('deletes ended sessions after their retention, and pending ones never', async () => {
    await domain.auth.invalidateSession(sessionId)
    await domain.auth.requestAuthorization({ openId: 'ou_other' })
    domain.clock.advance(30 * 86_400_000)
    expect(await domain.auth.sweep.retention()).toEqual({ deleted: 0 })
    domain.clock.advance(1000)
    expect(await domain.auth.sweep.retention()).toEqual({ deleted: 1 })
    expect(await domain.store.sessions.list({ limit: 10 })).toHaveLength(1)
  })

  it('draws a due card once, however many ask for it', async () => {
    await domain.auth.invalidateSession(sessionId)
    await Promise.all([domain.auth.showCard.due(), domain.auth.showCard.due()])
    await domain.auth.showCard.one(sessionId)
    expect(domain.messenger.updates).toBe(1)
  })

  it('tries a card again, later and later, until Feishu answers', async () => {
    await domain.auth.invalidateSession(sessionId)
    for (let failure = 0; failure < 3; failure++) {
      domain.messenger.failures.push(new FeishuUnavailableError('upstream_5xx'))
    }
    let waited = 0
    while (domain.messenger.updates === 0 && waited < 600) {
      await domain.auth.showCard.due()
      domain.clock.advance(1000)
      waited++
    }
    expect(waited).toBeGreaterThan(10)
    expect(cardLook()).toBe('expired')
  })

  it('gives a dead card up for good', async () => {
    await domain.auth.invalidateSession(sessionId)
    domain.messenger.failures.push(new CardGoneError())
    await domain.auth.showCard.due()
    domain.clock.advance(86_400_000)
    expect(await domain.auth.showCard.due()).toBe(0)
    expect((await read()).card).toMatchObject({ shows: 'asking', dueAt: null })
  })

  it('takes over a card whose drawer died', async () => {
    await domain.auth.invalidateSession(sessionId)
    const now = domain.clock.now()
    await domain.store.sessions.claimCard(sessionId, now, new Date(now.getTime() + 15_000))
    expect(await domain.auth.showCard.due()).toBe(0)
    domain.clock.advance(15_000)
    expect(await domain.auth.showCard.due()).toBe(1)
    expect(cardLook()).toBe('expired')
  })

  it('refuses to withdraw an ended session', async () => {
    await domain.auth.invalidateSession(sessionId)
    await expect(domain.auth.invalidateSession(sessionId)).rejects.toBeInstanceOf(
      SessionNotPendingError,
    )
  })

  it.each(['sweep', 'read'])('completes by the next %s what a crash left half done', async (by) => {
    await crashAfterStoring()
    expect((await domain.store.sessions.find(sessionId))?.state).toBe('pending')
    if (by === 'sweep') {
      expect(await domain.auth.sweep.sessions()).toEqual({ completed: 1, expired: 0 })
    }
    expect(await read()).toMatchObject({ state: 'completed', grantedScopes: ['offline_access'] })
    await domain.auth.showCard.due()
    expect(cardLook()).toBe('completed')
    expect(await domain.auth.readUserAccessToken({ openId: LIN.openId })).toBeDefined()
  })
})
