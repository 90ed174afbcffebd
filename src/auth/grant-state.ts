import type { Grant } from './grant.ts'
import type { GrantMark } from './upkeep.ts'

/** How a stored grant stands: its token works, it can be refreshed, or only the person can help. */
export type GrantState = 'fresh' | 'refreshable' | 'ended' | GrantMark['status']

/** Tells how a grant stands; a mark on an older version is moot. */
export function grantState(grant: Grant, mark: GrantMark | null, now: Date): GrantState {
  if (mark !== null && mark.version === grant.version) return mark.status
  if (grant.accessTokenExpiresAt > now) return 'fresh'
  const canRefresh =
    grant.sealedRefreshToken !== null &&
    (grant.refreshTokenExpiresAt === null || grant.refreshTokenExpiresAt > now)
  return canRefresh ? 'refreshable' : 'ended'
}
