import { createApp } from '../app.ts'
import { type Config, secretsOf } from '../config.ts'
import { createLogger } from '../observability/logger.ts'
import type { Parts } from '../parts.ts'
import { loadEnvironment } from './load-environment.ts'

/** Runs one piece of work on the configured database and app, without servers, connections or sweeps. */
export async function withParts<Result>(
  work: (parts: Parts, config: Config) => Promise<Result>,
): Promise<Result> {
  const config = { ...loadEnvironment(), callbackServer: null, metricsServer: null }
  const log = createLogger({ level: 'error', secrets: secretsOf(config), stream: process.stderr })
  const { parts } = await createApp({ ...config, cardCallback: 'off' }, { log })
  try {
    return await parts.access.callers.as('cli', () => work(parts, config))
  } finally {
    await parts.close()
  }
}
