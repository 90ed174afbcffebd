import type { Grant, UserAccessToken } from './grant.ts'
import type { RefreshResult } from './refresh-grant-result.ts'

/**
 * What it comes to that somebody else has written a grant while it was being refreshed: their token where it lives. A
 * revocation writes, too; its token must not pass for a fresh one.
 */
export function adoptNewer(
  newer: Grant | null,
  now: Date,
  readToken: (grant: Grant) => UserAccessToken,
): RefreshResult {
  if (newer === null) return { kind: 'missing' }
  if (newer.accessTokenExpiresAt > now) {
    return { kind: 'fresh', token: readToken(newer), how: 'adopted' }
  }
  return newer.sealedRefreshToken === null
    ? { kind: 'finished', reason: 'revoked' }
    : { kind: 'setback', reason: 'lease_timeout', error: null, retryAfterSeconds: 1 }
}
