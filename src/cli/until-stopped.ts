import type { Log } from '../auth/ports.ts'
import type { ExitCode } from './exit-code.ts'

/** Below the 30 s that orchestrators usually grant. */
const CLOSE_MS = 25_000

/** Waits for SIGTERM or SIGINT, closes, and resolves with the exit code; a second signal or a hang leaves at once. */
export function untilStopped({
  close,
  log,
}: {
  close: () => Promise<void>
  log: Log
}): Promise<ExitCode> {
  return new Promise((resolve) => {
    let isStopping = false
    const stop = (signal: NodeJS.Signals): void => {
      log('info', 'signal_received', { signal })
      if (isStopping) process.exit(1)
      isStopping = true
      const hardStop = setTimeout(() => {
        log('error', 'close_timed_out', { after_seconds: CLOSE_MS / 1000 })
        process.exit(1)
      }, CLOSE_MS)
      hardStop.unref()
      close().then(
        () => resolve(0),
        (error: unknown) => {
          log('error', 'close_failed', { error })
          resolve(1)
        },
      )
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
}
