import type { SessionState } from '../auth/session.ts'
import type { ErrorCode } from '../errors.ts'

/** A field whose name contains one of these words holds a secret. */
const SECRET_WORDS = new Set([
  'authorization',
  'code',
  'cookie',
  'credential',
  'key',
  'passphrase',
  'password',
  'secret',
  'state',
  'ticket',
  'token',
  'verifier',
])

/** A name that ends like this speaks about a secret and does not hold it: `key_id`, `token_type`, `state_count`. */
const ABOUT_WORDS = new Set([
  'at',
  'bytes',
  'count',
  'days',
  'id',
  'ms',
  'name',
  'path',
  'seconds',
  'status',
  'type',
])

/** Names of facts that merely look like secrets; numbers are told apart by their type already. */
const HARMLESS_NAMES = new Set(['end_state', 'session_state'])

const SESSION_STATES: Record<SessionState, true> = {
  pending: true,
  completed: true,
  rejected: true,
  expired: true,
}

const ERROR_CODES: Record<ErrorCode, true> = {
  app_misconfigured: true,
  authorization_code_expired: true,
  authorization_code_used: true,
  authorization_expired: true,
  authorization_in_progress: true,
  authorization_rejected: true,
  authorization_required: true,
  card_gone: true,
  configuration_invalid: true,
  feishu_unavailable: true,
  identity_mismatch: true,
  insufficient_scope: true,
  person_not_allowed: true,
  person_unreachable: true,
  pkce_failed: true,
  schema_too_new: true,
  session_not_found: true,
  session_not_pending: true,
  state_invalid: true,
  store_unavailable: true,
  token_refresh_failed: true,
  token_unreadable: true,
  too_many_cards: true,
  unknown_app: true,
}

/** Codes of Node, SQLite and Postgres: ECONNREFUSED, ERR_INVALID_ARG, SQLITE_BUSY, 23505. */
const FOREIGN_CODE = /^(?:E[A-Z0-9]{2,24}|(?:ERR|SQLITE)_[A-Z0-9_]{1,40}|[0-9A-Z]{5})$/

/** Tells whether a value may not be written. */
export type IsSecret = (value: unknown) => boolean

/** Judges a field by its name, and for `code` and `state` also by its value. */
export function judgeField(name: string): IsSecret {
  const words = wordsOf(name)
  const whole = words.join('_')
  if (whole === 'code') return isText((value) => !isErrorCode(value))
  if (whole === 'state') return isText((value) => !isSessionState(value))
  const last = words.at(-1)
  const isAbout = last !== undefined && ABOUT_WORDS.has(last)
  const isSecret = words.some((word) => SECRET_WORDS.has(word) || endsLikeSecret(word))
  if (!isSecret || isAbout || HARMLESS_NAMES.has(whole)) return () => false
  return isText(() => true)
}

/** A number, a yes or no and nothing at all are no secrets. */
function isText(judge: IsSecret): IsSecret {
  return (value) =>
    typeof value !== 'number' && typeof value !== 'boolean' && value != null && judge(value)
}

function isSessionState(value: unknown): boolean {
  return typeof value === 'string' && Object.hasOwn(SESSION_STATES, value)
}

/** Tells whether a value is the code of an error, ours or a known foreign one, and not an OAuth code. */
export function isErrorCode(value: unknown): value is string | number {
  if (typeof value === 'number') return true
  if (typeof value !== 'string') return false
  return Object.hasOwn(ERROR_CODES, value) || FOREIGN_CODE.test(value)
}

/** `accessTokens`, `access-token` and `ACCESS_TOKEN` are all the words access and token. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
    .map((word) => word.replace(/s$/, ''))
}

/** `accesstoken`, `appsecret`: names written without any mark between their words. */
function endsLikeSecret(word: string): boolean {
  return /(?:token|secret|password|cookie|ticket|verifier|apikey|privatekey)$/.test(word)
}
