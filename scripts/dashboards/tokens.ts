import { dashboard } from './dashboard.ts'
import { exactlyOnce } from './tokens/exactly-once.ts'
import { keysAndRecord } from './tokens/keys-and-record.ts'
import { reads } from './tokens/reads.ts'
import { refresh } from './tokens/refresh.ts'
import { revocation } from './tokens/revocation.ts'
import { stock } from './tokens/stock.ts'

/** Do tokens stay alive? */
export const tokens = dashboard({
  uid: 'lark-auth-tokens',
  title: 'Feishu card auth / 2 Tokens',
  description: 'Do tokens stay alive?',
  rows: [stock, refresh, exactlyOnce, reads, revocation, keysAndRecord],
})
