/** A timer this late means that the process stood still: stopped, suspended or blocked. */
const LATE_MS = 250
/** So long it then has to read what has arrived meanwhile. */
const GRACE_MS = 1000

/** The time that a call may take. */
export interface Deadline {
  /** Aborted when the time is over. */
  signal: AbortSignal
  /** The call has ended: nothing is kept for it any longer. */
  lift(): void
}

/**
 * Creates a signal that aborts when a call takes too long. Unlike `AbortSignal.timeout`, it does not throw away an answer that
 * arrived while the process stood still: timers run before sockets are read, and an answer may hold a rotated token.
 */
export function createDeadline(milliseconds: number): Deadline {
  const deadline = new AbortController()
  const abort = () => deadline.abort(new DOMException('The deadline is over.', 'TimeoutError'))
  const dueAt = performance.now() + milliseconds
  let timer = setTimeout(() => {
    const isLate = performance.now() - dueAt > LATE_MS
    if (isLate) timer = setTimeout(abort, GRACE_MS).unref()
    else abort()
  }, milliseconds).unref()
  return { signal: deadline.signal, lift: () => clearTimeout(timer) }
}
