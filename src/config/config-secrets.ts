import type { ConfigurationFault } from '../errors.ts'
import type { VariableName } from './config-schema.ts'

/** The variables that hold a secret; each also reads from the file that `NAME_FILE` names. */
export const SECRET_VARIABLES = [
  'FEISHU_APP_SECRET',
  'FEISHU_ENCRYPT_KEY',
  'FEISHU_VERIFICATION_TOKEN',
  'DATABASE_URL',
  'TOKEN_ENCRYPTION_KEYS',
  'API_KEYS',
  'WEBHOOK_SECRETS',
] as const satisfies readonly VariableName[]

/** Reads a text file; throws when it cannot. */
export type ReadFile = (path: string) => string

/** The secrets found in files, by the name of their variable, and what went wrong. */
export type SecretFiles = {
  values: Partial<Record<VariableName, string>>
  faults: readonly ConfigurationFault[]
}

/** Reads every `NAME_FILE`; the white space around a secret is not part of it. */
export function readSecretFiles(
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile,
): SecretFiles {
  const values: SecretFiles['values'] = {}
  const faults: ConfigurationFault[] = []
  for (const variable of SECRET_VARIABLES) {
    const name = `${variable}_FILE`
    const path = env[name]?.trim()
    if (!path) continue
    if (env[variable]?.trim()) {
      faults.push({
        name,
        problem: `is set together with ${variable}`,
        fix: 'Keep one of the two.',
      })
      continue
    }
    try {
      const secret = readFile(path).trim()
      if (secret) values[variable] = secret
      else faults.push({ name, problem: 'names an empty file', fix: `Write the secret into it.` })
    } catch (error) {
      faults.push({
        name,
        problem: `names a file that cannot be read (${errorCode(error)})`,
        fix: 'Check the path and that this user may read the file.',
      })
    }
  }
  return { values, faults }
}

/** The code of a failed file operation, such as ENOENT; nothing else of the error is safe to show. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unknown error'
}
