import { type Row, runbook } from '../dashboard.ts'
import { timeseries } from '../panels.ts'
import { appMetric, max, metric, quantile, rate, sum } from '../promql.ts'

/** Whether cards show what is the case, and taps are answered in time. */
export const cards: Row = {
  title: 'Cards',
  panels: [
    timeseries({
      title: 'Answering taps',
      description:
        'The time in which all but 1 % of the taps were answered. Feishu shows the person an error after 3 seconds, the red line; the goal is 2.',
      queries: [{ expr: quantile(0.99, metric('card_callback_duration_seconds')), legend: '99 %' }],
      unit: 's',
      steps: [
        { from: null, colour: 'green' },
        { from: 2, colour: 'orange' },
        { from: 3, colour: 'red' },
      ],
      lines: true,
      links: [runbook('LarkAuthCardCallbackSlow')],
      width: 8,
    }),
    timeseries({
      title: 'Taps by answer',
      description: 'What taps on cards were answered with; unreadable is a card we did not make.',
      queries: [
        { expr: sum(rate(appMetric('card_clicks_total')), 'outcome'), legend: '{{outcome}}' },
      ],
      unit: 'reqps',
      width: 8,
    }),
    timeseries({
      title: 'Cards drawn by outcome',
      description:
        'Cards sent or redrawn. gone can never succeed, the message was deleted; retried and rate_limited are tried again; failed needs a look.',
      queries: [
        { expr: sum(rate(appMetric('card_updates_total')), 'outcome'), legend: '{{outcome}}' },
      ],
      unit: 'reqps',
      links: [runbook('LarkAuthCardUpdateFailing')],
      width: 8,
    }),
    timeseries({
      title: 'Cards held back by Feishu',
      description: 'Cards that hit the limit of 5 changes a second for one message.',
      queries: [{ expr: sum(rate(appMetric('card_rate_limited_total'))), legend: 'held back' }],
      unit: 'reqps',
      links: [runbook('LarkAuthCardUpdateFailing')],
      width: 12,
    }),
    timeseries({
      title: 'Cards waiting to be drawn',
      description:
        'Cards that do not show the state of their session yet. A number that does not go down is an outage of Feishu or a job that stands still.',
      queries: [{ expr: sum(max(appMetric('card_outbox_depth'), 'app_id')), legend: 'waiting' }],
      unit: 'short',
      links: [runbook('LarkAuthCardUpdateFailing')],
      width: 12,
    }),
  ],
}
