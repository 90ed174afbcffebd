import { type Row, runbook } from '../dashboard.ts'
import { stat, stateTimeline, timeseries } from '../panels.ts'
import { appMetric, increase, max, metric, milliseconds, quantile, rate, sum } from '../promql.ts'

/** What Feishu sends us. */
export const longConnection: Row = {
  title: 'Long connection',
  panels: [
    stateTimeline({
      title: 'Connected',
      description:
        'The long connection of every instance; Feishu gives each event to one of them, so one is enough. Empty when another program takes the callbacks (CARD_CALLBACK=off).',
      queries: [
        { expr: appMetric('websocket_connection_status'), legend: '{{instance}} {{app_id}}' },
      ],
      unit: 'bool_on_off',
      words: {
        0: { text: 'Lost', colour: 'red' },
        1: { text: 'Connected', colour: 'green' },
      },
      noValue: 'not ours to keep',
      links: [runbook('LarkAuthWebSocketDown')],
      width: 12,
    }),
    timeseries({
      title: 'Reconnects',
      description: 'Attempts to bring the connection back that ended. A few a day are usual.',
      queries: [
        {
          expr: sum(increase(appMetric('websocket_reconnect_total')), 'outcome'),
          legend: '{{outcome}}',
        },
      ],
      unit: 'short',
      noValue: 'not ours to keep',
      links: [runbook('LarkAuthWebSocketFlapping')],
      width: 6,
    }),
    stat({
      title: 'Last event',
      description:
        'When any event arrived last, by app; before the first, when the process started. On a quiet service hours are usual. Empty when another program takes the callbacks (CARD_CALLBACK=off).',
      queries: [
        {
          expr: milliseconds(max(appMetric('websocket_last_event_timestamp_seconds'), 'app_id')),
          legend: '{{app_id}}',
        },
      ],
      unit: 'dateTimeFromNow',
      noValue: 'not ours to keep',
      links: [runbook('LarkAuthWebSocketDown')],
      width: 6,
    }),
    timeseries({
      title: 'Events by type',
      description: 'Events that were answered. card.action.trigger are taps on cards.',
      queries: [
        {
          expr: sum(rate(appMetric('websocket_events_total')), 'event_type'),
          legend: '{{event_type}}',
        },
      ],
      unit: 'reqps',
      noValue: 'not ours to keep',
      width: 6,
    }),
    timeseries({
      title: 'Events by outcome',
      description: 'ignored is none of our business; error could not be worked on, see the log.',
      queries: [
        { expr: sum(rate(appMetric('websocket_events_total')), 'outcome'), legend: '{{outcome}}' },
      ],
      unit: 'reqps',
      noValue: 'not ours to keep',
      links: [runbook('LarkAuthCardCallbackSlow')],
      width: 6,
    }),
    timeseries({
      title: 'Events delivered twice',
      description:
        'Feishu repeats what was not acknowledged in time. Repeats are known by their id and not worked on again; many of them mean that answers are slow or get lost.',
      queries: [
        {
          expr: sum(rate(metric('event_duplicates_total')), 'event_type'),
          legend: '{{event_type}}',
        },
      ],
      unit: 'reqps',
      links: [runbook('LarkAuthCardCallbackSlow')],
      width: 6,
    }),
    timeseries({
      title: 'How long events take',
      description:
        'The time in which all but 1 % were answered. Feishu waits 3 seconds, the red line. Nothing is drawn while none arrives.',
      queries: [
        {
          expr: quantile(0.99, metric('websocket_event_duration_seconds'), 'event_type'),
          legend: '{{event_type}}',
        },
      ],
      unit: 's',
      steps: [
        { from: null, colour: 'green' },
        { from: 2, colour: 'orange' },
        { from: 3, colour: 'red' },
      ],
      lines: true,
      links: [runbook('LarkAuthCardCallbackSlow')],
      width: 6,
    }),
  ],
}
