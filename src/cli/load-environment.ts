import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { VariableName } from '../config/config-schema.ts'
import { type Config, loadConfig } from '../config.ts'
import { ConfigurationError } from '../errors.ts'

/**
 * The configuration of this process: its environment, and beneath it a `.env` file in the working directory. What is `leftOut`
 * gets its default.
 * @throws {ConfigurationError} with every fault at once.
 */
export function loadEnvironment(leftOut: readonly VariableName[] = []): Config {
  for (const [name, value] of Object.entries(parseEnv(readEnvFile()))) process.env[name] ??= value
  const env = { ...process.env }
  for (const name of leftOut) {
    delete env[name]
    delete env[`${name}_FILE`]
  }
  return loadConfig(env)
}

/** `process.loadEnvFile` takes a file that it may not read for one that is not there. */
function readEnvFile(): string {
  try {
    return readFileSync('.env', 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown'
    if (code === 'ENOENT') return ''
    throw new ConfigurationError([
      {
        name: '.env',
        problem: `cannot be read (${code})`,
        fix: 'Make it a file that the user of this process may read, or take it away.',
      },
    ])
  }
}
