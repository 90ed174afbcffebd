import { type Around, unwatched } from '../auth/around.ts'
import type { AskAhead } from '../auth/ask-ahead.ts'
import type { KeepGrantsAlive } from '../auth/keep-grants-alive.ts'
import type { Log } from '../auth/ports.ts'
import type { ShowCard } from '../auth/show-card.ts'
import type { Sweep } from '../auth/sweep.ts'
import type { SweepRevocations } from '../auth/sweep-revocations.ts'
import type { Webhooks } from '../auth/webhooks.ts'
import type { NoteSuccess } from './job-successes.ts'
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
  /** Starts nothing more, and waits for the running ones, which end after the batch they are at. */
  close(): Promise<void>
  /** Which are running. */
  running(): JobName[]
}

/** Creates the scheduled jobs. */
export function createJobs({
  sweep,
  showCard,
  keepGrantsAlive,
  sweepRevocations,
  askAhead,
  webhooks,
  watchChain,
  log,
  onRun,
  noteSuccess,
  around = unwatched,
  schedules = {},
  scheduler = createNodeCronScheduler(),
}: {
  sweep: Sweep
  showCard: Pick<ShowCard, 'due'>
  keepGrantsAlive: Pick<KeepGrantsAlive, 'recover' | 'due'>
  sweepRevocations: SweepRevocations
  askAhead: AskAhead
  webhooks: Pick<Webhooks, 'due' | 'retention'>
  /** Looks whether the record of who did what is whole. */
  watchChain: () => Promise<void>
  log: Log
  /** Told after each run, for metrics; a skipped one took 0 seconds. */
  onRun: (job: JobName, outcome: JobOutcome, seconds: number) => void
  noteSuccess: NoteSuccess
  around?: Around | undefined
  /** In place of `SCHEDULES`. */
  schedules?: Schedules
  scheduler?: Scheduler
}): Jobs {
  const closing = new AbortController()
  const work: Record<JobName, () => Promise<unknown>> = {
    session_sweep: () => sweep.sessions(closing.signal),
    card_outbox: () => showCard.due(closing.signal),
    token_refresh: () => each(keepGrantsAlive.recover, keepGrantsAlive.due),
    revocations: () => sweepRevocations.due(closing.signal),
    webhooks: () => webhooks.due(closing.signal),
    reauth_notice: () => askAhead.due(closing.signal),
    audit_verify: () => watchChain(),
    cleanup: () =>
      each(
        () => sweep.retention(closing.signal),
        () => webhooks.retention(closing.signal),
      ),
  }
  const running = new Map<JobName, Promise<JobOutcome>>()
  let tasks: { stop(): void }[] = []

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
      closing.abort()
      for (const task of tasks) task.stop()
      tasks = []
      await Promise.all(running.values())
    },
    running: () => [...running.keys()],
  }

  function runNow(job: JobName): Promise<JobOutcome> {
    if (closing.signal.aborted) return Promise.resolve('skipped_overlap')
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
    if (outcome === 'success') noteSuccess(job)
    return outcome
  }

  async function attempt(job: JobName): Promise<JobOutcome> {
    try {
      await around(`job ${job}`, work[job])
      return 'success'
    } catch (error) {
      log('error', 'job_failed', { job_name: job, error })
      return 'failure'
    }
  }
}

/** Does one work after the other, whatever becomes of those before; the first error is told when all have had their turn. */
async function each(...works: readonly (() => Promise<unknown>)[]): Promise<void> {
  const errors: unknown[] = []
  for (const work of works) await work().catch((error: unknown) => errors.push(error))
  if (errors.length > 0) throw errors[0]
}
