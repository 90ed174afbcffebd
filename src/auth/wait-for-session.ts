import type { AuthEvents } from './events.ts'
import type { Clock } from './ports.ts'
import type { ReadSession } from './read-session.ts'
import { type AuthSession, isFinal } from './session.ts'

/** Resolves with the session when it ends, or as it stands after `milliseconds` or when the caller leaves. */
export type WaitForSession = (
  id: string,
  milliseconds: number,
  signal?: AbortSignal,
) => Promise<AuthSession>

type Neighbours = { clock: Clock; events: AuthEvents; readSession: ReadSession }

/** Another instance may end the session without this one hearing of it; so often the store is asked. */
const ASK_STORE_MS = 500

/** Creates the waiter: woken at once by an event here, within half a second by an end elsewhere. */
export function createWaitForSession({ clock, events, readSession }: Neighbours): WaitForSession {
  return async (id, milliseconds, signal) => {
    const woken = new AbortController()
    const wake = () => woken.abort()
    const unsubscribe = events.on((event) => {
      if (event.type === 'session_ended' && event.session.id === id) wake()
    })
    signal?.addEventListener('abort', wake, { once: true })
    try {
      const until = clock.now().getTime() + milliseconds
      for (;;) {
        const session = await readSession(id)
        const left = until - clock.now().getTime()
        if (isFinal(session.state) || left <= 0 || signal?.aborted) return session
        // The event came while the store was being read: one more read has the end.
        if (woken.signal.aborted) return readSession(id)
        await clock.sleep(Math.min(left, ASK_STORE_MS), woken.signal)
      }
    } finally {
      unsubscribe()
      signal?.removeEventListener('abort', wake)
    }
  }
}
