/** When a job runs. */
export type Schedule = {
  /** Six fields, seconds first. */
  cron: string
  /** The same in seconds, for alerts on a job that stopped. */
  everySeconds: number
}

/** When each job runs unless configured otherwise; the names are those of the metrics. */
export const SCHEDULES = {
  session_sweep: { cron: '*/5 * * * * *', everySeconds: 5 },
  card_outbox: { cron: '*/2 * * * * *', everySeconds: 2 },
  token_refresh: { cron: '3-58/5 * * * * *', everySeconds: 5 },
  revocations: { cron: '2-57/5 * * * * *', everySeconds: 5 },
  webhooks: { cron: '1-56/5 * * * * *', everySeconds: 5 },
  reauth_notice: { cron: '37 * * * * *', everySeconds: 60 },
  // Off the full hour, when everybody else's jobs run.
  cleanup: { cron: '0 23 * * * *', everySeconds: 3600 },
  audit_verify: { cron: '0 41 3 * * *', everySeconds: 86_400 },
} as const satisfies Record<string, Schedule>

/** The name of a job. */
export type JobName = keyof typeof SCHEDULES

/** Every job. */
export const JOB_NAMES: readonly JobName[] = [
  'session_sweep',
  'card_outbox',
  'token_refresh',
  'revocations',
  'webhooks',
  'reauth_notice',
  'cleanup',
  'audit_verify',
]

/** Schedules in place of the usual ones. */
export type Schedules = Partial<Record<JobName, Schedule>>

/** The seconds between two runs of each job, for metrics. */
export function jobIntervalSeconds(schedules: Schedules = {}): Record<JobName, number> {
  const everySeconds = (job: JobName) => (schedules[job] ?? SCHEDULES[job]).everySeconds
  return {
    session_sweep: everySeconds('session_sweep'),
    card_outbox: everySeconds('card_outbox'),
    token_refresh: everySeconds('token_refresh'),
    revocations: everySeconds('revocations'),
    webhooks: everySeconds('webhooks'),
    reauth_notice: everySeconds('reauth_notice'),
    cleanup: everySeconds('cleanup'),
    audit_verify: everySeconds('audit_verify'),
  }
}
