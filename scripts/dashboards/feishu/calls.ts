import { type Row, runbook } from '../dashboard.ts'
import { stateTimeline, timeseries } from '../panels.ts'
import { max, metric, quantile, rate, sum } from '../promql.ts'

/** Calls to Feishu. */
export const calls: Row = {
  title: 'Calls to Feishu',
  panels: [
    timeseries({
      title: 'Calls',
      description: 'Calls that ended, well or not, by what they were for.',
      queries: [{ expr: sum(rate(metric('api_calls_total')), 'api_name'), legend: '{{api_name}}' }],
      unit: 'reqps',
      width: 8,
    }),
    timeseries({
      title: 'Calls that failed',
      description:
        'client_error is mostly a setting or a person; server_error, timeout and network are Feishu or the way to it. The log has the log_id that Feishu asks for: feishu_call_failed.',
      queries: [
        {
          expr: sum(rate(metric('api_calls_total', 'status!="ok"')), 'status'),
          legend: '{{status}}',
        },
      ],
      unit: 'reqps',
      links: [runbook('LarkFeishuErrors')],
      width: 8,
    }),
    timeseries({
      title: 'How long calls take',
      description: 'The time of all but 5 % of the calls. Nothing is drawn where none is made.',
      queries: [
        {
          expr: quantile(0.95, metric('api_call_duration_seconds'), 'api_name'),
          legend: '{{api_name}}',
        },
      ],
      unit: 's',
      links: [runbook('LarkFeishuErrors')],
      width: 8,
    }),
    timeseries({
      title: 'Too many calls',
      description:
        'Calls that Feishu turned away because there were too many (429, 99991400). They are repeated when it says so.',
      queries: [
        {
          expr: sum(rate(metric('api_rate_limit_hits_total')), 'api_name'),
          legend: '{{api_name}}',
        },
      ],
      unit: 'reqps',
      links: [runbook('LarkFeishuRateLimited')],
      width: 8,
    }),
    timeseries({
      title: 'Repeats',
      description:
        'Calls that were made again, and why. A refresh token is never presented again before it is known what became of it.',
      queries: [{ expr: sum(rate(metric('api_retry_total')), 'reason'), legend: '{{reason}}' }],
      unit: 'reqps',
      links: [runbook('LarkFeishuErrors')],
      width: 8,
    }),
    stateTimeline({
      title: 'Circuits',
      description:
        'Open: calls are not even tried for a while, because they failed one after another. The worst of all instances.',
      queries: [{ expr: max(metric('circuit_state'), 'dependency'), legend: '{{dependency}}' }],
      words: {
        0: { text: 'Closed', colour: 'green' },
        1: { text: 'Half-open', colour: 'yellow' },
        2: { text: 'Open', colour: 'red' },
      },
      links: [runbook('LarkFeishuErrors'), runbook('LarkTokenRefreshBacklog')],
      width: 8,
    }),
  ],
}
