import { type Row, runbook } from '../dashboard.ts'
import { gauge, stat, timeseries } from '../panels.ts'
import { appMetric, increase, metric, share, sum } from '../promql.ts'

const MONTH = '30d'

/** The share of attempts that may fail by our, Feishu's or a setting's fault. */
const BUDGET = 0.005

const succeeded = appMetric('auth_success_total')
const failed = appMetric('auth_failure_total', 'fault!="user",auth_method!="other"')

/** The share of attempts in a window that failed by nobody's choice. */
function badShare(window: string): string {
  const good = sum(increase(succeeded, window))
  const bad = sum(increase(failed, window))
  return share(bad, `(${good} + ${bad})`)
}

/** Requests for tokens, by whatever route: the same that the alert looks at. */
const TOKENS = 'endpoint=~"/v1/tokens.*"'

const refreshed = appMetric('token_refresh_total', 'outcome="success"')
/** What neither Feishu nor a person is to blame for. */
const notRefreshed = appMetric(
  'token_refresh_failure_total',
  'reason=~"reused|invalid|config|lease_timeout|ambiguous|lost_rotation|persist_failed|internal"',
)

/** How well the goals are met. */
export const serviceLevels: Row = {
  title: 'Service levels',
  panels: [
    stat({
      title: 'Authorizations that worked, 30 days',
      description:
        'Of the attempts that a person meant to succeed, the share that did; the goal is 99.5 %. People who declined or let the card run out are left out. Looks back as far as Prometheus keeps data, 15 days unless told otherwise.',
      queries: [
        {
          expr: `${sum(increase(succeeded, MONTH))} / (${sum(increase(succeeded, MONTH))} + ${sum(increase(failed, MONTH))} > 0)`,
        },
      ],
      unit: 'percentunit',
      decimals: 2,
      steps: [
        { from: null, colour: 'red' },
        { from: 0.995, colour: 'yellow' },
        { from: 0.9975, colour: 'green' },
      ],
      noValue: 'no attempts yet',
      links: [runbook('LarkAuthErrorBudgetBurn')],
      width: 8,
    }),
    gauge({
      title: 'Error budget left, 30 days',
      description:
        'What is left of the 0.5 % of attempts that may fail. At 0 the goal of 30 days is missed; an idle service has all of it.',
      queries: [{ expr: `1 - ${badShare(MONTH)} / ${BUDGET}` }],
      unit: 'percentunit',
      decimals: 0,
      steps: [
        { from: null, colour: 'red' },
        { from: 0.25, colour: 'yellow' },
        { from: 0.5, colour: 'green' },
      ],
      links: [runbook('LarkAuthErrorBudgetBurn')],
      width: 8,
    }),
    timeseries({
      title: 'Burn rate',
      description:
        'How many times faster than allowed the budget is spent: at 1 it lasts 30 days. The page comes at 14.4 over 1 hour, the warning at 6 over 6 hours, both only with more than 10 attempts an hour.',
      queries: [
        { expr: `${badShare('1h')} / ${BUDGET}`, legend: '1 hour' },
        { expr: `${badShare('6h')} / ${BUDGET}`, legend: '6 hours' },
      ],
      unit: 'short',
      steps: [
        { from: null, colour: 'green' },
        { from: 6, colour: 'orange' },
        { from: 14.4, colour: 'red' },
      ],
      lines: true,
      links: [runbook('LarkAuthErrorBudgetBurn')],
      width: 8,
    }),
    stat({
      title: 'Token API available, 30 days',
      description:
        'The share of requests to /v1/tokens, by whatever route, that was not answered with 5xx; the goal is 99.9 %. "Ask the person first" is a good answer. An idle service is available.',
      queries: [
        {
          expr: `1 - ${share(
            sum(increase(metric('http_requests_total', TOKENS, 'status_code=~"5.."'), MONTH)),
            sum(increase(metric('http_requests_total', TOKENS), MONTH)),
          )}`,
        },
      ],
      unit: 'percentunit',
      decimals: 3,
      steps: [
        { from: null, colour: 'red' },
        { from: 0.999, colour: 'green' },
      ],
      links: [runbook('LarkTokenApiErrors')],
      width: 8,
    }),
    stat({
      title: 'Refreshes that worked, 30 days',
      description:
        'Of the refreshes that ended well or failed by our fault or that of a setting, the share that worked; the goal is 99.95 %. Left out is what Feishu could not do, and what people or their admins ended. An idle service is fine.',
      queries: [
        {
          expr: `1 - ${share(
            sum(increase(notRefreshed, MONTH)),
            `(${sum(increase(refreshed, MONTH))} + ${sum(increase(notRefreshed, MONTH))})`,
          )}`,
        },
      ],
      unit: 'percentunit',
      decimals: 3,
      steps: [
        { from: null, colour: 'red' },
        { from: 0.9995, colour: 'green' },
      ],
      links: [runbook('LarkTokenRefreshFailing')],
      width: 8,
    }),
    stat({
      title: 'Taps answered in time, 30 days',
      description:
        'The share of taps on cards that were answered within 2 seconds; the goal is 99 %. Feishu shows the person an error after 3. An idle service is in time.',
      queries: [
        {
          expr: `1 - ${share(
            `(${sum(increase(metric('card_callback_duration_seconds_count'), MONTH))} - ${sum(
              increase(
                // Newer versions of Prometheus write the bound as 2.0.
                metric('card_callback_duration_seconds_bucket', 'le=~"2([.]0)?"'),
                MONTH,
              ),
            )})`,
            sum(increase(metric('card_callback_duration_seconds_count'), MONTH)),
          )}`,
        },
      ],
      unit: 'percentunit',
      decimals: 2,
      steps: [
        { from: null, colour: 'red' },
        { from: 0.99, colour: 'green' },
      ],
      links: [runbook('LarkAuthCardCallbackSlow')],
      width: 8,
    }),
  ],
}
