import { type Row, runbook } from '../dashboard.ts'
import { timeseries } from '../panels.ts'
import { max, metric, quantile, rate, sum } from '../promql.ts'

/** What the receiver of webhooks is told. */
export const webhooks: Row = {
  title: 'Webhooks',
  panels: [
    timeseries({
      title: 'Deliveries by outcome',
      description:
        'Tries to deliver. retry has another try ahead; dead was given up, and webhooks retry tries it again.',
      queries: [
        { expr: sum(rate(metric('webhook_deliveries_total')), 'outcome'), legend: '{{outcome}}' },
      ],
      unit: 'reqps',
      links: [runbook('LarkWebhooksDead')],
      width: 8,
    }),
    timeseries({
      title: 'How long deliveries take',
      description:
        'The time in which all but 5 % of the tries ended. Nothing is drawn while none is made.',
      queries: [
        { expr: quantile(0.95, metric('webhook_delivery_duration_seconds')), legend: '95 %' },
      ],
      unit: 's',
      width: 8,
    }),
    timeseries({
      title: 'Webhooks waiting',
      description:
        'What is not delivered yet. One that only grows is a receiver that is away. Empty while the database cannot be read.',
      queries: [{ expr: max(metric('webhook_queue_depth')), legend: 'waiting' }],
      unit: 'short',
      links: [runbook('LarkWebhooksDead')],
      noValue: 'cannot be read',
      width: 8,
    }),
  ],
}
