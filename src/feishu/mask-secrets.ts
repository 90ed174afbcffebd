const SECRET_WORDS =
  'app_?secret|client_?secret|client_?assertion|access_?token|refresh_?token|tenant_access_token|app_access_token|' +
  'id_?token|code_?verifier|verification_?token|encrypt_?key|authorization|cookie|password|secret|ticket|app_ticket|' +
  'access_?key|device_?code|code|token'

const SECRET_KEY = new RegExp(`^(?:x-)?(?:${SECRET_WORDS})$`, 'i')
const JSON_PAIR = new RegExp(
  `(\\\\*"(?:${SECRET_WORDS})\\\\*"\\s*:\\s*\\\\*")(?:[^"\\\\]|\\\\[^"])*`,
  'gi',
)
const QUERY_PAIR = new RegExp(`(\\b(?:${SECRET_WORDS}|state)=)[^&\\s"']+`, 'gi')
const BEARER = /\b(Bearer|Basic|DPoP)\s+[\w\-.~+/=:]+/gi
/** The shapes of Feishu's own tokens: `t-…`, `u-…`, `ur-…`, `a-…`, `c-…` and JSON web tokens. */
const TOKEN_SHAPE = /\b(?:(?:t|u|ur|a|c)-[\w.-]{10,}|eyJ[\w.-]{8,})/g

/** Links hold tickets in their path; only the origin is kept. */
const LINK = /\b(https?:\/\/[^\s/"'\\?#]+)[/?#][^\s"'\\]*/gi

const MASK = '***'

/** Tells whether a field of this name holds a secret; numeric codes of Feishu are told apart by their value. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key)
}

/** The text without tokens, secrets, codes or tickets; `secrets` are literals known to the caller. */
export function maskText(text: string, secrets: readonly string[] = []): string {
  const literal = secrets
    .filter((secret) => secret.length > 0)
    .reduce((masked, secret) => masked.replaceAll(secret, MASK), text)
  return literal
    .replace(LINK, `$1/${MASK}`)
    .replace(BEARER, `$1 ${MASK}`)
    .replace(JSON_PAIR, `$1${MASK}`)
    .replace(QUERY_PAIR, `$1${MASK}`)
    .replace(TOKEN_SHAPE, MASK)
}
