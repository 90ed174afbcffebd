import { AuthorizationInProgressError } from '../errors.ts'
import type { Background } from './background.ts'
import type { AuthListener, EventSink } from './events.ts'
import type { Clock, Store } from './ports.ts'
import type { AuthSession, SessionMove } from './session.ts'
import type { GrantKey } from './upkeep.ts'

/**
 * Ends the request that waits for a person: by the person themselves it is a no, by anybody else it is withdrawn. Null when
 * none waits.
 * @throws {AuthorizationInProgressError} while they are completing it this instant.
 */
export type WithdrawRequest = (
  key: GrantKey,
  by: 'person' | 'others',
  /** Leaves a request alone that was made after this instant. */
  askedUntil?: Date,
) => Promise<AuthSession | null>

/** Creates the way to end a request that has become pointless, and to release whoever waits for it. */
export function createWithdrawRequest(neighbours: {
  store: Pick<Store, 'sessions'>
  clock: Clock
  events: EventSink
}): WithdrawRequest {
  const { store, clock, events } = neighbours

  return async ({ appId, openId }, by, askedUntil) => {
    const pending = await store.sessions.findPending(appId, openId)
    if (!pending || (askedUntil && pending.createdAt > askedUntil)) return null
    const ended = await store.sessions.move(pending.id, moveFor(pending, by), clock.now())
    if (ended) {
      events.emit({ type: 'session_ended', session: ended })
      return ended
    }
    const current = await store.sessions.find(pending.id)
    if (current?.state === 'pending') throw new AuthorizationInProgressError()
    return null
  }
}

/** Creates the listener that ends the request of a person once the grant has ended that it would widen or renew. */
export function createWithdrawAfterEnd(neighbours: {
  withdrawRequest: WithdrawRequest
  store: Pick<Store, 'sessions'>
  clock: Clock
  background: Background
}): AuthListener {
  const { withdrawRequest, store, clock, background } = neighbours

  return (event) => {
    if (event.type === 'grant_revoked') {
      const by = event.source === 'user' ? 'person' : 'others'
      const endedAt = clock.now()
      background.run(() => unlessCompleting(withdrawRequest(event, by, endedAt)))
    }
    // What cannot be refreshed works until the end that the card tells of.
    if (event.type === 'grant_finished' && event.reason !== 'no_refresh_token') {
      background.run(() => unlessCompleting(withdrawAhead(event)))
    }
  }

  /** Whoever waits for a new consent goes on waiting; a card asked ahead speaks of an end that has come before. */
  async function withdrawAhead(key: GrantKey): Promise<void> {
    const pending = await store.sessions.findPending(key.appId, key.openId)
    if (pending?.grantEndsAt) await withdrawRequest(key, 'others')
  }
}

/** The card of a renewal would say to the person who took everything back that their access goes on. */
function moveFor({ grantEndsAt }: AuthSession, by: 'person' | 'others'): SessionMove {
  return by === 'person' && grantEndsAt === null
    ? { to: 'rejected', endReason: 'declined_on_card' }
    : { to: 'expired', endReason: 'invalidated' }
}

/** They have just answered it: what comes of it is newer than the end. */
async function unlessCompleting(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof AuthorizationInProgressError)) throw error
  })
}
