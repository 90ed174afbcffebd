import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRefreshBudget } from '../../src/auth/refresh-budget.ts'
import { createVirtualTime } from './support/virtual-time.ts'

const APP = 'cli_a'

function begin() {
  const time = createVirtualTime()
  const budget = createRefreshBudget({ clock: time })
  const turns: number[] = []
  const startedAt = time.now().getTime()
  const take = (appId = APP) =>
    budget.take(appId).then((isTaken) => {
      if (isTaken) turns.push(time.now().getTime() - startedAt)
      return isTaken
    })
  return { time, budget, take, turns }
}

describe('the budget of refreshes', () => {
  it('stays below 50 a second and 1,000 a minute, however the calls come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(2500), { minLength: 50, maxLength: 400 }),
        async (pauses) => {
          const { time, take, turns } = begin()
          for (const pause of pauses) {
            void take()
            if (pause < 500) await time.pass(pause)
          }
          await time.pass(60_000)
          expect(mostWithin(turns, 1000)).toBeLessThanOrEqual(45)
          expect(mostWithin(turns, 60_000)).toBeLessThanOrEqual(930)
        },
      ),
      { numRuns: 15 },
    )
  })

  it('gives turns in the order they were asked for', async () => {
    const { time, budget } = begin()
    const order: number[] = []
    const calls = Array.from({ length: 100 }, (_, index) =>
      budget.take(APP).then(() => order.push(index)),
    )
    await time.until(Promise.all(calls))
    expect(order).toEqual([...order].sort((one, other) => one - other))
  })

  it('tells at once who would wait longer than ten seconds', async () => {
    const { time, take, turns } = begin()
    const calls = Array.from({ length: 300 }, () => take())
    await time.settle()
    const taken = await time.until(Promise.all(calls))
    expect(taken.filter(Boolean)).toHaveLength(turns.length)
    expect(turns.length).toBe(30 + 150)
    expect(Math.max(...turns)).toBeLessThanOrEqual(10_000)
  })

  it('lets work nobody waits for begin only while callers find room', async () => {
    const { time, budget, take } = begin()
    expect(await time.until(budget.hasRoom(APP))).toBe(true)
    for (let turn = 0; turn < 30; turn++) await take()
    const before = time.now().getTime()
    expect(await time.until(budget.hasRoom(APP))).toBe(true)
    expect(time.now().getTime() - before).toBeGreaterThanOrEqual(1400)
  })

  it('gives up on room that callers keep taking', async () => {
    const { time, budget, take } = begin()
    for (let turn = 0; turn < 180; turn++) void take()
    expect(await time.until(budget.hasRoom(APP))).toBe(false)
  })

  it('lets many wait without Node taking them for a leak', async () => {
    const { time, take } = begin()
    const warnings: string[] = []
    const hear = ({ name }: Error) => warnings.push(name)
    process.on('warning', hear)
    await time.until(Promise.all(Array.from({ length: 100 }, () => take())))
    await time.settle()
    process.off('warning', hear)
    expect(warnings).not.toContain('MaxListenersExceededWarning')
  })

  it('sends away at a close whoever waits, and still serves who need not', async () => {
    const { time, budget, take } = begin()
    const waiting = Array.from({ length: 100 }, () => take())
    const background = budget.hasRoom(APP)
    await time.settle()
    const before = time.now().getTime()
    budget.close()
    const taken = await time.until(Promise.all(waiting))
    expect(taken.filter(Boolean)).toHaveLength(30)
    expect(await time.until(background)).toBe(false)
    expect(time.now().getTime()).toBe(before)
    expect(await time.until(take())).toBe(false)
    expect(await time.until(take('cli_b'))).toBe(true)
  })

  it('keeps apps apart, and pauses one as long as Feishu asks', async () => {
    const { time, budget, take } = begin()
    budget.pause(APP, 52)
    expect(await take()).toBe(false)
    expect([budget.retryAfterSeconds(APP), budget.retryAfterSeconds('cli_b')]).toEqual([43, 0])
    expect(await take('cli_b')).toBe(true)
    await time.pass(53_000)
    expect(await time.until(take())).toBe(true)
  })
})

function mostWithin(times: readonly number[], milliseconds: number): number {
  return Math.max(
    0,
    ...times.map((from) => times.filter((at) => at >= from && at < from + milliseconds).length),
  )
}
