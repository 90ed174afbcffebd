/** The hours in which nobody is written to without being waited for. */
export interface QuietHours {
  /** Tells whether an instant falls into them. */
  cover(instant: Date): boolean
}

/** Minutes since midnight by the wall clock; `from` after `to` spans midnight, equal ones mean no quiet hours. */
export type QuietSpan = { from: number; to: number }

/** Where and when it is quiet. */
export type QuietTimes = { span: QuietSpan; timeZone: string }

/** Creates quiet hours by the wall clock of a time zone (an IANA name), summer time included. */
export function createQuietHours({ span: { from, to }, timeZone }: QuietTimes): QuietHours {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })

  function minuteOf(instant: Date): number {
    const parts = clock.formatToParts(instant)
    const read = (type: 'hour' | 'minute') =>
      Number(parts.find((part) => part.type === type)?.value)
    return read('hour') * 60 + read('minute')
  }

  return {
    cover(instant) {
      if (from === to) return false
      const minute = minuteOf(instant)
      return from < to ? from <= minute && minute < to : from <= minute || minute < to
    },
  }
}

/** Reads `21:00-09:00`; null when it is no such span. */
export function parseQuietSpan(text: string): QuietSpan | null {
  const [, from, to] = /^([^-]+)-([^-]+)$/.exec(text.replaceAll(' ', '')) ?? []
  const span = { from: minutesOf(from), to: minutesOf(to) }
  return span.from === null || span.to === null ? null : { from: span.from, to: span.to }
}

/** Tells whether a name is a time zone that this runtime knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function minutesOf(text = ''): number | null {
  const [, hour, minute] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text) ?? []
  const minutes = Number(hour) * 60 + Number(minute)
  return minutes <= 24 * 60 ? minutes % (24 * 60) : null
}
