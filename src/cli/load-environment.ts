import { type Config, loadConfig } from '../config.ts'

/**
 * The configuration of this process: its environment, and beneath it a `.env` file in the working directory.
 * @throws {ConfigurationError} with every fault at once.
 */
export function loadEnvironment(): Config {
  try {
    process.loadEnvFile()
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isMissing) throw error
  }
  return loadConfig(process.env)
}
