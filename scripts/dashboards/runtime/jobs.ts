import { type Row, runbook } from '../dashboard.ts'
import { table, timeseries } from '../panels.ts'
import { increase, max, metric, milliseconds, quantile, sum } from '../promql.ts'

/** What runs by the clock. */
export const jobs: Row = {
  title: 'Jobs',
  panels: [
    table({
      title: 'Last success',
      description:
        'When each job succeeded last on any instance, and how often it should. Before the first time it is the start of the process. The warning comes after three times as long.',
      queries: [
        {
          expr: milliseconds(
            max(metric('scheduled_job_last_success_timestamp_seconds'), 'job_name'),
          ),
        },
        { expr: max(metric('scheduled_job_interval_seconds'), 'job_name') },
      ],
      columns: [
        { field: 'job_name', heading: 'Job' },
        { field: 'Value #A', heading: 'Last success', override: { unit: 'dateTimeFromNow' } },
        { field: 'Value #B', heading: 'Every', override: { unit: 's' } },
      ],
      links: [runbook('LarkScheduledJobStale')],
      width: 8,
      height: 10,
    }),
    timeseries({
      title: 'Runs that did not succeed',
      description:
        'failure is in the log as job_failed, and runs again at its next time; skipped_overlap was still running.',
      queries: [
        {
          expr: sum(
            increase(metric('scheduled_job_runs_total', 'outcome!="success"')),
            'job_name',
            'outcome',
          ),
          legend: '{{job_name}} {{outcome}}',
        },
      ],
      unit: 'short',
      links: [runbook('LarkScheduledJobStale')],
      width: 8,
      height: 10,
    }),
    timeseries({
      title: 'How long jobs take',
      description: 'The time of all but 5 % of the runs. Nothing is drawn where none ended.',
      queries: [
        {
          expr: quantile(0.95, metric('scheduled_job_duration_seconds'), 'job_name'),
          legend: '{{job_name}}',
        },
      ],
      unit: 's',
      links: [runbook('LarkScheduledJobStale')],
      width: 8,
      height: 10,
    }),
  ],
}
