import type { ErrorClass, ErrorCodeRow, Outcome, Place, RefreshReading } from './error-code-row.ts'
import { GATEWAY_ERROR_CODES } from './gateway-error-codes.ts'
import { MESSAGE_ERROR_CODES } from './message-error-codes.ts'
import { OAUTH_ERROR_CODES } from './oauth-error-codes.ts'

/** Every code of Feishu we know, once each. */
export const ERROR_CODES: readonly ErrorCodeRow[] = [
  ...OAUTH_ERROR_CODES,
  ...GATEWAY_ERROR_CODES,
  ...MESSAGE_ERROR_CODES,
]

/** What is known about a code: its class, what it becomes at a place, what it means, and how a refresh takes it. */
export type ErrorMeaning = {
  errorClass: ErrorClass
  becomes: Outcome
  says: string
  atRefresh: RefreshReading
}

const BY_CODE = new Map(ERROR_CODES.map((row) => [row[0], row]))

/** Codes in no table pass for trouble of Feishu's own: no grant or card is ever ended by a guess. */
const UNKNOWN: ErrorMeaning = {
  errorClass: 'unknown',
  becomes: 'upstream_5xx',
  says: 'Feishu answered with a code that is not known here.',
  atRefresh: { kind: 'unexplained' },
}

/** What a code means where it was met. */
export function meaningOf(code: number, place: Place): ErrorMeaning {
  const row = BY_CODE.get(code)
  if (!row) return UNKNOWN
  const [, errorClass, becomes, says, elsewhere] = row
  return {
    errorClass,
    becomes: elsewhere?.[place] ?? atPlace(becomes, place),
    says,
    atRefresh: elsewhere?.refresh
      ? { kind: 'finished', reason: elsewhere.refresh }
      : readAtRefresh(errorClass, becomes),
  }
}

/** The class of a code. */
export function classOf(code: number): ErrorClass {
  return BY_CODE.get(code)?.[1] ?? 'unknown'
}

/** Tells whether a code asks to slow down. */
export function isRateLimit(code: number | undefined): boolean {
  return code !== undefined && BY_CODE.get(code)?.[2] === 'rate_limited'
}

/** How a refresh takes a code that ends no grant; what makes no sense there is as good as unknown. */
export function readAtRefresh(errorClass: ErrorClass, becomes: Outcome): RefreshReading {
  switch (errorClass) {
    case 'app_wide':
      return { kind: 'app_wide' }
    case 'drift':
    case 'data':
      return { kind: 'setback', reason: 'drift' }
    case 'policy':
      return { kind: 'setback', reason: 'policy' }
    case 'transient':
      return { kind: 'setback', reason: becomes === 'rate_limited' ? 'rate_limited' : 'upstream' }
    case 'terminal':
    case 'user':
    case 'token':
    case 'unknown':
      return { kind: 'unexplained' }
  }
}

// A person that cannot be reached leaves no card to change, and a chat that is gone is nobody to send to.
function atPlace(becomes: Outcome, place: Place): Outcome {
  if (place === 'patch' && becomes === 'person_unreachable') return 'card_gone'
  if (place === 'create' && becomes === 'card_gone') return 'person_unreachable'
  return becomes
}
