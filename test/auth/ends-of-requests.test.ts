import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/auth/ports.ts'
import type { SessionMove } from '../../src/auth/session.ts'
import { createWithdrawAfterEnd } from '../../src/auth/withdraw-request.ts'
import {
  AuthorizationInProgressError,
  AuthSessionNotFoundError,
  SessionNotPendingError,
} from '../../src/errors.ts'
import { aGrant, aSession } from '../store/contract/samples.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const KEY = { appId: APP.appId, openId: LIN.openId }
const SCOPES = ['a', 'offline_access']
const DECLINED = { to: 'rejected', endReason: 'declined_on_card' } as const
const HOUR = 3_600_000

let domain: Domain
let sessionId: string
/** Runs once, before a session is moved; lets a test act in between. */
let beforeMove: () => Promise<unknown>
beforeEach(async () => {
  beforeMove = async () => {}
  domain = await createDomain({ sessionSeconds: 3600, store: movingLate })
  sessionId = (await domain.auth.requestAuthorization({ ...KEY, scopes: SCOPES })).session.id
})
afterEach(() => domain.close())

function movingLate(real: Store): Store {
  const move: Store['sessions']['move'] = async (...how) => {
    const act = beforeMove
    beforeMove = async () => {}
    await act()
    return real.sessions.move(...how)
  }
  return { ...real, sessions: { ...real.sessions, move } }
}

const move = (how: SessionMove, id = sessionId) =>
  domain.store.sessions.move(id, how, domain.clock.now())
const hold = async () => {
  const now = domain.clock.now()
  await domain.store.sessions.hold(sessionId, new Date(now.getTime() + 45_000), now)
}
const ends = () =>
  domain.seen.flatMap((event) =>
    event.type === 'session_ended' ? [[event.session.id, event.session.state]] : [],
  )

describe('reading a request', () => {
  /** A crash came between the grant and the end of its session. */
  async function storeGrantAlone() {
    const session = await domain.auth.readSession(sessionId)
    await domain.store.grants.save(aGrant(session, { scopes: SCOPES, tenantKey: 'tenant-1' }))
  }
  const read = () => domain.auth.readSession(sessionId)

  it('that is not there is an error that names it', async () => {
    const reading = domain.auth.readSession('nothing')
    await expect(reading).rejects.toBeInstanceOf(AuthSessionNotFoundError)
    await expect(reading).rejects.toMatchObject({ sessionId: 'nothing' })
  })

  it('completes it where its grant is stored already, and tells so once', async () => {
    await storeGrantAlone()
    domain.clock.advance(1000)
    const completed = { state: 'completed', grantedScopes: SCOPES, tenantKey: 'tenant-1' }
    expect(await read()).toMatchObject({ ...completed, endedAt: domain.clock.now() })
    expect(await read()).toMatchObject(completed)
    expect(ends()).toEqual([[sessionId, 'completed']])
  })

  it('tells nothing where somebody else completes it meanwhile', async () => {
    await storeGrantAlone()
    beforeMove = () => move({ to: 'completed', grantedScopes: SCOPES, tenantKey: 'tenant-1' })
    expect(await read()).toMatchObject({ state: 'completed', grantedScopes: SCOPES })
    expect(ends()).toEqual([])
  })

  it('leaves it alone where the grant came with an earlier consent', async () => {
    await storeGrantAlone()
    await read()
    const more = { ...KEY, scopes: ['b'] }
    const { session } = await domain.auth.requestAuthorization(more)
    expect(await domain.auth.readSession(session.id)).toMatchObject({ state: 'pending' })
  })

  it('leaves it alone where there is no grant', async () => {
    expect(await read()).toMatchObject({ state: 'pending' })
    expect(ends()).toEqual([])
  })
})

describe('withdrawing a request', () => {
  const withdraw = () => domain.auth.invalidateSession(sessionId)

  it('ends it, and tells so', async () => {
    expect(await withdraw()).toMatchObject({
      id: sessionId,
      state: 'expired',
      endReason: 'invalidated',
      endedAt: domain.clock.now(),
    })
    expect(ends()).toEqual([[sessionId, 'expired']])
  })

  it('that has ended is refused, with how', async () => {
    await move(DECLINED)
    const refused = withdraw()
    await expect(refused).rejects.toBeInstanceOf(SessionNotPendingError)
    await expect(refused).rejects.toMatchObject({ sessionId, state: 'rejected' })
    expect(ends()).toEqual([])
  })

  it('that they decline this instant is refused, too', async () => {
    beforeMove = () => move(DECLINED)
    await expect(withdraw()).rejects.toMatchObject({ code: 'session_not_pending' })
    expect(ends()).toEqual([])
  })

  it('that they complete this instant has to wait', async () => {
    await hold()
    await expect(withdraw()).rejects.toBeInstanceOf(AuthorizationInProgressError)
    expect(ends()).toEqual([])
  })
})

