import { Command } from 'commander'
import { testMessage } from '../auth/webhook-messages.ts'
import type { WebhookDelivery } from '../auth/webhook-outbox.ts'
import { FIXES } from '../config/config-fixes.ts'
import { ConfigurationError } from '../errors.ts'
import type { ExitCode } from './exit-code.ts'
import { parseLimit } from './parse-limit.ts'
import { withParts } from './with-parts.ts'

type AsJson = { json?: true }

/** Dead messages are revived so many at a time. */
const BATCH = 200

/** `webhooks list|retry|test`: looks at what the receiver was told, tells it again, and tries it out. */
export function webhooksCommand(report: (code: ExitCode) => void): Command {
  const webhooks = new Command('webhooks').description('what the receiver of WEBHOOK_URL is told')
  webhooks
    .command('list')
    .description('the newest first, without what they say')
    .option('--dead', 'only those that were given up')
    .option('--limit <n>', 'how many at most', parseLimit, 20)
    .option('--json', 'print JSON')
    .action(async ({ dead = false, limit, json }: AsJson & { dead?: boolean; limit: number }) => {
      const shown = await withParts(async ({ store }) =>
        (await store.webhooks.list({ dead, limit })).map(show),
      )
      if (json) console.log(JSON.stringify(shown, null, 2))
      else if (shown.length === 0) console.log('No webhooks.')
      else console.table(shown)
    })
  webhooks
    .command('retry')
    .argument('[webhook_id]')
    .description('deliver again what was given up, or waits; the running service does it')
    .option('--all-dead', 'everything that was given up')
    .option('--json', 'print JSON')
    .action(async (id: string | undefined, { allDead, json }: AsJson & { allDead?: true }) => {
      if ((id === undefined) === (allDead === undefined)) {
        webhooks.error('error: name one webhook_id, or give --all-dead')
      }
      const retried = id === undefined ? await retryDead() : await retryOne(id)
      if (json) console.log(JSON.stringify({ retried }))
      else console.log(`${retried} will be delivered again.`)
      if (id !== undefined && retried === 0) report(1)
    })
  webhooks
    .command('test')
    .description('post a signed event of type webhook.test now, and say what came back')
    .option('--json', 'print JSON')
    .action(async ({ json }: AsJson) => {
      const outcome = await postTest()
      const { kind, status } = outcome
      const failure = outcome.kind === 'failed' ? outcome.failure : null
      if (json) console.log(JSON.stringify({ delivered: kind === 'delivered', status, failure }))
      else if (failure === null) console.log(`Delivered: the receiver answered ${status}.`)
      else console.log(`Not delivered: ${failure}${status === null ? '' : ` (${status})`}.`)
      if (failure !== null) report(1)
    })
  return webhooks
}

/** What is shown of a message: everything but what it says. */
function show(delivery: WebhookDelivery) {
  return {
    webhook_id: delivery.id,
    event: delivery.event,
    state: stateOf(delivery),
    attempts: delivery.attempts,
    last_failure: delivery.lastFailure,
    created_at: delivery.createdAt.toISOString(),
    due_at: delivery.dueAt?.toISOString() ?? null,
  }
}

function stateOf({ deliveredAt, deadAt }: WebhookDelivery): 'delivered' | 'dead' | 'waiting' {
  if (deliveredAt !== null) return 'delivered'
  return deadAt === null ? 'waiting' : 'dead'
}

function retryOne(id: string): Promise<number> {
  return withParts(async ({ store }) => Number(await store.webhooks.retry(id, new Date())))
}

function retryDead(): Promise<number> {
  return withParts(async ({ store }) => {
    let retried = 0
    for (;;) {
      const batch = await store.webhooks.retryDead(new Date(), BATCH)
      retried += batch
      if (batch < BATCH) return retried
    }
  })
}

function postTest() {
  return withParts(({ webhookPoster }) => {
    if (webhookPoster) return webhookPoster.post(testMessage(new Date()))
    throw new ConfigurationError([
      { name: 'WEBHOOK_URL', problem: 'is not set', fix: FIXES.WEBHOOK_URL },
    ])
  })
}
