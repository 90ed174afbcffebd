import { type Row, runbook } from '../dashboard.ts'
import { timeseries } from '../panels.ts'
import { metric, quantile, rate, sum } from '../promql.ts'

/** Who asks for tokens, and what they get. */
export const reads: Row = {
  title: 'Reads',
  panels: [
    timeseries({
      title: 'Requests for tokens by key',
      description:
        'By the name of the API key. Keys that are not in API_KEYS are told apart by the audit record alone: here they are "other".',
      queries: [{ expr: sum(rate(metric('token_reads_total')), 'client'), legend: '{{client}}' }],
      unit: 'reqps',
      width: 6,
    }),
    timeseries({
      title: 'Requests for tokens by outcome',
      description:
        'hit was fresh enough, refreshed had to wait for Feishu, needs_auth asks the person, denied had no permission, transient should try again.',
      queries: [{ expr: sum(rate(metric('token_reads_total')), 'outcome'), legend: '{{outcome}}' }],
      unit: 'reqps',
      links: [runbook('LarkTokenApiErrors')],
      width: 6,
    }),
    timeseries({
      title: 'How long a request for a token takes',
      description:
        'The time of all but 1 %: hot comes from the database, refresh waits for Feishu, wait for another who refreshes or for a person. Nothing is drawn where nobody asks.',
      queries: [
        { expr: quantile(0.99, metric('token_get_duration_seconds'), 'path'), legend: '{{path}}' },
      ],
      unit: 's',
      width: 6,
    }),
    timeseries({
      title: 'Callers waiting for people',
      description: 'Requests that are held open until a person decides, in all instances.',
      queries: [{ expr: sum(metric('waiters')), legend: 'waiting' }],
      unit: 'short',
      width: 6,
    }),
  ],
}
