import type { Clock } from '../auth/ports.ts'

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
