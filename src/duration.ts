/** A length of time: milliseconds, or a number with its unit such as `'30s'`, `'5m'` or `'1h'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h'}`

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/**
 * The milliseconds of a duration.
 * @throws {TypeError} when it is not one.
 */
export function milliseconds(duration: Duration): number {
  if (typeof duration === 'number') return duration
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(duration)
  const unit = parts?.[2]
  if (unit !== 'ms' && unit !== 's' && unit !== 'm' && unit !== 'h') {
    throw new TypeError(`"${duration}" is not a duration. Write it like '30s', '5m' or '1h'.`)
  }
  return Number(parts?.[1]) * UNITS[unit]
}
