import { type AheadSettings, NEVER_AHEAD } from './auth/ask-ahead.ts'
import { isTimeZone, parseQuietSpan } from './auth/quiet-hours.ts'
import { ConfigurationError, type ConfigurationFault } from './errors.ts'

/** Whether and when a bot asks people before their authorization ends. */
export type ReauthorizeOptions = {
  /** So many days before the end, from 0 (never) to 90. */
  aheadDays: number
  /** When nobody is asked; default `21:00-09:00`, the same time twice means never quiet. */
  quietHours?: string | undefined
  /** Whose wall clock that is, an IANA name; default `Asia/Shanghai`. */
  timeZone?: string | undefined
}

const MOST_DAYS = 90

/**
 * Reads the options of a bot.
 * @throws {ConfigurationError} with everything that is wrong with them.
 */
export function readReauthorizeOptions(options: ReauthorizeOptions | undefined): AheadSettings {
  if (!options) return NEVER_AHEAD
  const { aheadDays: days, quietHours = '21:00-09:00', timeZone = 'Asia/Shanghai' } = options
  const span = parseQuietSpan(quietHours)
  const faults: ConfigurationFault[] = []
  const complain = (name: string, problem: string, fix: string) =>
    faults.push({ name: `reauthorize.${name}`, problem, fix })
  if (!(Number.isInteger(days) && days >= 0 && days <= MOST_DAYS)) {
    complain('aheadDays', 'is no number of days', `Give a whole number from 0 to ${MOST_DAYS}.`)
  }
  if (!span) complain('quietHours', 'is no span', 'Give two times, such as 21:00-09:00.')
  if (!isTimeZone(timeZone))
    complain('timeZone', 'is no time zone', 'Give a name such as Asia/Tokyo.')
  if (!span || faults.length > 0) throw new ConfigurationError(faults)
  return { days, quiet: { span, timeZone } }
}
