import { describe, expect, it } from 'vitest'
import { StoreUnavailableError } from '../../src/errors.ts'
import { createJobs, type JobOutcome } from '../../src/jobs/jobs.ts'
import type { Scheduler } from '../../src/jobs/node-cron-scheduler.ts'
import { type JobName, jobIntervalSeconds, type Schedules } from '../../src/jobs/schedules.ts'

describe('createJobs', () => {
  it('does nothing before it is started', () => {
    const { scheduled, worked } = setUp()
    expect(scheduled.size).toBe(0)
    expect(worked).toEqual([])
  })

  it('runs every job at the start, so that a crash heals at once', async () => {
    const { jobs, worked, runs } = setUp()
    await jobs.start()
    await jobs.close()
    expect(worked).toEqual([
      'sessions',
      'due',
      'recover',
      'revocations',
      'webhooks',
      'ahead',
      'retention',
      'chain',
      'refresh',
      'old webhooks',
    ])
    expect(Object.fromEntries(runs)).toEqual({
      session_sweep: 'success',
      card_outbox: 'success',
      token_refresh: 'success',
      revocations: 'success',
      webhooks: 'success',
      reauth_notice: 'success',
      cleanup: 'success',
      audit_verify: 'success',
    })
  })

  it('runs each job whenever its schedule says', async () => {
    const { jobs, worked, scheduled, settled } = setUp()
    await jobs.start()
    await settled()
    expect([...scheduled.keys()]).toEqual([
      '*/5 * * * * *',
      '*/2 * * * * *',
      '3-58/5 * * * * *',
      '2-57/5 * * * * *',
      '1-56/5 * * * * *',
      '37 * * * * *',
      '0 23 * * * *',
      '0 41 3 * * *',
    ])
    worked.length = 0
    scheduled.get('*/2 * * * * *')?.()
    await settled()
    expect(worked).toEqual(['due'])
  })

  it('takes other schedules', async () => {
    const schedules = { card_outbox: { cron: '*/3 * * * * *', everySeconds: 3 } }
    const { jobs, scheduled } = setUp({ schedules })
    await jobs.start()
    expect([...scheduled.keys()]).toEqual([
      '*/5 * * * * *',
      '*/3 * * * * *',
      '3-58/5 * * * * *',
      '2-57/5 * * * * *',
      '1-56/5 * * * * *',
      '37 * * * * *',
      '0 23 * * * *',
      '0 41 3 * * *',
    ])
    expect(jobIntervalSeconds(schedules)).toEqual({
      session_sweep: 5,
      card_outbox: 3,
      token_refresh: 5,
      revocations: 5,
      webhooks: 5,
      reauth_notice: 60,
      cleanup: 3600,
      audit_verify: 86_400,
    })
    await jobs.close()
  })

  it('skips a run while the one before is still going, and counts that', async () => {
    const gate = openGate()
    const { jobs, worked, runs } = setUp({ due: () => gate.opened })
    const first = jobs.runNow('card_outbox')
    await expect(jobs.runNow('card_outbox')).resolves.toBe('skipped_overlap')
    await expect(jobs.runNow('session_sweep')).resolves.toBe('success')
    gate.open()
    await expect(first).resolves.toBe('success')
    await expect(jobs.runNow('card_outbox')).resolves.toBe('success')
    expect(worked.filter((each) => each === 'due')).toHaveLength(2)
    expect(runs).toEqual([
      ['card_outbox', 'skipped_overlap'],
      ['session_sweep', 'success'],
      ['card_outbox', 'success'],
      ['card_outbox', 'success'],
    ])
  })

  it('logs and counts an error, and goes on', async () => {
    const error = new StoreUnavailableError('claimDueCards', new Error('disk'))
    let isBroken = true
    const { jobs, runs, succeeded, logged } = setUp({
      due: async () => {
        if (isBroken) throw error
      },
    })
    await expect(jobs.runNow('card_outbox')).resolves.toBe('failure')
    expect(succeeded).toEqual([])
    isBroken = false
    await expect(jobs.runNow('card_outbox')).resolves.toBe('success')
    expect(runs).toEqual([
      ['card_outbox', 'failure'],
      ['card_outbox', 'success'],
    ])
    expect(succeeded).toEqual(['card_outbox'])
    expect(logged).toEqual([['error', 'job_failed', { job_name: 'card_outbox', error }]])
  })

  it('does the second half of a job although the first one failed, and tells of that', async () => {
    const error = new StoreUnavailableError('listOpenIntents', new Error('disk'))
    const { jobs, worked, logged } = setUp({
      recover: async () => {
        throw error
      },
    })
    await expect(jobs.runNow('token_refresh')).resolves.toBe('failure')
    expect(worked).toEqual(['recover', 'refresh'])
    expect(logged).toEqual([['error', 'job_failed', { job_name: 'token_refresh', error }]])
  })

  it('waits for what is running when it closes, and starts nothing more', async () => {
    const gate = openGate()
    const { jobs, worked, scheduled } = setUp({ due: () => gate.opened })
    await jobs.start()
    let isClosed = false
    const closed = jobs.close().then(() => {
      isClosed = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isClosed).toBe(false)
    expect(scheduled.size).toBe(0)
    gate.open()
    await closed
    worked.length = 0
    await expect(jobs.runNow('cleanup')).resolves.toBe('skipped_overlap')
    expect(worked).toEqual([])
  })
})

function setUp({
  due = async () => undefined,
  recover = async () => ({ settled: 0 }),
  schedules = {},
}: {
  due?: () => Promise<unknown>
  recover?: () => Promise<{ settled: number }>
  schedules?: Schedules
} = {}) {
  const worked: string[] = []
  const runs: [JobName, JobOutcome][] = []
  const succeeded: JobName[] = []
  const logged: unknown[][] = []
  const scheduled = new Map<string, () => void>()
  const scheduler: Scheduler = {
    schedule(cron, work) {
      scheduled.set(cron, work)
      return { stop: () => scheduled.delete(cron) }
    },
  }
  const jobs = createJobs({
    sweep: {
      async sessions() {
        worked.push('sessions')
        return { completed: 0, expired: 0 }
      },
      async retention() {
        worked.push('retention')
        return { deleted: 0 }
      },
    },
    showCard: {
      async due() {
        worked.push('due')
        await due()
        return 0
      },
    },
    keepGrantsAlive: {
      recover() {
        worked.push('recover')
        return recover()
      },
      async due() {
        worked.push('refresh')
        return { looked: 0, refreshed: 0 }
      },
    },
    sweepRevocations: {
      async due() {
        worked.push('revocations')
        return { told: 0, left: 0 }
      },
    },
    webhooks: {
      async due() {
        worked.push('webhooks')
      },
      async retention() {
        worked.push('old webhooks')
        return { deleted: 0 }
      },
    },
    askAhead: {
      async due() {
        worked.push('ahead')
        return { asked: 0 }
      },
    },
    async watchChain() {
      worked.push('chain')
    },
    log: (...line) => logged.push(line),
    onRun: (job, outcome) => runs.push([job, outcome]),
    noteSuccess: (job) => succeeded.push(job),
    schedules,
    scheduler,
  })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return { jobs, worked, runs, succeeded, logged, scheduled, settled }
}

function openGate(): { opened: Promise<void>; open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
