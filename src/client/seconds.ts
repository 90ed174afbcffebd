/** A length of time: seconds, or a number with its unit such as `'30s'`, `'5m'` or `'1h'`. */
export type Wait = number | `${number}${'s' | 'm' | 'h'}`

const UNITS = { s: 1, m: 60, h: 3600 } as const

/**
 * The seconds of a length of time.
 * @throws {TypeError} when it is not one.
 */
export function secondsOf(wait: Wait): number {
  if (typeof wait === 'number' && wait >= 0 && Number.isFinite(wait)) return wait
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(String(wait)) ?? []
  if (unit !== 's' && unit !== 'm' && unit !== 'h') {
    throw new TypeError(`${wait} is not a length of time. Write seconds, or '30s', '5m' or '1h'.`)
  }
  return Number(digits) * UNITS[unit]
}
