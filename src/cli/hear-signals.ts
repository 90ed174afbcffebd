/** What tells a process to stop: a supervisor, Ctrl+C, or a terminal that is closed. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const satisfies NodeJS.Signals[]

/** A signal that tells a process to stop. */
export type StopSignal = (typeof SIGNALS)[number]

/** What the shell expects of a process that a signal has ended: 128 and its number. */
export const CODE_OF_SIGNAL: Readonly<Record<StopSignal, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
}

/** `npx` and `npm` hand on the Ctrl+C that the terminal has sent to everybody already. */
const ECHO_MS = 500

/** Hears the signals instead of dying of them; the returned function ends that. */
export function hearSignals({
  onFirst,
  onSecond,
  now = () => performance.now(),
}: {
  onFirst: (signal: StopSignal) => void
  /** Somebody does not want to wait: another signal, or the same one later than an echo would come. */
  onSecond: (signal: StopSignal) => void
  /** Milliseconds since any instant. */
  now?: () => number
}): () => void {
  let first: { signal: StopSignal; at: number } | null = null
  const listeners = SIGNALS.map((signal) => [signal, () => hear(signal)] as const)
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }

  function hear(signal: StopSignal): void {
    const at = now()
    if (first === null) {
      first = { signal, at }
      onFirst(signal)
    } else if (first.signal !== signal || at - first.at >= ECHO_MS) onSecond(signal)
  }
}
