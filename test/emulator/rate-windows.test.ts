import { describe, expect, it } from 'vitest'
import { createRateWindows } from '../../src/emulator/messages/rate-windows.ts'

const perSecond = { most: 50, withinMs: 1000 }
const perMinute = { most: 1000, withinMs: 60_000 }

describe('rate windows', () => {
  it('enforce whichever limit is reached first and say how long to wait', () => {
    let now = 0
    const rates = createRateWindows(() => now)
    for (let second = 0; second < 20; second += 1) {
      for (let call = 0; call < 50; call += 1) {
        expect(rates.take('api', perSecond, perMinute)).toBeUndefined()
      }
      const exceeded = rates.take('api', perSecond, perMinute)
      if (second < 19) expect(exceeded).toEqual({ limit: perSecond, waitMs: 1000 })
      now += 1000
    }
    expect(rates.take('api', perSecond, perMinute)).toEqual({ limit: perMinute, waitMs: 40_000 })
    now += 40_000
    expect(rates.take('api', perSecond, perMinute)).toBeUndefined()
  })

  it('slide: what happened a second ago makes room, one by one', () => {
    let now = 0
    const rates = createRateWindows(() => now)
    const two = { most: 2, withinMs: 1000 }
    rates.take('chat', two)
    now = 600
    rates.take('chat', two)
    now = 999
    expect(rates.take('chat', two)).toEqual({ limit: two, waitMs: 1 })
    now = 1000
    expect(rates.take('chat', two)).toBeUndefined()
    expect(rates.take('chat', two)).toEqual({ limit: two, waitMs: 600 })
  })

  it('count each key for itself', () => {
    const rates = createRateWindows(() => 0)
    const one = { most: 1, withinMs: 1000 }
    expect(rates.take('a', one)).toBeUndefined()
    expect(rates.take('b', one)).toBeUndefined()
    expect(rates.take('a', one)).toBeDefined()
  })

  it('forget a future that was taken back', () => {
    let now = 3_600_000
    const rates = createRateWindows(() => now)
    const one = { most: 1, withinMs: 1000 }
    rates.take('chat', one)
    now = 0
    expect(rates.take('chat', one)).toBeUndefined()
  })
})
