import type { Clock } from './ports.ts'
import type { ReadSession } from './read-session.ts'
import { type AuthSession, isFinal } from './session.ts'
import type { SessionWaiters } from './session-waiters.ts'

/** Resolves with the session when it ends, or as it stands after `milliseconds`, at a shutdown or when the caller leaves. */
export type WaitForSession = (
  id: string,
  milliseconds: number,
  signal?: AbortSignal,
) => Promise<AuthSession>

type Neighbours = { clock: Clock; waiters: SessionWaiters; readSession: ReadSession }

/** Creates the wait for one session: woken by its end, wherever that comes about. */
export function createWaitForSession({ clock, waiters, readSession }: Neighbours): WaitForSession {
  return async (id, milliseconds, signal) => {
    if (milliseconds <= 0 || signal?.aborted) return readSession(id)
    const until = clock.now().getTime() + milliseconds
    const woken = new AbortController()
    const outcome: { ended: AuthSession | null } = { ended: null }
    const wake = (ended: AuthSession | null) => {
      outcome.ended ??= ended
      woken.abort()
    }
    const letGo = () => wake(null)
    // Joins before it reads, so that no end can come about unseen in between.
    const leave = waiters.join(id, wake)
    signal?.addEventListener('abort', letGo, { once: true })
    try {
      const session = await readSession(id)
      const left = until - clock.now().getTime()
      if (isFinal(session.state) || left <= 0) return session
      await sleep(left, woken.signal)
      return outcome.ended ?? (await readSession(id))
    } finally {
      leave()
      signal?.removeEventListener('abort', letGo)
    }
  }

  /** A timer of more than 2^31 - 1 milliseconds would end at once. */
  async function sleep(milliseconds: number, woken: AbortSignal): Promise<void> {
    const until = clock.now().getTime() + milliseconds
    for (let left = milliseconds; left > 0 && !woken.aborted; ) {
      await clock.sleep(Math.min(left, LONGEST_TIMER_MS), woken)
      left = until - clock.now().getTime()
    }
  }
}

const LONGEST_TIMER_MS = 86_400_000
