import { ERROR_CODES } from '../../src/feishu/error-codes/error-codes.ts'

/** The documented handling at a refresh, spelled out apart from the table: a slip in a row shows here. */
const FINISHED: Readonly<Record<string, readonly number[]>> = {
  expired: [20037],
  invalid: [20026, 20038, 99991669],
  revoked: [20064],
  reused: [20073],
  user_status: [20008, 20010, 20021, 20022, 20023, 20066],
}
const APP_WIDE: readonly number[] = [
  20002, 20009, 20048, 20069, 20074, 10003, 10012, 10013, 10014, 10015, 99991543, 99991662,
  99991664, 99991665, 99991672, 99991673, 99991676, 99991401, 99991403, 20027, 20029, 20043, 20028,
  20035, 20042, 20046, 403, 514, 1000040344, 1000040345, 1000040346, 230006, 230027,
]
const SETBACKS: Readonly<Record<string, readonly number[]>> = {
  drift: [
    20001, 20063, 20036, 20070, 20067, 20068, 20071, 20024, 20025, 99991661, 99991671, 99992351,
    99992361, 99992364, 99992402,
  ],
  policy: [21000, 21001],
  upstream: [20050, 20072, 20007, 1, 1000040343, 1000040351],
  rate_limited: [99991400, 11232, 1000040350],
}
const PAUSES: Readonly<Record<string, number>> = { rate_limited: 5 }

/** What a refresh that is refused with this code and HTTP 400 comes to, without its error. */
export function documentedAtRefresh(code: number): Record<string, unknown> {
  const reason = reasonOf(code, FINISHED)
  if (reason) return { kind: 'finished', reason }
  if (APP_WIDE.includes(code)) return { kind: 'app_wide' }
  const setback = reasonOf(code, SETBACKS) ?? ofAnotherPlace(code)
  if (setback === null) return { kind: 'unexplained', mayBeSpent: false }
  return { kind: 'setback', reason: setback, retryAfterSeconds: PAUSES[setback] ?? null }
}

/** Codes of messages, codes and access tokens: none of them ends a grant, or stops an app's refreshes. */
function ofAnotherPlace(code: number): string | null {
  const errorClass = ERROR_CODES.find(([known]) => known === code)?.[1]
  if (errorClass === 'policy') return 'policy'
  if (errorClass === 'data' || errorClass === 'drift') return 'drift'
  if (errorClass === 'transient') return code === 230020 ? 'rate_limited' : 'upstream'
  return null
}

function reasonOf(
  code: number,
  byReason: Readonly<Record<string, readonly number[]>>,
): string | undefined {
  return Object.keys(byReason).find((reason) => byReason[reason]?.includes(code))
}
