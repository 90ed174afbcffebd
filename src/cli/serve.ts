import { Command } from 'commander'
import { createApp } from '../app.ts'
import { secretsOf } from '../config.ts'
import { createLogger } from '../observability/logger.ts'
import type { ExitCode } from './exit-code.ts'
import { loadEnvironment } from './load-environment.ts'
import { untilStopped } from './until-stopped.ts'

/** `serve`: the service, configured by environment or `.env`. */
export function serveCommand(report: (code: ExitCode) => void): Command {
  return new Command('serve')
    .description('run the service (the same as npm start)')
    .action(async () => report(await serve()))
}

/**
 * Runs the service until it is told to stop; resolves with the exit code.
 * @throws {ConfigurationError} with every fault at once.
 */
export async function serve(): Promise<ExitCode> {
  const config = loadEnvironment()
  // Whoever reads the log may leave; the service stays.
  process.stdout.on('error', () => {})
  const pretty = process.stdout.isTTY
  const log = createLogger({ level: config.logLevel, secrets: secretsOf(config), pretty })
  return untilStopped({
    log,
    async open() {
      const app = await createApp(config, { log })
      // At a terminal nobody balances, and somebody waits.
      return pretty ? { ...app, leave: undefined } : app
    },
  })
}
