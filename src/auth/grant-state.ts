import type { Grant } from './grant.ts'
import type { FinishedReason } from './refresh-outcome.ts'
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

/** Why a grant is over, so that only a new consent helps; null while it works, can be refreshed, or is in doubt. */
export function whyOver(grant: Grant, mark: GrantMark | null, now: Date): FinishedReason | null {
  switch (grantState(grant, mark, now)) {
    case 'fresh':
    case 'refreshable':
    case 'ambiguous':
      return null
    case 'ended':
      return grant.sealedRefreshToken === null ? 'no_refresh_token' : 'expired'
    case 'revoked':
    case 'reauth_required': {
      const reason = mark?.reason ?? 'revoked'
      return reason === 'ambiguous' ? 'revoked' : reason
    }
  }
}
