import type { CardAuthError } from '../errors.ts'
import type { RefreshResult } from './refresh-grant-result.ts'
import type { GrantKey } from './upkeep.ts'

/**
 * What Feishu said last of people whom a rule of their organisation stops, for everybody who asks during the pause that follows.
 * It may hold the page where they pass a check, which is for them alone, so it is in memory and nowhere else.
 */
export interface PersonalRefusals {
  /** Takes note of what a try came to. */
  note(key: GrantKey, result: RefreshResult): void
  /** Null where this process was told nothing. */
  find(key: GrantKey): CardAuthError | null
}

/** The oldest are forgotten first: who asks then hears that it pauses, and not why. */
const MOST = 1000

/** Creates the memory of one process. */
export function createPersonalRefusals(): PersonalRefusals {
  const errors = new Map<string, CardAuthError>()
  const nameOf = ({ appId, openId }: GrantKey) => `${appId} ${openId}`

  return {
    note(key, result) {
      errors.delete(nameOf(key))
      if (result.kind !== 'setback' || result.reason !== 'policy' || !result.error) return
      errors.set(nameOf(key), result.error)
      const [oldest] = errors.keys()
      if (errors.size > MOST && oldest !== undefined) errors.delete(oldest)
    },
    find: (key) => errors.get(nameOf(key)) ?? null,
  }
}
