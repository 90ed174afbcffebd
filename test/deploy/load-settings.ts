import { generateKey } from '../../src/auth/token-cipher.ts'
import { variableName } from '../../src/config/config-schema.ts'
import { SECRET_VARIABLES } from '../../src/config/config-secrets.ts'
import { type Config, loadConfig } from '../../src/config.ts'

/** A secret file for each name that ends so. */
const SECRETS: Record<string, string> = {
  feishu_app_secret: 'a-secret',
  token_encryption_keys: generateKey(),
  api_keys: 'bot:0123456789abcdef',
  database_url: 'postgres://card_auth:password@postgres/card_auth',
}

/**
 * Loads the configuration that a deployment example makes, as the service would; its secrets are in files by the usual names.
 * @throws {Error} for a variable that the service does not read, as a misspelled one.
 */
export function loadSettings(env: Readonly<Record<string, string>>): Config {
  const known = [
    ...variableName.options,
    ...SECRET_VARIABLES.map((name) => `${name}_FILE`),
    'NODE_ENV',
  ]
  const unknown = Object.keys(env).filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`nobody reads ${unknown.join(', ')}`)
  return loadConfig(env, (path) => {
    const secret = SECRETS[path.split('/').at(-1) ?? '']
    if (secret === undefined) throw new Error(`no secret at ${path}`)
    return secret
  })
}

/** Reads lines of NAME=value. */
export function readLines(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
}
