import { dashboard } from './dashboard.ts'
import { http } from './runtime/http.ts'
import { jobs } from './runtime/jobs.ts'
import { process } from './runtime/process.ts'
import { store } from './runtime/store.ts'
import { webhooks } from './runtime/webhooks.ts'

/** Is the process healthy? */
export const runtime = dashboard({
  uid: 'lark-auth-runtime',
  title: 'Feishu card auth / 4 Runtime',
  description: 'Is the process healthy?',
  rows: [process, http, store, jobs, webhooks],
})
