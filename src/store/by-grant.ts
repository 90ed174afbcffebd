import type { GrantKey } from '../auth/upkeep.ts'

/** Sorts rows of grants in one order for everybody, so that two statements over many do not wait for each other's rows. */
export function byGrant(one: GrantKey, other: GrantKey): number {
  return order(one.appId, other.appId) || order(one.openId, other.openId)
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
