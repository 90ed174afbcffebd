import { AuthorizationInProgressError, SessionNotPendingError } from '../errors.ts'
import type { EventSink } from './events.ts'
import type { Clock, Store } from './ports.ts'
import type { ReadSession } from './read-session.ts'
import type { AuthSession } from './session.ts'

/**
 * Withdraws a pending request.
 * @throws {AuthSessionNotFoundError} when there is no such session.
 * @throws {SessionNotPendingError} when it has ended.
 * @throws {AuthorizationInProgressError} when the person is completing it this instant.
 */
export type InvalidateSession = (id: string) => Promise<AuthSession>

type Neighbours = { store: Store; clock: Clock; events: EventSink; readSession: ReadSession }

/** Creates the use case behind `POST /v1/sessions/{session_id}/invalidate`. */
export function createInvalidateSession(neighbours: Neighbours): InvalidateSession {
  const { store, clock, events, readSession } = neighbours
  return async (id) => {
    const session = await readSession(id)
    const move = { to: 'expired', endReason: 'invalidated' } as const
    const ended =
      session.state === 'pending' ? await store.sessions.move(id, move, clock.now()) : null
    if (ended) {
      events.emit({ type: 'session_ended', session: ended })
      return ended
    }
    const current = await readSession(id)
    if (current.state === 'pending') throw new AuthorizationInProgressError()
    throw new SessionNotPendingError(id, current.state)
  }
}
