import { type Row, runbook } from '../dashboard.ts'
import { bars, stat, timeseries } from '../panels.ts'
import { appMetric, max, milliseconds, min, sum } from '../promql.ts'

const TIME_LEFT = [
  ['expired', 'run out'],
  ['1d', 'up to 1 day'],
  ['3d', 'up to 3 days'],
  ['7d', 'up to 7 days'],
  ['30d', 'up to 30 days'],
  ['365d', 'up to 365 days'],
] as const

/** What grants there are, and for how long. */
export const stock: Row = {
  title: 'Stock',
  panels: [
    timeseries({
      title: 'Grants by state',
      description:
        'Everybody who authorized, by what became of it: expiring has a few days left, ambiguous waits to learn whether a refresh was carried out, reauth_required and revoked need the person. Empty while the database cannot be read.',
      queries: [
        {
          expr: sum(max(appMetric('tokens'), 'app_id', 'state'), 'state'),
          legend: '{{state}}',
        },
      ],
      unit: 'short',
      stacked: true,
      noValue: 'cannot be read',
      links: [runbook('LarkTokenReauthSpike')],
      width: 10,
    }),
    stat({
      title: 'People with a usable token',
      description:
        'For whom a bot can act now. Empty while the database cannot be read; 0 means nobody.',
      queries: [{ expr: sum(max(appMetric('token_active_count'), 'app_id')) }],
      unit: 'short',
      noValue: 'cannot be read',
      width: 4,
    }),
    bars({
      title: 'Refresh tokens by time left',
      description:
        'How long refresh tokens still last when nobody uses them; each bar leaves out the ones before it. Those who ask for tokens keep them alive; what sinks to 1 day is a refresh that does not come.',
      queries: TIME_LEFT.map(([bucket, legend]) => ({
        expr: sum(max(appMetric('refresh_tokens_by_time_left', `bucket="${bucket}"`), 'app_id')),
        legend,
      })),
      unit: 'short',
      decimals: 0,
      noValue: 'cannot be read',
      links: [runbook('LarkTokenRefreshBacklog')],
      width: 6,
    }),
    stat({
      title: 'Oldest refresh token',
      description:
        'When the refresh token that is in use for the longest time was issued. Older than the keep-alive of a few days means that some are not refreshed. Empty when there is none.',
      queries: [
        { expr: milliseconds(min(appMetric('refresh_token_oldest_issued_timestamp_seconds'))) },
      ],
      unit: 'dateTimeFromNow',
      noValue: 'there is none',
      links: [runbook('LarkTokenRefreshBacklog')],
      width: 4,
    }),
  ],
}
