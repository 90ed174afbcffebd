import nodeCron from 'node-cron'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createNodeCronScheduler } from '../../src/jobs/node-cron-scheduler.ts'
import { JOB_NAMES, SCHEDULES } from '../../src/jobs/schedules.ts'

describe('createNodeCronScheduler', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00.500Z') })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('runs the work by the clock until it is stopped', async () => {
    let runs = 0
    const task = createNodeCronScheduler().schedule(SCHEDULES.session_sweep.cron, () => {
      runs += 1
    })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(runs).toBe(12)
    task.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(runs).toBe(12)
    expect(vi.getTimerCount()).toBe(0)
    expect(nodeCron.getTasks().size).toBe(0)
  })
})

describe('SCHEDULES', () => {
  it.each(JOB_NAMES)('%s runs as often as it says', (job) => {
    const { cron, everySeconds } = SCHEDULES[job]
    const task = nodeCron.createTask(cron, () => undefined)
    const [first, second, third] = task.getNextRuns(3).map((at) => at.getTime() / 1000)
    void task.destroy()
    expect([Number(second) - Number(first), Number(third) - Number(second)]).toEqual([
      everySeconds,
      everySeconds,
    ])
  })

  it('lists every job', () => {
    expect([...JOB_NAMES].sort()).toEqual(Object.keys(SCHEDULES).sort())
  })
})
