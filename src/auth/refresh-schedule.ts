import type { Grant } from './grant.ts'

/** Share of its lifetime (0 to 1) below which a token is refreshed, and the randomness that spreads the work. */
export type RefreshSchedule = {
  /** When the scheduler should next look at a grant; null when it cannot be refreshed. */
  nextLook(grant: Grant, lastUsedAt: Date | null, now: Date): Date | null
  /** Tells whether a token is so close to its end that it should be refreshed. */
  isDue(grant: Grant, now: Date): boolean
}

const DAY_MS = 86_400_000
/** Peers refresh 3 to 15 minutes ahead; half the lifetime bounds it for short tokens. */
const AHEAD_MS = 15 * 60_000
/** An unused refresh token is renewed at this share of its life, which leaves days for an outage. */
const KEEP_ALIVE_AT = 0.6
/** Dates are spread over this share, so that grants given together are not refreshed together. */
const SPREAD = 0.1

/** Creates the schedule; `threshold` is TOKEN_REFRESH_THRESHOLD. */
export function createRefreshSchedule(
  threshold: number,
  random: () => number = Math.random,
): RefreshSchedule {
  const accessLifetime = (grant: Grant) =>
    grant.accessTokenExpiresAt.getTime() - grant.issuedAt.getTime()

  const keepAliveAt = (grant: Grant, spread: number): number | null => {
    if (grant.sealedRefreshToken === null || grant.refreshTokenExpiresAt === null) return null
    const issued = grant.issuedAt.getTime()
    const lifetime = grant.refreshTokenExpiresAt.getTime() - issued
    return issued + lifetime * (KEEP_ALIVE_AT + spread)
  }

  const isInUse = (lastUsedAt: Date | null, now: Date): boolean =>
    lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() < DAY_MS

  return {
    nextLook(grant, lastUsedAt, now) {
      const keepAlive = keepAliveAt(grant, (random() - 0.5) * 2 * SPREAD)
      if (keepAlive === null) return null
      if (!isInUse(lastUsedAt, now)) return new Date(Math.max(keepAlive, now.getTime()))
      const lifetime = accessLifetime(grant)
      const ahead = Math.min(AHEAD_MS, lifetime / 2) * (1 + random() * SPREAD)
      const fresh = grant.accessTokenExpiresAt.getTime() - Math.max(ahead, lifetime * threshold)
      return new Date(Math.max(Math.min(fresh, keepAlive), now.getTime()))
    },
    isDue(grant, now) {
      const left = grant.accessTokenExpiresAt.getTime() - now.getTime()
      return left <= accessLifetime(grant) * threshold
    },
  }
}
