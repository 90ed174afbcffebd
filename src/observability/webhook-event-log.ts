import type { AuthEvent, WebhookOutcome } from '../auth/events.ts'
import type { LogEvent } from '../auth/log-event.ts'
import type { Log } from '../auth/ports.ts'

/** What a line is called and how serious it is. */
const LINE_OF = {
  ok: ['debug', 'webhook_delivered'],
  retry: ['warn', 'webhook_failed'],
  dead: ['error', 'webhook_dead'],
} as const satisfies Record<WebhookOutcome, [Parameters<Log>[0], LogEvent]>

/** Writes how a try to deliver ended; the address of the receiver may hold a secret and is not named. */
export function writeWebhookEvent(
  log: Log,
  { id, event, outcome, attempts, failure }: Extract<AuthEvent, { type: 'webhook_tried' }>,
): void {
  const [level, line] = LINE_OF[outcome]
  log(level, line, { webhook_id: id, webhook_event: event, attempts, ...(failure && { failure }) })
}
