import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createRateLimits } from '../../src/feishu/rate-limits.ts'
import { rejection } from './feishu-bench.ts'

afterEach(() => vi.useRealTimers())

describe('the rate limits', () => {
  it('let five calls a second through for one person, and others past them', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    const limits = createRateLimits()
    const started: string[] = []
    const run = (key: string) => limits.run(key, async () => void started.push(key))
    const all = Promise.all([...Array.from({ length: 7 }, () => run('lin')), run('alex')])
    await vi.advanceTimersByTimeAsync(0)
    expect(started).toEqual(['lin', 'lin', 'lin', 'lin', 'lin', 'alex'])
    await vi.advanceTimersByTimeAsync(990)
    expect(started).toHaveLength(6)
    await vi.advanceTimersByTimeAsync(20)
    expect(started).toHaveLength(8)
    await all
  })

  it('never let more through in any second than the app may send', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    const limits = createRateLimits({ maxWaitMs: 60_000 })
    const startedAt: number[] = []
    const all = Promise.all(
      Array.from({ length: 130 }, (_, i) =>
        limits.run(`person-${i}`, async () => void startedAt.push(Date.now())),
      ),
    )
    await vi.advanceTimersByTimeAsync(5000)
    await all
    for (const begin of startedAt) {
      const within = startedAt.filter((at) => at >= begin && at < begin + 1000)
      expect(within.length).toBeLessThanOrEqual(40)
    }
  })

  it.each([
    ['person', { perKeyPerSecond: 1 }, 'lin'],
    ['app and second', { perAppPerSecond: 1 }, 'alex'],
    ['app and minute', { perAppPerMinute: 1 }, 'alex'],
  ])('refuse what finds no room in time: per %s', async (_, options, second) => {
    const limits = createRateLimits({ ...options, maxWaitMs: 20 })
    expect(await limits.run('lin', async () => 'sent')).toBe('sent')
    let hasRun = false
    const late = limits.run(second, async () => {
      hasRun = true
    })
    expect(await rejection(late)).toMatchObject({
      code: 'feishu_unavailable',
      reason: 'rate_limited',
      retryAfterSeconds: 1,
    })
    expect(hasRun).toBe(false)
  })

  it('start each call on behalf of whoever asked for it', async () => {
    const asker = new AsyncLocalStorage<string>()
    const limits = createRateLimits({ perKeyPerSecond: 1, maxWaitMs: 5000 })
    const call = (name: string) =>
      asker.run(name, () => limits.run('lin', async () => asker.getStore()))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    const calls = Promise.all([call('first'), call('second')])
    await vi.advanceTimersByTimeAsync(2000)
    expect(await calls).toEqual(['first', 'second'])
  })

  it('leave a call that has begun alone, however long it takes', async () => {
    const limits = createRateLimits({ maxWaitMs: 5 })
    const slow = limits.run('lin', () => new Promise((resolve) => setTimeout(resolve, 30, 'done')))
    expect(await slow).toBe('done')
  })

  it('hand errors on as they are, after the wait for room as well', async () => {
    const limits = createRateLimits({ maxWaitMs: 5 })
    const failing = limits.run('lin', async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      throw new RangeError('mine')
    })
    expect(await rejection(failing)).toBeInstanceOf(RangeError)
  })

  it('forget the people who have been quiet longest', async () => {
    const limits = createRateLimits({ perKeyPerSecond: 1, maxWaitMs: 20, maxKeys: 2 })
    const run = (key: string) => limits.run(key, async () => key)
    await run('lin')
    await run('alex')
    await run('aoi')
    // Lin is forgotten, so she has room again; Aoi is not.
    expect(await run('lin')).toBe('lin')
    expect(await rejection(run('aoi'))).toMatchObject({ reason: 'rate_limited' })
  })
})
