import { AuthSessionNotFoundError } from '../errors.ts'
import type { EventSink } from './events.ts'
import type { Clock, Store } from './ports.ts'
import type { AuthSession } from './session.ts'

type Neighbours = { store: Store; clock: Clock; events: EventSink }

/** Reads a session; throws {@link AuthSessionNotFoundError} when there is none. */
export type ReadSession = (id: string) => Promise<AuthSession>

/**
 * Creates the reader of sessions. A crash can come between storing a grant and completing its
 * session; the reader finishes that work, so nobody ever sees a token without its session.
 */
export function createReadSession({ store, clock, events }: Neighbours): ReadSession {
  return async (id) => {
    const session = await store.sessions.find(id)
    if (!session) throw new AuthSessionNotFoundError(id)
    if (session.state !== 'pending') return session
    const grant = await store.grants.find(session.appId, session.openId)
    if (grant?.sessionId !== id) return session
    const { scopes, tenantKey } = grant
    const completed = await store.sessions.move(
      id,
      { to: 'completed', grantedScopes: scopes, tenantKey },
      clock.now(),
    )
    if (completed) events.emit({ type: 'session_ended', session: completed })
    return completed ?? (await store.sessions.find(id)) ?? session
  }
}
