import { type Row, runbook } from '../dashboard.ts'
import { heatmap, timeseries } from '../panels.ts'
import { appMetric, increase, metric, quantile, rate, sum } from '../promql.ts'

const succeeded = appMetric('auth_success_total')

/** Sessions: how many, what fails, how long they take. */
export const rateErrorsDuration: Row = {
  title: 'Rate, errors, duration',
  panels: [
    timeseries({
      title: 'Sessions',
      description:
        'Sessions created, completed with a stored token, and expired for whatever reason. Rejected ones are among the ends by reason.',
      queries: [
        { expr: sum(rate(appMetric('auth_session_total'))), legend: 'created' },
        { expr: sum(rate(succeeded)), legend: 'completed' },
        { expr: sum(rate(appMetric('auth_session_expired_total'))), legend: 'expired' },
      ],
      unit: 'reqps',
      links: [runbook('LarkAuthNoSuccessfulAuthorizations')],
      width: 8,
    }),
    timeseries({
      title: 'Failures by fault',
      description:
        'Whose turn it is: user decided so; config is a setting of the developer console; upstream is Feishu; internal is this service; security is somebody in the wrong place.',
      queries: [{ expr: sum(rate(appMetric('auth_failure_total')), 'fault'), legend: '{{fault}}' }],
      unit: 'reqps',
      links: [runbook('LarkAuthConfigFault'), runbook('LarkAuthSecuritySignal')],
      width: 8,
    }),
    timeseries({
      title: 'Failures by reason',
      description:
        'The same, told apart further. Each reason leads to a page of the developer console or to a line of the log: attempt_failed.',
      queries: [
        { expr: sum(rate(appMetric('auth_failure_total')), 'reason'), legend: '{{reason}}' },
      ],
      unit: 'reqps',
      links: [runbook('LarkAuthConfigFault'), runbook('LarkAuthSecuritySignal')],
      width: 8,
    }),
    timeseries({
      title: 'How long people take',
      description:
        'From the card being sent to the token being stored, for those who came to the end: half of the people, and all but 5 %. Human time; nothing is drawn while nobody completes.',
      queries: [
        { expr: quantile(0.5, appMetric('auth_duration_seconds')), legend: 'half' },
        { expr: quantile(0.95, appMetric('auth_duration_seconds')), legend: '95 %' },
      ],
      unit: 's',
      width: 8,
    }),
    heatmap({
      title: 'How long people take, spread',
      description:
        'The same as a spread: the darker a cell, the more people took so long. A second band far up is people who come back to a card later.',
      queries: [
        {
          expr: sum(increase(appMetric('auth_duration_seconds_bucket')), 'le'),
          legend: '{{le}}',
        },
      ],
      unit: 's',
      width: 8,
    }),
    timeseries({
      title: 'How long machines take',
      description:
        'The time of all but 5 % of the calls behind one authorization: exchange and user_info are Feishu, store is the database, card_update is Feishu again.',
      queries: [
        {
          expr: quantile(0.95, metric('auth_stage_duration_seconds'), 'stage'),
          legend: '{{stage}}',
        },
      ],
      unit: 's',
      width: 8,
    }),
  ],
}
