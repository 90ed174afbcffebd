import type { Clock } from './auth/ports.ts'

/** Creates the clock of a running process; `now` may be replaced by another source of time, as the sandbox does. */
export function createSystemClock(now: () => Date = () => new Date()): Clock {
  return {
    now,
    sleep(milliseconds, signal) {
      if (signal?.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const timer = setTimeout(wake, milliseconds)
        signal?.addEventListener('abort', wake, { once: true })
      })
    },
  }
}
