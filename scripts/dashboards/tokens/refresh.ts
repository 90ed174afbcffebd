import { type Row, runbook } from '../dashboard.ts'
import { timeseries } from '../panels.ts'
import { appMetric, max, quantile, rate, share, sum } from '../promql.ts'

const tried = sum(rate(appMetric('token_refresh_total', 'outcome=~"success|failure"')))

/** Whether refreshes succeed, and in time. */
export const refresh: Row = {
  title: 'Refresh',
  panels: [
    timeseries({
      title: 'Refreshes by outcome',
      description:
        'Decisions of whoever held the lease: skipped_fresh found that somebody else had refreshed, superseded found that the grant was gone, not_tried found what was known before: an end, a pause, an outage. None is a failure.',
      queries: [
        { expr: sum(rate(appMetric('token_refresh_total')), 'outcome'), legend: '{{outcome}}' },
      ],
      unit: 'reqps',
      links: [runbook('LarkTokenRefreshFailing')],
      width: 8,
    }),
    timeseries({
      title: 'Share of refreshes that fail',
      description:
        'Of the refreshes that were tried. The warning comes above 10 % over 15 minutes with at least 5 tries. 0 on an idle service.',
      queries: [
        {
          expr: share(sum(rate(appMetric('token_refresh_total', 'outcome="failure"'))), tried),
          legend: 'failed',
        },
      ],
      unit: 'percentunit',
      steps: [
        { from: null, colour: 'green' },
        { from: 0.1, colour: 'orange' },
      ],
      lines: true,
      links: [runbook('LarkTokenRefreshFailing')],
      width: 8,
    }),
    timeseries({
      title: 'Failed refreshes by reason',
      description:
        'reused, revoked, expired, invalid, lost_rotation, user_status and no_refresh_token end the grant; the others leave it as it was, and are tried again. persist_failed: new tokens are in memory only, do not restart.',
      queries: [
        {
          expr: sum(rate(appMetric('token_refresh_failure_total')), 'reason'),
          legend: '{{reason}}',
        },
      ],
      unit: 'reqps',
      links: [
        runbook('LarkTokenRefreshFailing'),
        runbook('LarkTokenPersistFailed'),
        runbook('LarkTokenRefreshUnexplained'),
      ],
      width: 8,
    }),
    timeseries({
      title: 'How long a refresh takes',
      description:
        'From the lease to the tokens being saved. Most of it is Feishu; nothing is drawn while none succeeds.',
      queries: [
        { expr: quantile(0.5, appMetric('token_refresh_duration_seconds')), legend: 'half' },
        { expr: quantile(0.95, appMetric('token_refresh_duration_seconds')), legend: '95 %' },
        { expr: quantile(0.99, appMetric('token_refresh_duration_seconds')), legend: '99 %' },
      ],
      unit: 's',
      width: 8,
    }),
    timeseries({
      title: 'Tokens in memory only',
      description:
        'Refreshed tokens that the database has not taken yet. Above 0 nothing may be restarted: it would lose them.',
      queries: [{ expr: sum(appMetric('unsaved_pairs')), legend: 'not saved' }],
      unit: 'short',
      steps: [
        { from: null, colour: 'green' },
        { from: 0.5, colour: 'red' },
      ],
      lines: true,
      links: [runbook('LarkTokenPersistFailed')],
      width: 8,
    }),
    timeseries({
      title: 'Backlog',
      description:
        'How late the oldest overdue refresh is, without grants that a policy or a code of their own holds back. The page comes above 10 minutes, the red line; 0 means that everything is on time. Empty while the database cannot be read.',
      queries: [{ expr: max(appMetric('token_refresh_lag_seconds')), legend: 'late by' }],
      unit: 's',
      steps: [
        { from: null, colour: 'green' },
        { from: 600, colour: 'red' },
      ],
      lines: true,
      noValue: 'cannot be read',
      links: [runbook('LarkTokenRefreshBacklog')],
      width: 8,
    }),
  ],
}
