/** Everything that a receiver is told of; the closed list of `type`. */
export const WEBHOOK_EVENTS = [
  'authorization.completed',
  'authorization.rejected',
  'authorization.expired',
  'token.refresh_failed',
  'token.reauthorization_required',
  'token.revoked',
] as const

/** What a receiver can be told of. */
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]

/** One message to the receiver; `payload` is JSON as it is sent, and never holds a token. */
export type WebhookMessage = {
  /** The `webhook-id`: the same for every try, so that the receiver can drop doubles. */
  id: string
  event: WebhookEvent
  payload: string
}
