import { dashboardLink, type Row, runbook } from '../dashboard.ts'
import type { Step, Words } from '../panel.ts'
import { stat, table } from '../panels.ts'
import { appMetric, max, metric, min, sum } from '../promql.ts'

const YES_NO: Words = {
  0: { text: 'No', colour: 'red' },
  1: { text: 'Yes', colour: 'green' },
}

const COUNT: readonly Step[] = [{ from: null, colour: 'text' }]

/** What is the case at this moment. */
export const now: Row = {
  title: 'Now',
  panels: [
    stat({
      title: 'Long connection',
      description:
        'Whether Feishu can deliver taps and events, by app; one connected instance is enough. Empty when another program takes the callbacks (CARD_CALLBACK=off).',
      queries: [
        {
          expr: max(appMetric('websocket_connection_status'), 'app_id'),
          legend: '{{app_id}}',
        },
      ],
      unit: 'bool_on_off',
      words: {
        0: { text: 'Lost', colour: 'red' },
        1: { text: 'Connected', colour: 'green' },
      },
      noValue: 'not ours to keep',
      links: [
        runbook('LarkAuthWebSocketDown'),
        dashboardLink('lark-auth-feishu', 'Is Feishu the problem?'),
      ],
      width: 6,
      height: 6,
    }),
    table({
      title: 'Ready checks',
      description:
        'The worst answer of all instances to each check of /readyz. No: an instance gets no traffic from a balancer that asks it.',
      queries: [{ expr: min(metric('ready'), 'check') }],
      words: YES_NO,
      columns: [
        { field: 'check', heading: 'Check' },
        { field: 'Value', heading: 'Passes' },
      ],
      links: [
        runbook('LarkAuthDown'),
        dashboardLink('lark-auth-runtime', 'Is the process healthy?'),
      ],
      width: 6,
      height: 6,
    }),
    stat({
      title: 'Pending sessions',
      description:
        'People who have a card and have not decided. Empty while the database cannot be read.',
      queries: [{ expr: sum(max(appMetric('auth_session_active'), 'app_id')) }],
      unit: 'short',
      steps: COUNT,
      noValue: 'cannot be read',
      width: 6,
      height: 6,
    }),
    stat({
      title: 'People to authorize again',
      description:
        'People whose grant ended and who have to consent again before a bot can act for them. Empty while the database cannot be read.',
      queries: [{ expr: sum(max(appMetric('tokens', 'state="reauth_required"'), 'app_id')) }],
      unit: 'short',
      steps: COUNT,
      noValue: 'cannot be read',
      links: [
        runbook('LarkTokenReauthSpike'),
        dashboardLink('lark-auth-tokens', 'Do tokens stay alive?'),
      ],
      width: 6,
      height: 6,
    }),
  ],
}
