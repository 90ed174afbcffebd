import type { InternalAxiosRequestConfig } from 'axios'
import { isSecretKey } from './mask-secrets.ts'

/** The secrets a request carried: a refusal may quote them in its message without a word that gives them away. */
export function secretsSent({ data, headers }: InternalAxiosRequestConfig): string[] {
  const named = fieldsOf(data).filter(([name]) => isSecretKey(name))
  const authorization = headers.get('authorization')
  const [, credentials] = typeof authorization === 'string' ? authorization.split(' ') : []
  return [...named.map(([, value]) => value), credentials].filter(
    (secret): secret is string => typeof secret === 'string' && secret !== '',
  )
}

function fieldsOf(body: unknown): [string, unknown][] {
  if (typeof body !== 'string') return []
  try {
    return Object.entries(JSON.parse(body))
  } catch {
    return [...new URLSearchParams(body)]
  }
}
