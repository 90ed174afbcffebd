import type { KeepGrantsAlive } from '../auth/keep-grants-alive.ts'
import type { Log } from '../auth/ports.ts'
import type { ShowCard } from '../auth/show-card.ts'
import type { Sweep } from '../auth/sweep.ts'
import { createNodeCronScheduler, type Scheduler } from './node-cron-scheduler.ts'
import { JOB_NAMES, type JobName, SCHEDULES, type Schedules } from './schedules.ts'

/** How a run ended. */
export type JobOutcome = 'success' | 'failure' | 'skipped_overlap'

/** The work that nobody asks for: every instance does it, and none needs to lead. */
export interface Jobs {
  /** Schedules every job and runs each once at once, so that what a crash left behind heals; does not wait for them. */
  start(): Promise<void>
  /** Runs a job now; it never throws, and is skipped while it is running already or after the close. */
  runNow(job: JobName): Promise<JobOutcome>
  /** Starts nothing more, and waits for what is running. */
  close(): Promise<void>
}

/** Creates the scheduled jobs. */
export function createJobs({
  sweep,
  showCard,
  keepGrantsAlive,
  log,
  onRun,
  schedules = {},
  scheduler = createNodeCronScheduler(),
}: {
  sweep: Sweep
  showCard: Pick<ShowCard, 'due'>
  keepGrantsAlive: Pick<KeepGrantsAlive, 'recover' | 'due'>
  log: Log
  /** Told after each run, for metrics; a skipped one took 0 seconds. */
  onRun: (job: JobName, outcome: JobOutcome, seconds: number) => void
  /** In place of `SCHEDULES`. */
  schedules?: Schedules
  scheduler?: Scheduler
}): Jobs {
  const work: Record<JobName, () => Promise<unknown>> = {
    session_sweep: () => sweep.sessions(),
    card_outbox: () => showCard.due(),
    async token_refresh() {
      await keepGrantsAlive.recover()
      await keepGrantsAlive.due()
    },
    cleanup: () => sweep.retention(),
  }
  const running = new Map<JobName, Promise<JobOutcome>>()
  let tasks: { stop(): void }[] = []
  let isClosed = false

  return {
    async start() {
      for (const job of JOB_NAMES) {
        const { cron } = schedules[job] ?? SCHEDULES[job]
        tasks.push(scheduler.schedule(cron, () => void runNow(job)))
        void runNow(job)
      }
    },
    runNow,
    async close() {
      isClosed = true
      for (const task of tasks) task.stop()
      tasks = []
      await Promise.all(running.values())
    },
  }

  function runNow(job: JobName): Promise<JobOutcome> {
    if (isClosed) return Promise.resolve('skipped_overlap')
    if (running.has(job)) {
      onRun(job, 'skipped_overlap', 0)
      log('debug', 'job_skipped', { job_name: job })
      return Promise.resolve('skipped_overlap')
    }
    const run = runOnce(job).finally(() => running.delete(job))
    running.set(job, run)
    return run
  }

  async function runOnce(job: JobName): Promise<JobOutcome> {
    const startedAt = performance.now()
    const outcome = await attempt(job)
    onRun(job, outcome, (performance.now() - startedAt) / 1000)
    return outcome
  }

  async function attempt(job: JobName): Promise<JobOutcome> {
    try {
      await work[job]()
      return 'success'
    } catch (error) {
      log('error', 'job_failed', { job_name: job, error })
      return 'failure'
    }
  }
}
