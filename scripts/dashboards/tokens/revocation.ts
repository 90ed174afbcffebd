import { type Row, runbook } from '../dashboard.ts'
import { timeseries } from '../panels.ts'
import { appMetric, rate, sum } from '../promql.ts'

/** Who ends grants, and why. */
export const revocation: Row = {
  title: 'Revocation',
  panels: [
    timeseries({
      title: 'Revocations by who',
      description:
        'Who ended a grant: user on the card or with /revoke, admin over the API or the command line, upstream_event at Feishu.',
      queries: [
        { expr: sum(rate(appMetric('token_revoked_total')), 'source'), legend: '{{source}}' },
      ],
      unit: 'reqps',
      links: [runbook('LarkTokenReauthSpike')],
      width: 8,
    }),
    timeseries({
      title: 'Grants found at their end',
      description:
        'Grants that a refresh found to be over, each once, by why; their people are asked again when somebody needs them.',
      queries: [
        { expr: sum(rate(appMetric('token_ended_total')), 'reason'), legend: '{{reason}}' },
      ],
      unit: 'reqps',
      links: [runbook('LarkTokenReauthSpike'), runbook('LarkTokenReuseRejected')],
      width: 8,
    }),
    timeseries({
      title: 'Revocations by reason',
      description: 'Why, as far as Feishu tells: risk and restriction are its administrators.',
      queries: [
        { expr: sum(rate(appMetric('token_revoked_total')), 'reason'), legend: '{{reason}}' },
      ],
      unit: 'reqps',
      links: [runbook('LarkTokenReauthSpike')],
      width: 8,
    }),
  ],
}
