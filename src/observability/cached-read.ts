import type { Clock } from '../auth/ports.ts'

/** Who asks again so soon gets the same value. */
const FRESH_MS = 5000
/** The value of before may stand in for one that is late for so long; then there is none. */
const KEPT_MS = 60_000
/** Whoever scrapes gives up after 10 seconds, and would take the service for dead. */
const LONGEST_WAIT_MS = 5000

/**
 * Reads at most once in 5 seconds, one read at a time, however often and by how many it is called. A read that takes longer
 * than `patienceMs` goes on, and meanwhile the value of before is given; null when there is none, or it is older than a minute.
 * A failure is not kept, and ends the value of before.
 */
export function createCachedRead<T>(
  read: () => Promise<T>,
  clock: Pick<Clock, 'now' | 'sleep'>,
  patienceMs = LONGEST_WAIT_MS,
): () => Promise<T | null> {
  let known: { value: T; begunAt: number; endedAt: number } | null = null
  let pending: Promise<T> | null = null

  return async () => {
    const before = known
    // What it tells may be as old as its beginning.
    if (before && now() - before.begunAt < FRESH_MS) return before.value
    pending ??= readOnce().finally(() => {
      pending = null
    })
    const old = before && now() - before.endedAt < KEPT_MS ? before : null
    const isHere = new AbortController()
    const late = clock
      .sleep(old ? patienceMs : LONGEST_WAIT_MS, isHere.signal)
      .then(() => old?.value ?? null)
    return Promise.race([pending, late]).finally(() => isHere.abort())
  }

  async function readOnce(): Promise<T> {
    const begunAt = now()
    try {
      const value = await read()
      known = { value, begunAt, endedAt: now() }
      return value
    } catch (error) {
      known = null
      throw error
    }
  }

  function now(): number {
    return clock.now().getTime()
  }
}
