import type { Clock } from '../../src/auth/ports.ts'

/** A clock that stands still until a test moves it; sleepers wake when their time has come. */
export type FakeClock = Clock & {
  advance(milliseconds: number): void
  /** Resolves when somebody sleeps on this clock. */
  untilSomebodySleeps(): Promise<void>
}

/** Creates a clock that starts at a fixed instant. */
export function createFakeClock(start = new Date('2026-11-20T08:00:00.000Z')): FakeClock {
  let now = start.getTime()
  const sleepers = new Set<{ wakeAt: number; wake: () => void }>()
  const onlookers = new Set<() => void>()
  return {
    now: () => new Date(now),
    sleep(milliseconds, signal) {
      if (signal?.aborted || milliseconds <= 0) return Promise.resolve()
      return new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const sleeper = { wakeAt: now + milliseconds, wake }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', wake, { once: true })
        for (const look of onlookers) look()
        onlookers.clear()
      })
    },
    advance(milliseconds) {
      now += milliseconds
      for (const sleeper of [...sleepers]) if (sleeper.wakeAt <= now) sleeper.wake()
    },
    untilSomebodySleeps() {
      if (sleepers.size > 0) return Promise.resolve()
      return new Promise((resolve) => onlookers.add(resolve))
    },
  }
}
