import { type Row, runbook } from '../dashboard.ts'
import { stat, timeseries } from '../panels.ts'
import { max, metric, milliseconds, min, quantile, rate, sum } from '../promql.ts'

/** The database. */
export const store: Row = {
  title: 'Store',
  panels: [
    timeseries({
      title: 'How long queries take',
      description: 'The time of all but 5 %, by operation. Nothing is drawn where none is made.',
      queries: [
        {
          expr: quantile(0.95, metric('db_query_duration_seconds'), 'operation'),
          legend: '{{operation}}',
        },
      ],
      unit: 's',
      links: [runbook('LarkDbErrors')],
      width: 8,
    }),
    timeseries({
      title: 'Queries that failed',
      description:
        'busy: another process writes; io: the disk; connection: the way to Postgres; constraint: a fault of ours.',
      queries: [{ expr: sum(rate(metric('db_errors_total')), 'code'), legend: '{{code}}' }],
      unit: 'reqps',
      links: [runbook('LarkDbErrors')],
      width: 8,
    }),
    stat({
      title: 'Last backup',
      description:
        'When the last backup succeeded. Empty when none was made here: Postgres is backed up by other means, and so are the keys.',
      queries: [{ expr: milliseconds(max(metric('backup_last_success_timestamp_seconds'))) }],
      unit: 'dateTimeFromNow',
      noValue: 'none by this service',
      links: [runbook('LarkBackupStale')],
      width: 8,
    }),
    timeseries({
      title: 'Size of the database',
      description: 'What the data takes. Empty when the size cannot be read.',
      queries: [{ expr: max(metric('db_size_bytes')), legend: 'data' }],
      unit: 'bytes',
      noValue: 'cannot be read',
      links: [runbook('LarkDbGrowth')],
      width: 8,
    }),
    timeseries({
      title: 'Size of the write-ahead log',
      description:
        'With SQLite, what waits to be moved into the database. One that only grows is held up by a reader that never ends. Empty with Postgres.',
      queries: [{ expr: max(metric('db_wal_size_bytes')), legend: 'write-ahead log' }],
      unit: 'bytes',
      noValue: 'SQLite only',
      links: [runbook('LarkDbGrowth')],
      width: 8,
    }),
    timeseries({
      title: 'Disk left',
      description: 'With SQLite, what is free where the database lies. Empty with Postgres.',
      queries: [{ expr: min(metric('data_disk_free_bytes')), legend: 'free' }],
      unit: 'bytes',
      noValue: 'SQLite only',
      links: [runbook('LarkDbGrowth')],
      width: 8,
    }),
  ],
}
