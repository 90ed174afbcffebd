const secretKeys = new Set([
  'access_token',
  'refresh_token',
  'tenant_access_token',
  'app_access_token',
  'app_secret',
  'AppSecret',
  'client_secret',
  'client_assertion',
  'code',
  'code_verifier',
  'token',
  'ticket',
  'access_key',
  'authorization',
  'cookie',
  'set-cookie',
])

const tokenInText = /\b(eyJ[A-Za-z0-9_-]|[tuc]-[A-Za-z0-9_]{2}|ur-[A-Za-z0-9_])[A-Za-z0-9_.-]{12,}/g
const secretInQuery =
  /([?&](?:code|code_verifier|client_secret|ticket|access_key|tmp_code)=[^&#\s"]{0,4})[^&#\s"]*/g

/** Copies a value with every token, code and secret cut to its first four characters. */
export function maskSecrets(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return secretKeys.has(key) ? cut(value) : maskText(value)
  if (Array.isArray(value)) return value.map((item) => maskSecrets(item, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, maskSecrets(inner, name)]),
  )
}

function maskText(text: string): string {
  return text.replace(secretInQuery, '$1…').replace(tokenInText, cut)
}

function cut(secret: string): string {
  return secret === '' ? '' : `${secret.slice(0, 4)}…`
}
