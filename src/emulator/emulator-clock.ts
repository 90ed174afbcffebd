/** The emulator's clock: a base clock plus an offset that a test or a person moves. */
export interface EmulatorClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Seconds the clock is ahead of its base. */
  offsetSeconds(): number
  /** Moves the clock and runs what became due. */
  advance(seconds: number): void
  /** Returns to the base clock. */
  back(): void
  /** Runs `task` once after `delayMs` of emulated time; returns a function that cancels it. */
  schedule(delayMs: number, task: () => void): () => void
  /** Calls `listener` whenever the clock was moved; returns a function that stops it. */
  onMove(listener: () => void): () => void
  /** Cancels everything scheduled. */
  close(): void
}

type Scheduled = { dueAt: number; task: () => void; timer: NodeJS.Timeout }

// setTimeout fires at once for anything longer than 2^31 - 1 ms.
const longestTimerMs = 2_147_483_647

/** Creates the clock on top of a base clock in milliseconds. */
export function createEmulatorClock(base: () => number): EmulatorClock {
  let offsetMs = 0
  const scheduled = new Set<Scheduled>()
  const listeners = new Set<() => void>()

  const now = () => base() + offsetMs

  function run(entry: Scheduled): void {
    if (!scheduled.delete(entry)) return
    clearTimeout(entry.timer)
    entry.task()
  }

  function runDue(): void {
    const due = [...scheduled].filter((entry) => entry.dueAt <= now())
    for (const entry of due.sort((a, b) => a.dueAt - b.dueAt)) run(entry)
  }

  function moved(): void {
    for (const listener of listeners) listener()
  }

  return {
    now,
    offsetSeconds: () => offsetMs / 1000,
    advance(seconds) {
      offsetMs += seconds * 1000
      moved()
      runDue()
    },
    back() {
      offsetMs = 0
      moved()
    },
    schedule(delayMs, task) {
      const timer = setTimeout(() => run(entry), Math.min(delayMs, longestTimerMs))
      timer.unref()
      const entry: Scheduled = { dueAt: now() + delayMs, task, timer }
      scheduled.add(entry)
      return () => {
        clearTimeout(timer)
        scheduled.delete(entry)
      }
    },
    onMove(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      for (const entry of scheduled) clearTimeout(entry.timer)
      scheduled.clear()
      listeners.clear()
    },
  }
}
