import { dashboard } from './dashboard.ts'
import { calls } from './feishu/calls.ts'
import { longConnection } from './feishu/long-connection.ts'

/** Is Feishu the problem? */
export const feishu = dashboard({
  uid: 'lark-auth-feishu',
  title: 'Feishu card auth / 3 Feishu',
  description: 'Is Feishu the problem?',
  rows: [calls, longConnection],
})
