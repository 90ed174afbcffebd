import { createApp } from '../app.ts'
import { type Config, secretsOf } from '../config.ts'
import { createLogger } from '../observability/logger.ts'
import type { Parts } from '../parts.ts'
import { CODE_OF_SIGNAL, hearSignals, type StopSignal } from './hear-signals.ts'
import { loadEnvironment } from './load-environment.ts'

/** As long as a service may take. */
const LIMIT_SECONDS = 25

/**
 * Runs one piece of work on the configured database and app, without servers, connections or sweeps.
 *
 * SIGTERM, SIGINT and SIGHUP let the work end, since a refresh that is cut off loses the grant; the shell hears of the signal by
 * the exit code. A second signal ends the process at once, and so does the limit.
 */
export async function withParts<Result>(
  work: (parts: Parts, config: Config) => Promise<Result>,
): Promise<Result> {
  const config = { ...loadEnvironment(), callbackServer: null, metricsServer: null }
  const log = createLogger({ level: 'error', secrets: secretsOf(config), stream: process.stderr })
  const { parts } = await createApp({ ...config, cardCallback: 'off' }, { log })
  const stopHearing = hearSignals({ onFirst: endSoon, onSecond: endNow })
  try {
    return await parts.access.callers.as('cli', () => work(parts, config))
  } finally {
    await parts.close()
    stopHearing()
  }
}

function endSoon(signal: StopSignal): void {
  console.error(`Ending what is under way; ${signal} once more stops it in the middle.`)
  // The command goes on to print what came of its work, and has a code of its own for that.
  process.once('exit', () => {
    process.exitCode = CODE_OF_SIGNAL[signal]
  })
  setTimeout(endNow, LIMIT_SECONDS * 1000).unref()
}

function endNow(): void {
  process.exit()
}
