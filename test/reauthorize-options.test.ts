import { describe, expect, it } from 'vitest'
import { NEVER_AHEAD } from '../src/auth/ask-ahead.ts'
import { readReauthorizeOptions } from '../src/reauthorize-options.ts'

describe('the options of a bot that asks ahead of time', () => {
  it('ask nobody when they are left out', () => {
    expect(readReauthorizeOptions(undefined)).toEqual(NEVER_AHEAD)
  })

  it('have quiet hours of their own, or the night of Shanghai', () => {
    expect(readReauthorizeOptions({ aheadDays: 7 })).toEqual({
      days: 7,
      quiet: { span: { from: 1260, to: 540 }, timeZone: 'Asia/Shanghai' },
    })
    const own = { aheadDays: 90, quietHours: '00:00-00:00', timeZone: 'Asia/Tokyo' }
    expect(readReauthorizeOptions(own)).toEqual({
      days: 90,
      quiet: { span: { from: 0, to: 0 }, timeZone: 'Asia/Tokyo' },
    })
  })

  it('tell everything that is wrong with them at once', () => {
    const wrong = { aheadDays: 91, quietHours: 'at night', timeZone: 'Asia/Beijing' }
    const names = ['aheadDays', 'quietHours', 'timeZone'].map((name) => `reauthorize.${name}`)
    expect(() => readReauthorizeOptions(wrong)).toThrow(
      expect.objectContaining({
        code: 'configuration_invalid',
        faults: names.map((name) => expect.objectContaining({ name })),
      }),
    )
    expect(() => readReauthorizeOptions({ aheadDays: 1.5 })).toThrow(/whole number/)
  })
})
