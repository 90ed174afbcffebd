import type { Clock } from '../auth/ports.ts'

/** Gives the value of before when the next one takes longer than so many milliseconds; without one it waits. */
export function createPatientRead<T>(
  read: () => Promise<T>,
  clock: Pick<Clock, 'sleep'>,
  milliseconds: number,
): () => Promise<T> {
  let before: { value: T } | null = null
  return async () => {
    const next = read().then((value) => {
      before = { value }
      return value
    })
    if (before === null) return next
    const old = before.value
    const done = new AbortController()
    const late = clock.sleep(milliseconds, done.signal).then(() => old)
    return Promise.race([next, late]).finally(() => done.abort())
  }
}

/** Reads at most once in `seconds`, however often and by how many it is called; a failure is not kept. */
export function createCachedRead<T>(
  read: () => Promise<T>,
  clock: Pick<Clock, 'now'>,
  seconds: number,
): () => Promise<T> {
  let last: { at: number; value: Promise<T> } | null = null
  return () => {
    const now = clock.now().getTime()
    if (last && now - last.at < seconds * 1000) return last.value
    const current = { at: now, value: read() }
    last = current
    current.value.catch(() => {
      if (last === current) last = null
    })
    return current.value
  }
}