describe('withdrawing whatever waits for a person', () => {
  const withdraw = (by: 'person' | 'others', askedUntil?: Date) =>
    domain.auth.withdrawRequest(KEY, by, askedUntil)

  it('is a no where they do it themselves', async () => {
    expect(await withdraw('person')).toMatchObject({
      id: sessionId,
      state: 'rejected',
      endReason: 'declined_on_card',
    })
    expect(ends()).toEqual([[sessionId, 'rejected']])
  })

  it('is none where others do it', async () => {
    expect(await withdraw('others')).toMatchObject({ state: 'expired', endReason: 'invalidated' })
    expect(ends()).toEqual([[sessionId, 'expired']])
  })

  it('comes to nothing where nothing waits', async () => {
    await withdraw('others')
    expect(await withdraw('others')).toBeNull()
    expect(ends()).toHaveLength(1)
  })

  it('leaves alone what was asked for later, and not what was asked for by then', async () => {
    const asked = domain.clock.now()
    expect(await withdraw('others', new Date(asked.getTime() - 1))).toBeNull()
    expect(await domain.auth.readSession(sessionId)).toMatchObject({ state: 'pending' })
    expect(await withdraw('others', asked)).toMatchObject({ id: sessionId })
  })

  it('comes to nothing where they answer this instant', async () => {
    beforeMove = () => move(DECLINED)
    expect(await withdraw('others')).toBeNull()
    expect(ends()).toEqual([])
  })

  it('has to wait while they complete it', async () => {
    await hold()
    await expect(withdraw('others')).rejects.toBeInstanceOf(AuthorizationInProgressError)
    expect(ends()).toEqual([])
  })
})

describe('a request of somebody whose grant ends', () => {
  beforeEach(() => {
    const { auth, store, clock, background } = domain
    domain.events.on(createWithdrawAfterEnd({ ...auth, store, clock, background }))
  })

  const finish = async (reason: 'revoked' | 'no_refresh_token') => {
    domain.events.emit({ type: 'grant_finished', ...KEY, reason })
    await domain.background.drain()
  }
  /** Puts a request of the service itself in the place of what waits. */
  async function askAhead() {
    await domain.auth.withdrawRequest(KEY, 'others')
    const grantEndsAt = new Date(domain.clock.now().getTime() + HOUR)
    await domain.store.sessions.insert(aSession({ ...KEY, id: 'ahead', grantEndsAt }))
  }
  const endOf = async (id: string) => (await domain.store.sessions.find(id))?.endReason

  it('for good goes on where somebody waits for it', async () => {
    await finish('revoked')
    expect(await endOf(sessionId)).toBeNull()
  })

  it('for good is over where it would only have renewed it', async () => {
    await askAhead()
    await finish('revoked')
    expect(await endOf('ahead')).toBe('invalidated')
  })

  it('for want of a refresh token goes on: the token works until the day that the card names', async () => {
    await askAhead()
    await finish('no_refresh_token')
    expect(await endOf('ahead')).toBeNull()
  })

  it('for good is nothing to withdraw where nobody is asked', async () => {
    await domain.auth.withdrawRequest(KEY, 'others')
    await finish('revoked')
    expect(ends()).toHaveLength(1)
  })

  it('is all that ends what would have renewed it', async () => {
    await askAhead()
    const told = { ...KEY, why: 'not_asked', advice: 'Ask for it.' } as const
    domain.events.emit({ type: 'grant_unrefreshable', ...told })
    await domain.background.drain()
    expect(await endOf('ahead')).toBeNull()
  })

  it('for good goes on where they complete it this instant', async () => {
    await askAhead()
    sessionId = 'ahead'
    await hold()
    await finish('revoked')
    expect(await endOf('ahead')).toBeNull()
  })

  it('has no refusal of theirs to show where it would only have renewed it', async () => {
    await askAhead()
    expect(await domain.auth.withdrawRequest(KEY, 'person')).toMatchObject({
      id: 'ahead',
      state: 'expired',
      endReason: 'invalidated',
    })
  })

  it('does not hide that the end of it could not be looked into', async () => {
    await askAhead()
    beforeMove = async () => {
      throw new TypeError('a bug')
    }
    await expect(finish('revoked')).rejects.toThrow('a bug')
  })
})
