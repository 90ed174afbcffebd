import { type Row, runbook } from '../dashboard.ts'
import { stat, timeseries } from '../panels.ts'
import { appMetric, increase, metric, quantile, rate, SHOWN, sum } from '../promql.ts'

/** Whether every refresh token is spent once. */
export const exactlyOnce: Row = {
  title: 'Exactly once',
  panels: [
    timeseries({
      title: 'Refresh tokens presented',
      description:
        'Every request to Feishu that spends a refresh token, beside the refreshes that were tried. Up to twice as many are repetitions that Feishu asked for; more would be a double spend.',
      queries: [
        {
          expr: sum(rate(appMetric('token_refresh_upstream_calls_total'))),
          legend: 'presented to Feishu',
        },
        {
          expr: sum(rate(appMetric('token_refresh_total', 'outcome=~"success|failure"'))),
          legend: 'tried',
        },
      ],
      unit: 'reqps',
      links: [runbook('LarkTokenReuseRejected')],
      width: 8,
    }),
    timeseries({
      title: 'Callers who shared a refresh',
      description:
        'Callers who got what somebody else refreshed: coalesced in the same process, adopted from another. Each is a request to Feishu that was not made.',
      queries: [
        { expr: sum(rate(appMetric('token_refresh_shared_total')), 'how'), legend: '{{how}}' },
      ],
      unit: 'reqps',
      width: 8,
    }),
    stat({
      title: 'Spent tokens that were not ours',
      description:
        'Refresh tokens that Feishu called spent though nobody here spent them, in the time range shown. Must be 0; else a second deployment or a restored backup uses the same tokens.',
      queries: [{ expr: sum(increase(appMetric('token_refresh_reuse_rejected_total'), SHOWN)) }],
      unit: 'short',
      decimals: 0,
      steps: [
        { from: null, colour: 'green' },
        { from: 0.5, colour: 'red' },
      ],
      links: [runbook('LarkTokenReuseRejected')],
      width: 8,
    }),
    timeseries({
      title: 'Waiting for a lease',
      description:
        'How long all but 1 % of those waited who found that another instance was refreshing. Nothing is drawn while nobody waits.',
      queries: [{ expr: quantile(0.99, metric('token_lease_wait_seconds')), legend: '99 %' }],
      unit: 's',
      width: 8,
    }),
    timeseries({
      title: 'Leases lost',
      description:
        'Holders that noticed that their lease was gone: a process that stood still for long. What they had is checked against the database, and not spent twice.',
      queries: [{ expr: sum(rate(metric('token_lease_lost_total'))), legend: 'lost' }],
      unit: 'reqps',
      width: 8,
    }),
    timeseries({
      title: 'Recoveries after a crash',
      description:
        'Refreshes that a vanished process left open, by what was found: fresh was saved, pending is tried again, reauth_required needs the person.',
      queries: [
        { expr: sum(increase(metric('crash_recoveries_total')), 'result'), legend: '{{result}}' },
      ],
      unit: 'short',
      width: 8,
    }),
  ],
}
