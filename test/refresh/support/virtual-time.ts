import type { Clock } from '../../../src/auth/ports.ts'

/** Time that a test owns: it stands still while anybody works, and then jumps to the next sleeper. */
export interface VirtualTime extends Clock {
  /** Lets whatever can go on without time passing go on. */
  settle(): Promise<void>
  /** Lets so much time pass, waking every sleeper at its own instant. */
  pass(milliseconds: number): Promise<void>
  /** Lets as much time pass as this work needs. */
  until<Result>(work: Promise<Result>): Promise<Result>
}

type Sleeper = { wakeAt: number; wake: () => void }

/** A day that nobody outlives: a work that still waits then waits for nothing. */
const LONGEST_MS = 30 * 86_400_000

/** Creates virtual time from a fixed instant. */
export function createVirtualTime(start = new Date('2026-11-20T08:00:00.000Z')): VirtualTime {
  let now = start.getTime()
  const sleepers = new Set<Sleeper>()

  const next = (): Sleeper | undefined =>
    [...sleepers].sort((one, other) => one.wakeAt - other.wakeAt)[0]

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

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
      })
    },
    settle,
    async pass(milliseconds) {
      const until = now + milliseconds
      await settle()
      for (let first = next(); first && first.wakeAt <= until; first = next()) {
        now = Math.max(now, first.wakeAt)
        first.wake()
        await settle()
      }
      now = until
      await settle()
    },
    async until(work) {
      let isOver = false
      const watched = work.finally(() => {
        isOver = true
      })
      watched.catch(() => undefined)
      const giveUpAt = now + LONGEST_MS
      await settle()
      while (!isOver) {
        const first = next()
        if (!first) throw new Error('The work neither ends nor sleeps.')
        if (first.wakeAt > giveUpAt) throw new Error('The work does not end.')
        now = Math.max(now, first.wakeAt)
        first.wake()
        await settle()
      }
      return watched
    },
  }
}
