import type { Log } from '../auth/ports.ts'
import type { ExitCode } from './exit-code.ts'
import { hearSignals } from './hear-signals.ts'

/** What runs until its process is told to stop. */
export type Stoppable = {
  /** Resolves when it is ready; a stop does not wait for that. */
  start?: (() => Promise<unknown>) | undefined
  /** Comes before the close; the limit includes it. */
  leave?: (() => Promise<void>) | undefined
  close: () => Promise<void>
  unfinished?: (() => Record<string, unknown>) | undefined
}

/** Below the 30 s that orchestrators usually grant. */
const LIMIT_SECONDS = 25

/**
 * Opens and starts a service, waits for SIGTERM, SIGINT or SIGHUP, leaves, closes, and resolves with the exit code; a second signal
 * ends the process at once, and so does the limit, after what is unfinished was told.
 *
 * The signals are heard from the first line on: long before it is ready, a service has taken work that must not be cut off.
 * @throws whatever the start has failed with; it was logged, and what was open is closed.
 */
export async function untilStopped({
  open,
  log,
  limitSeconds = LIMIT_SECONDS,
}: {
  open: () => Promise<Stoppable>
  log: Log
  limitSeconds?: number
}): Promise<ExitCode> {
  let service: Stoppable | null = null
  const stopping = new AbortController()
  const isTold = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve())
  })
  const stopHearing = hearSignals({
    onFirst(signal) {
      log('info', 'signal_received', { signal })
      setTimeout(giveUp, limitSeconds * 1000).unref()
      stopping.abort()
    },
    onSecond(signal) {
      log('info', 'signal_received', { signal })
      process.exit(1)
    },
  })
  try {
    service = await open()
    if (!stopping.signal.aborted) await Promise.race([service.start?.(), isTold])
  } catch (error) {
    log('error', 'start_failed', { error })
    await service?.close()
    stopHearing()
    throw error
  }
  await isTold
  return close(service)

  function giveUp(): void {
    log('error', 'close_timed_out', { after_seconds: limitSeconds, ...service?.unfinished?.() })
    process.exit(1)
  }

  async function close(opened: Stoppable): Promise<ExitCode> {
    try {
      await opened.leave?.()
      await opened.close()
      return 0
    } catch (error) {
      log('error', 'close_failed', { error })
      return 1
    }
  }
}
