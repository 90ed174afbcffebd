/** What stands in the place of a secret. */
export const MASK = '***'

/** Shorter ones would blank out ordinary words and protect nothing. */
const SHORTEST_LITERAL = 6

const CERTAIN_WORDS =
  '(?:user|tenant|app|access|refresh|id)[_-]?(?:access[_-]?)?token|(?:app|client)[_-]?secret|' +
  'code[_-]?verifier|device[_-]?code|verification[_-]?token|encrypt[_-]?key|api[_-]?key|' +
  'authorization|cookie|password|passphrase|secret|ticket'
const LIKELY_WORDS = `${CERTAIN_WORDS}|code|state|token|key`

const USER_INFO = /(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@"'<>]*@/gi
const QUERY_VALUE = /([?&#;][\w.[\]%-]+)=[^&#;\s"'<>)]*/g
const SCHEME = /\b(Bearer|Basic|DPoP)\s+[\w\-.~+/=:]{4,}/gi
const CERTAIN_PAIR = new RegExp(
  `(\\b(?:${CERTAIN_WORDS})\\b\\\\*["']?\\s*[:=]\\s*\\\\*["']?)[^\\s"',;&}\\\\]+`,
  'gi',
)
const LIKELY_PAIR = new RegExp(
  `(\\b(?:${LIKELY_WORDS})(?:=|\\\\*["']\\s*:\\s*\\\\*["']))[^\\s"',;&}\\\\]+`,
  'gi',
)
/** Feishu's tokens (`t-`, `u-`, `ur-`, `a-`), JSON web tokens (RFC 7519), our API keys and secrets of webhooks. */
const TOKEN_SHAPE =
  /(?<![\w-])(?:(?:t|u|ur|a)-[\w.-]{8,}|eyJ[\w.-]{8,}|fca_[\w-]{43}|whsec_[\w+/=-]{32,})/g
/** The shape of our tickets, states, verifiers and browser cookies: 256 bits of base64url. */
const OWN_SECRET_SHAPE = /(?<![\w-])[\w-]{43}(?![\w-])/g

/** No pair, no query, no scheme, shorter than our own secrets, and none of the prefixes that need no hyphen. */
const PLAIN = /^(?!.*(?:eyJ|whsec_))[\w./{}]{0,42}$/

/**
 * Creates the function that takes secrets out of a text: the given ones wherever they stand, and whatever
 * looks like a token, a credential or a value in a URL's query.
 */
export function createMaskText(secrets: readonly string[]): (text: string) => string {
  const literals = anyOf(spellings(secrets))
  return (text) => {
    const masked = literals === null ? text : text.replace(literals, MASK)
    // Most of what is logged is a word or a short path, in which no pattern below finds anything.
    if (PLAIN.test(masked)) return masked
    return masked
      .replace(USER_INFO, `$1${MASK}@`)
      .replace(QUERY_VALUE, `$1=${MASK}`)
      .replace(SCHEME, `$1 ${MASK}`)
      .replace(CERTAIN_PAIR, `$1${MASK}`)
      .replace(LIKELY_PAIR, `$1${MASK}`)
      .replace(TOKEN_SHAPE, MASK)
      .replace(OWN_SECRET_SHAPE, MASK)
  }
}

function anyOf(literals: readonly string[]): RegExp | null {
  if (literals.length === 0) return null
  return new RegExp(
    literals.map((each) => each.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'),
    'g',
  )
}

/** A secret may show up as it is, in a URL, in JSON or in base64; the longest goes first, since one may hold another. */
function spellings(secrets: readonly string[]): string[] {
  const all = secrets
    .filter((secret) => secret.length >= SHORTEST_LITERAL)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
    ])
  return [...new Set(all)].sort((one, other) => other.length - one.length)
}
