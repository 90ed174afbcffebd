const MINUTE = 60
const HOUR = 3600

/** Seconds between a failed try and the next one; after the last of them a message is given up. */
export const RETRY_SECONDS = [
  5,
  30,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  24 * HOUR,
] as const

/** A receiver may ask for more time, but not for more than this. */
const LONGEST_RETRY_AFTER = 24 * HOUR
/** Messages that failed together are not tried together again. */
const SPREAD = 0.2

/** Seconds until the next try after `attempts` of them; null when that was the last. */
export function retrySeconds(
  attempts: number,
  retryAfterSeconds: number | null,
  random: number,
): number | null {
  const pause = RETRY_SECONDS[attempts - 1]
  if (pause === undefined) return null
  const asked = Math.min(retryAfterSeconds ?? 0, LONGEST_RETRY_AFTER)
  return Math.max(pause, asked) * (1 + SPREAD * random)
}
