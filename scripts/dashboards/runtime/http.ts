import { type Row, runbook } from '../dashboard.ts'
import { timeseries } from '../panels.ts'
import { metric, quantile, rate, share, sum } from '../promql.ts'

const requests = metric('http_requests_total')

/** Requests from outside. */
export const http: Row = {
  title: 'HTTP',
  panels: [
    timeseries({
      title: 'Requests by route',
      description: 'Requests that were answered, by the pattern of their path.',
      queries: [{ expr: sum(rate(requests), 'endpoint'), legend: '{{endpoint}}' }],
      unit: 'reqps',
      width: 6,
    }),
    timeseries({
      title: 'Requests refused',
      description: 'Requests turned away because their caller made too many (429), by route.',
      queries: [
        { expr: sum(rate(metric('rate_limited_total')), 'endpoint'), legend: '{{endpoint}}' },
      ],
      unit: 'reqps',
      width: 6,
    }),
    timeseries({
      title: 'Requests that failed here',
      description: 'The share answered with 5xx. 0 on an idle service.',
      queries: [
        {
          expr: share(
            sum(rate(metric('http_requests_total', 'status_code=~"5.."'))),
            sum(rate(requests)),
          ),
          legend: '5xx',
        },
      ],
      unit: 'percentunit',
      links: [runbook('LarkTokenApiErrors')],
      width: 6,
    }),
    timeseries({
      title: 'How long requests take',
      description:
        'The time of all but 5 %, by route. Routes that wait for a person take as long as the person. Nothing is drawn where nobody asks.',
      queries: [
        {
          expr: quantile(0.95, metric('http_request_duration_seconds'), 'endpoint'),
          legend: '{{endpoint}}',
        },
      ],
      unit: 's',
      width: 6,
    }),
  ],
}
