import { type Row, runbook } from '../dashboard.ts'
import { stat, timeseries } from '../panels.ts'
import { increase, max, metric, min, sum } from '../promql.ts'

/** Which keys seal what, and whether anything was tampered with. */
export const keysAndRecord: Row = {
  title: 'Keys and record',
  panels: [
    timeseries({
      title: 'Grants by key',
      description:
        'Which key seals how many grants. After keys rotate, the old one sinks to 0; only then may it be removed. Empty while the database cannot be read.',
      queries: [{ expr: max(metric('tokens_by_key'), 'key_id'), legend: '{{key_id}}' }],
      unit: 'short',
      stacked: true,
      noValue: 'cannot be read',
      links: [runbook('LarkTokenDecryptFailures')],
      width: 8,
    }),
    timeseries({
      title: 'Tokens that cannot be opened',
      description:
        'bad_key: the key is missing or another; bad_binding: the row was moved; malformed: it was changed. Must be 0.',
      queries: [
        {
          expr: sum(increase(metric('token_decrypt_failure_total')), 'reason'),
          legend: '{{reason}}',
        },
      ],
      unit: 'short',
      links: [runbook('LarkTokenDecryptFailures')],
      width: 8,
    }),
    stat({
      title: 'Audit record',
      description:
        'Whether the last look at the chain of the audit record found it whole, on every instance. A look comes with the start, and then daily; empty while none has come to its end, because it takes its time or the database failed.',
      queries: [{ expr: min(metric('audit_chain_ok')) }],
      unit: 'bool_on_off',
      words: {
        0: { text: 'Changed', colour: 'red' },
        1: { text: 'Whole', colour: 'green' },
      },
      noValue: 'not looked at',
      links: [runbook('LarkAuditChainBroken')],
      width: 8,
    }),
  ],
}
