import type { Clock } from './ports.ts'

const PAUSE_MS = 60_000

/** Tells the time to note something at, at most once a minute for each key, else null; a clock set back silences nothing. */
export function createOnceAMinute(clock: Pick<Clock, 'now'>): (key: string) => Date | null {
  const notedAt = new Map<string, number>()
  return (key) => {
    const at = clock.now()
    const last = notedAt.get(key)
    if (last !== undefined && Math.abs(at.getTime() - last) < PAUSE_MS) return null
    notedAt.set(key, at.getTime())
    return at
  }
}
