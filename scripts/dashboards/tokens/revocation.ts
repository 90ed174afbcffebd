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
      width: 12,
    }),
    timeseries({
      title: 'Revocations by reason',
      description: 'Why, as far as Feishu tells: risk and restriction are its administrators.',
      queries: [
        { expr: sum(rate(appMetric('token_revoked_total')), 'reason'), legend: '{{reason}}' },
      ],
      unit: 'reqps',
      links: [runbook('LarkTokenReauthSpike')],
      width: 12,
    }),
  ],
}
