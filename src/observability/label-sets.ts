import { FAULT_OF, type FailureReason } from '../auth/failure-reason.ts'
import type { AuthMethod } from '../auth/session.ts'

/** What a label says when its value is not in its closed set. */
export const OTHER = 'other'

/** The ways a person can be asked. */
export const AUTH_METHODS = [
  'websocket_card',
  'device',
  'web',
] as const satisfies readonly AuthMethod[]

/** Every reason of `FAULT_OF`. */
export const FAILURE_REASONS = Object.keys(FAULT_OF).filter((name): name is FailureReason =>
  Object.hasOwn(FAULT_OF, name),
)

/** The value if the set has it, else `other`. */
export function inSet<T extends string>(set: readonly T[], value: string): T | typeof OTHER {
  return set.find((known) => known === value) ?? OTHER
}
