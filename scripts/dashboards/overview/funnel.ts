import { type Row, runbook } from '../dashboard.ts'
import { bars, stat, timeseries } from '../panels.ts'
import { appMetric, increase, rate, SHOWN, share, sum } from '../promql.ts'

const STEPS = [
  ['session_created', 'Asked'],
  ['card_sent', 'Card sent'],
  ['link_opened', 'Link opened'],
  ['consent_redirected', 'Sent to consent'],
  ['callback_received', 'Came back'],
  ['code_exchanged', 'Code exchanged'],
  ['token_stored', 'Token stored'],
  ['card_updated', 'Card turned green'],
] as const

/** How far people come, and where they leave. */
export const funnel: Row = {
  title: 'Funnel',
  panels: [
    bars({
      title: 'How far people came',
      description:
        'Sessions that reached each step for the first time in the time range shown. The largest drop is where people or machines give up; a consent page that shows an error keeps people from coming back. Links opened but not sent to consent belong to requests that had ended, or met a fault of ours.',
      queries: STEPS.map(([step, legend]) => ({
        expr: sum(increase(appMetric('auth_funnel_total', `step="${step}"`), SHOWN)),
        legend,
      })),
      unit: 'short',
      decimals: 0,
      steps: [{ from: null, colour: 'blue' }],
      links: [runbook('LarkAuthAbandonmentHigh')],
      width: 12,
      height: 10,
    }),
    timeseries({
      title: 'Drop-off at each step',
      description:
        'The share of sessions that did not go on from the step before within this interval. People take their time, so look at long ranges; it is below 0 while people catch up.',
      queries: STEPS.slice(1).map(([step, legend], index) => ({
        expr: `1 - ${sum(rate(appMetric('auth_funnel_total', `step="${step}"`)))} / ${sum(
          rate(appMetric('auth_funnel_total', `step="${STEPS[index]?.[0]}"`)),
        )}`,
        legend,
      })),
      unit: 'percentunit',
      links: [runbook('LarkAuthAbandonmentHigh')],
      width: 12,
      height: 10,
    }),
    stat({
      title: 'Abandoned',
      description:
        'Of the sessions created in the time range shown, the share that people let run out without a decision; cards that never went out are no choice of theirs, and not in it. 0 on an idle service.',
      queries: [
        {
          expr: share(
            sum(increase(appMetric('auth_failure_total', 'reason="timed_out"'), SHOWN)),
            sum(increase(appMetric('auth_session_total'), SHOWN)),
          ),
        },
      ],
      unit: 'percentunit',
      decimals: 1,
      steps: [
        { from: null, colour: 'green' },
        { from: 0.4, colour: 'yellow' },
        { from: 0.6, colour: 'orange' },
      ],
      links: [runbook('LarkAuthAbandonmentHigh')],
      width: 6,
    }),
    timeseries({
      title: 'Ends by reason',
      description:
        'Sessions that ended, by what ended them. invalidated and superseded are the doing of the bot, not failures.',
      queries: [
        {
          expr: sum(rate(appMetric('auth_session_ended_total')), 'end_reason'),
          legend: '{{end_reason}}',
        },
      ],
      unit: 'reqps',
      width: 18,
    }),
  ],
}
