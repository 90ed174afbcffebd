import { Webhook } from 'standardwebhooks'
import type { WebhookMessage } from '../auth/webhook-event.ts'

/**
 * Writes the headers of Standard Webhooks (https://www.standardwebhooks.com): one signature for each secret, so that a
 * receiver who knows only the old or only the new one can verify.
 */
export function signMessage(
  { id, payload }: Pick<WebhookMessage, 'id' | 'payload'>,
  secrets: readonly string[],
  now: Date,
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': secrets
      .map((secret) => new Webhook(secret).sign(id, now, payload))
      .join(' '),
  }
}
