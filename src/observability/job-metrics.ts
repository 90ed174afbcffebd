import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { JobSuccess } from '../auth/job-success-store.ts'
import type { Clock } from '../auth/ports.ts'
import { HTTP_SECONDS } from './buckets.ts'

/** How a run of a job can end. */
export const JOB_OUTCOMES = ['success', 'failure', 'skipped_overlap'] as const

/** How a run of a job ended. */
type JobOutcome = (typeof JOB_OUTCOMES)[number]

/** The metrics of scheduled jobs. */
export interface JobMetrics {
  observeJob(job: string, outcome: JobOutcome, seconds: number): void
  /** Tells when jobs last succeeded before this process; what is unknown began with it. */
  recallJobs(successes: readonly JobSuccess[]): void
}

/** Registers the metrics of these jobs, each with the seconds between two runs. */
export function createJobMetrics(
  registry: Registry,
  intervalSeconds: Readonly<Record<string, number>>,
  clock: Pick<Clock, 'now'>,
): JobMetrics {
  const runs = new Counter({
    name: 'lark_service_scheduled_job_runs_total',
    help: 'Runs of a job that ended, or were skipped because the one before was still going.',
    labelNames: ['job_name', 'outcome'],
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'lark_service_scheduled_job_duration_seconds',
    help: 'Time a run of a job took.',
    labelNames: ['job_name'],
    buckets: HTTP_SECONDS,
    registers: [registry],
  })
  const lastSuccess = new Gauge({
    name: 'lark_service_scheduled_job_last_success_timestamp_seconds',
    help: 'When a job last succeeded, also in an earlier process; when this process started if it never did.',
    labelNames: ['job_name'],
    registers: [registry],
  })
  const interval = new Gauge({
    name: 'lark_service_scheduled_job_interval_seconds',
    help: 'Time between two runs of a job, as configured.',
    labelNames: ['job_name'],
    registers: [registry],
  })
  for (const [job_name, seconds] of Object.entries(intervalSeconds)) {
    for (const outcome of JOB_OUTCOMES) runs.inc({ job_name, outcome }, 0)
    duration.zero({ job_name })
    lastSuccess.set({ job_name }, nowSeconds())
    interval.set({ job_name }, seconds)
  }

  return {
    observeJob(job_name, outcome, seconds) {
      if (!Object.hasOwn(intervalSeconds, job_name)) return
      runs.inc({ job_name, outcome })
      if (outcome === 'skipped_overlap') return
      duration.observe({ job_name }, seconds)
      if (outcome === 'success') lastSuccess.set({ job_name }, nowSeconds())
    },
    recallJobs(successes) {
      for (const { job: job_name, at } of successes) {
        if (!Object.hasOwn(intervalSeconds, job_name)) continue
        // A success to come would hide that there is none.
        lastSuccess.set({ job_name }, Math.min(at.getTime() / 1000, nowSeconds()))
      }
    },
  }

  function nowSeconds(): number {
    return clock.now().getTime() / 1000
  }
}
