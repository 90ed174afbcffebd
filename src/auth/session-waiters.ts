import { StoreUnavailableError } from '../errors.ts'
import type { Background } from './background.ts'
import type { AuthEvents } from './events.ts'
import type { Clock, Store } from './ports.ts'
import type { AuthSession } from './session.ts'

/** Whoever waits for sessions to end, by session: an end costs only those who wait for it. */
export interface SessionWaiters {
  /** Calls `wake` once, with the session when it ends or with null at a shutdown, unless the waiter has left before. */
  join(sessionId: string, wake: Wake): () => void
  count(): number
  /** Lets every waiter go and resolves when the last has left; who joins later is let go at once. */
  close(): Promise<void>
}

type Wake = (ended: AuthSession | null) => void

type Neighbours = {
  store: Pick<Store, 'sessions' | 'tidings'>
  clock: Clock
  events: Pick<AuthEvents, 'on'>
  background: Background
}

/** Tidings can get lost; so often, in milliseconds, the store is asked about everything that is waited for, in one question. */
export const LOOK_EVERY_MS = 5000

/** Creates the register; it hears of other instances, and asks the store, only while somebody waits. */
export function createSessionWaiters(neighbours: Neighbours): SessionWaiters {
  const { store, clock, events, background } = neighbours
  const waiting = new Map<string, Set<Wake>>()
  const toLookAt = new Set<string>()
  let isLooking = false
  let isClosing = false
  let stopWatching = () => {}
  let lastHasLeft = () => {}

  events.on((event) => {
    if (event.type !== 'session_ended') return
    const { session } = event
    wakeAll(session.id, session)
    background.run(() => store.tidings.tell(session.id).catch(makeDo))
  })

  return {
    join(sessionId, wake) {
      if (waiting.size === 0) stopWatching = watch()
      const wakes = waiting.get(sessionId) ?? new Set()
      waiting.set(sessionId, wakes.add(wake))
      if (isClosing) wake(null)
      return () => leave(sessionId, wake)
    },
    count: () => [...waiting.values()].reduce((sum, wakes) => sum + wakes.size, 0),
    close() {
      isClosing = true
      for (const sessionId of waiting.keys()) wakeAll(sessionId, null)
      return new Promise((resolve) => {
        lastHasLeft = resolve
        if (waiting.size === 0) resolve()
      })
    },
  }

  function leave(sessionId: string, wake: Wake): void {
    const wakes = waiting.get(sessionId)
    if (!wakes?.delete(wake) || wakes.size > 0) return
    waiting.delete(sessionId)
    if (waiting.size > 0) return
    stopWatching()
    lastHasLeft()
  }

  function wakeAll(sessionId: string, ended: AuthSession | null): void {
    for (const wake of waiting.get(sessionId) ?? []) wake(ended)
  }

  /** Listens to other instances and looks for what they could not tell. */
  function watch(): () => void {
    const over = new AbortController()
    const stopListening = store.tidings.listen(hear)
    void lookNowAndThen(over.signal)
    return () => {
      stopListening()
      over.abort()
    }
  }

  async function lookNowAndThen(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await clock.sleep(LOOK_EVERY_MS, over)
      if (!over.aborted) hear(null)
    }
  }

  function hear(sessionId: string | null): void {
    const heard = sessionId === null ? [...waiting.keys()] : [sessionId]
    for (const id of heard) if (waiting.has(id)) toLookAt.add(id)
    if (isLooking || toLookAt.size === 0) return
    isLooking = true
    background.run(() =>
      look().finally(() => {
        isLooking = false
      }),
    )
  }

  /** Whatever is heard while the store is asked is asked about next, all at once. */
  async function look(): Promise<void> {
    while (toLookAt.size > 0) {
      const ids = [...toLookAt]
      toLookAt.clear()
      const ended = await store.sessions.findEnded(ids).catch(makeDo)
      for (const session of ended ?? []) wakeAll(session.id, session)
    }
  }
}

/** While the database is away nobody is woken; the next look finds what was not told or not seen. */
function makeDo(error: unknown): null {
  if (error instanceof StoreUnavailableError) return null
  throw error
}
