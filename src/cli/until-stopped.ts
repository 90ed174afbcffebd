import type { Log } from '../auth/ports.ts'
import type { ExitCode } from './exit-code.ts'

/** Below the 30 s that orchestrators usually grant. */
const LIMIT_SECONDS = 25

/**
 * Waits for SIGTERM or SIGINT, leaves, closes, and resolves with the exit code; a second signal ends the process at once,
 * and so does the limit, after what is unfinished was told.
 */
export function untilStopped({
  leave = async () => {},
  close,
  unfinished = () => ({}),
  log,
  limitSeconds = LIMIT_SECONDS,
}: {
  /** Comes first; the limit includes it. */
  leave?: (() => Promise<void>) | undefined
  close: () => Promise<void>
  unfinished?: () => Record<string, unknown>
  log: Log
  limitSeconds?: number
}): Promise<ExitCode> {
  return new Promise((resolve) => {
    let isStopping = false
    const stop = (signal: NodeJS.Signals): void => {
      log('info', 'signal_received', { signal })
      if (isStopping) process.exit(1)
      isStopping = true
      const hardStop = setTimeout(() => {
        log('error', 'close_timed_out', { after_seconds: limitSeconds, ...unfinished() })
        process.exit(1)
      }, limitSeconds * 1000)
      hardStop.unref()
      leave()
        .then(close)
        .then(
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
