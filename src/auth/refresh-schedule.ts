import type { Grant } from './grant.ts'

/** When grants are refreshed. */
export interface RefreshSchedule {
  /** When the scheduler should next look at a grant; null when it cannot be refreshed. */
  nextLook(grant: Grant, lastUsedAt: Date | null, now: Date): Date | null
  /** Tells whether the scheduler should refresh a grant now; true at every look that `nextLook` has set. */
  isTimeFor(grant: Grant, lastUsedAt: Date | null, now: Date): boolean
  /** Tells whether a token is so close to its end that a caller should get a new one. */
  isDue(grant: Grant, now: Date): boolean
}

const DAY_MS = 86_400_000
/** Where Feishu did not tell: the example of its documentation. */
const USUAL_REFRESH_LIFETIME_MS = 7 * DAY_MS
/** Peers refresh 3 to 15 minutes ahead; half the lifetime bounds it for short tokens. */
const AHEAD_MS = 15 * 60_000
/** An unused refresh token is renewed between these shares of its life, which leaves days for an outage. */
const KEEP_ALIVE_FROM = 0.5
const KEEP_ALIVE_TO = 0.7
/** A token in use is refreshed so much earlier at most, so that tokens given together are not refreshed together. */
const SPREAD = 0.25

/** Creates the schedule; `threshold` is TOKEN_REFRESH_THRESHOLD, the share of a lifetime below which a token is due. */
export function createRefreshSchedule(
  threshold: number,
  random: () => number = Math.random,
): RefreshSchedule {
  /** The latest instant is chosen with 0, the earliest with 1. */
  function lookAt(grant: Grant, lastUsedAt: Date | null, now: Date, chance: number): number | null {
    if (grant.sealedRefreshToken === null) return null
    const issuedAt = grant.issuedAt.getTime()
    const endsAt = grant.refreshTokenExpiresAt?.getTime() ?? issuedAt + USUAL_REFRESH_LIFETIME_MS
    const share = KEEP_ALIVE_TO - (KEEP_ALIVE_TO - KEEP_ALIVE_FROM) * chance
    const keepAlive = issuedAt + (endsAt - issuedAt) * share
    if (!isInUse(lastUsedAt, now)) return keepAlive
    const lifetime = accessLifetime(grant)
    const ahead = Math.max(Math.min(AHEAD_MS, lifetime / 2), lifetime * threshold)
    const fresh = grant.accessTokenExpiresAt.getTime() - ahead * (1 + SPREAD * chance)
    return Math.min(fresh, keepAlive)
  }

  return {
    nextLook(grant, lastUsedAt, now) {
      const look = lookAt(grant, lastUsedAt, now, random())
      return look === null ? null : new Date(Math.max(look, now.getTime()))
    },
    isTimeFor(grant, lastUsedAt, now) {
      const earliest = lookAt(grant, lastUsedAt, now, 1)
      return earliest !== null && earliest <= now.getTime()
    },
    isDue(grant, now) {
      const left = grant.accessTokenExpiresAt.getTime() - now.getTime()
      return left <= accessLifetime(grant) * threshold
    },
  }
}

function accessLifetime({ accessTokenExpiresAt, issuedAt }: Grant): number {
  return accessTokenExpiresAt.getTime() - issuedAt.getTime()
}

function isInUse(lastUsedAt: Date | null, now: Date): boolean {
  return lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() < DAY_MS
}
