import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createQuietHours, isTimeZone, parseQuietSpan } from '../../src/auth/quiet-hours.ts'

const ZONES = [
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'UTC',
]
const zone = fc.constantFrom(...ZONES)
const minute = fc.integer({ min: 0, max: 1439 })
const instant = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2035-01-01T00:00:00Z'),
  noInvalidDate: true,
})
const quiet = (from: number, to: number, timeZone: string) =>
  createQuietHours({ span: { from, to }, timeZone })

/** The wall clock, read another way. */
function minuteByTheWall(at: Date, timeZone: string): number {
  const [hour, minutes] = at.toLocaleTimeString('sv-SE', { timeZone }).split(':')
  return Number(hour) * 60 + Number(minutes)
}

describe('quiet hours', () => {
  it('cover the minutes of the wall clock between their two times, whatever the zone and day', () => {
    fc.assert(
      fc.property(zone, instant, minute, minute, (timeZone, at, from, to) => {
        const length = (to - from + 1440) % 1440
        const since = (minuteByTheWall(at, timeZone) - from + 1440) % 1440
        expect(quiet(from, to, timeZone).cover(at)).toBe(since < length)
      }),
      { numRuns: 500 },
    )
  })

  it('and their opposite share out every instant', () => {
    fc.assert(
      fc.property(zone, instant, minute, minute, (timeZone, at, from, to) => {
        fc.pre(from !== to)
        const [one, other] = [quiet(from, to, timeZone), quiet(to, from, timeZone)]
        expect(one.cover(at)).toBe(!other.cover(at))
      }),
    )
  })

  it('begin with their first minute, and end before their last', () => {
    const noon = quiet(570, 720, 'UTC')
    const covered = (time: string) => noon.cover(new Date(`2026-11-20T${time}Z`))
    expect(['09:29:59', '09:30:00', '11:59:59', '12:00:00'].map(covered)).toEqual([
      false,
      true,
      true,
      false,
    ])
  })

  it('never are, when they begin and end at the same time', () => {
    fc.assert(
      fc.property(zone, instant, minute, (timeZone, at, from) => {
        expect(quiet(from, from, timeZone).cover(at)).toBe(false)
      }),
    )
  })

  it('follow summer time: nine in the morning is another instant, and still the end of the night', () => {
    const night = quiet(21 * 60, 9 * 60, 'Europe/Berlin')
    const covered = (at: string) => night.cover(new Date(at))
    expect(covered('2026-03-28T07:59:59Z')).toBe(true)
    expect(covered('2026-03-28T08:00:00Z')).toBe(false)
    expect(covered('2026-03-29T06:59:59Z')).toBe(true)
    expect(covered('2026-03-29T07:00:00Z')).toBe(false)
    expect(covered('2026-10-24T18:59:59Z')).toBe(false)
    expect(covered('2026-10-24T19:00:00Z')).toBe(true)
    expect(covered('2026-10-25T07:59:59Z')).toBe(true)
    expect(covered('2026-10-25T08:00:00Z')).toBe(false)
  })
})

describe('a span of quiet hours', () => {
  it.each([
    ['21:00-09:00', { from: 1260, to: 540 }],
    [' 09:30 - 12:00 ', { from: 570, to: 720 }],
    ['00:00-00:00', { from: 0, to: 0 }],
    ['22:00-24:00', { from: 1320, to: 0 }],
  ])('is read from %s', (text, span) => {
    expect(parseQuietSpan(text)).toEqual(span)
  })

  it.each([
    '',
    '21:00',
    '21-9',
    '9:00-21:00',
    '21:00-09:60',
    '25:00-09:00',
    '24:01-09:00',
    'a-21:00-09:00',
    '21:00-09:00-a',
    '121:00-09:00',
    '21:000-09:00',
    'night',
  ])('is not %j', (text) => {
    expect(parseQuietSpan(text)).toBeNull()
  })
})

it.each([
  ['Asia/Shanghai', true],
  ['UTC', true],
  ['Mars/Olympus', false],
  ['', false],
])('knows whether %j is a time zone', (name, isOne) => {
  expect(isTimeZone(name)).toBe(isOne)
})
