import type { AuthSession } from './session.ts'
import type { GrantKey, GrantMark } from './upkeep.ts'
import type { WebhookMessage } from './webhook-event.ts'

/** Why a try to deliver failed; the closed list of `last_failure`. */
export const WEBHOOK_FAILURES = [
  'blocked_address',
  'dns',
  'connect',
  'tls',
  'cut_off',
  'timeout',
  'redirect',
  'status_4xx',
  'status_5xx',
  'status_other',
  'gone',
] as const

/** Why a try to deliver failed. */
export type WebhookFailure = (typeof WEBHOOK_FAILURES)[number]

/** A message in the outbox. */
export type WebhookDelivery = WebhookMessage & {
  /** Tries so far, with the one that is under way. */
  attempts: number
  /** When to try next, or until when a try is under way; null once it is delivered or given up. */
  dueAt: Date | null
  lastFailure: WebhookFailure | null
  createdAt: Date
  deliveredAt: Date | null
  deadAt: Date | null
}

/** A grant whose end is marked, and nothing has been granted since. */
export type EndedGrant = GrantKey & {
  /** The session whose consent gave the grant. */
  sessionId: string
  mark: GrantMark
}

/** Messages on disk until the receiver has them; each change is one guarded statement. */
export interface WebhookOutbox {
  /** Puts a message in, due at once; false when one with its id is there. */
  put(message: WebhookMessage, now: Date): Promise<boolean>
  /** Sessions that ended after an instant and of which nobody was told, the oldest first. */
  listUntoldEnds(endedAfter: Date, limit: number): Promise<AuthSession[]>
  /** Records that the message about the end of a session is in the outbox. */
  noteEndTold(sessionId: string, now: Date): Promise<void>
  /** The end of this grant, if it is marked. */
  findMark(key: GrantKey): Promise<EndedGrant | null>
  /** Grants whose end was marked in this span and of which nobody was told, the oldest first. */
  listUntoldMarks(span: { after: Date; before: Date }, limit: number): Promise<EndedGrant[]>
  /** Records that the message about the end of a grant is in the outbox. */
  noteMarkTold(ended: EndedGrant): Promise<void>
  /** Takes the most overdue message for a try until `until`, and counts the try; no other instance gets it. */
  claimDue(now: Date, until: Date): Promise<WebhookDelivery | null>
  noteDelivered(id: string, now: Date): Promise<void>
  /** Records a failed try; without effect when the claim was lost meanwhile. */
  noteRetry(
    id: string,
    failure: WebhookFailure,
    dueAt: Date,
    claimedUntil: Date | null,
  ): Promise<void>
  /** Gives a message up; without effect when it was delivered, or the claim was lost, meanwhile. */
  noteDead(id: string, failure: WebhookFailure, now: Date, claimedUntil: Date | null): Promise<void>
  /** Makes a message that is not delivered due now, with all its tries ahead; false when there is none. */
  retry(id: string, now: Date): Promise<boolean>
  /** Makes messages that were given up due now; returns how many, `limit` at most. */
  retryDead(now: Date, limit: number): Promise<number>
  /** The newest first; with `dead`, those given up, the last one first. */
  list(filter: { dead: boolean; limit: number }): Promise<WebhookDelivery[]>
  countQueued(): Promise<number>
  /** Deletes delivered messages that were created before an instant. */
  deleteDelivered(createdBefore: Date, limit: number): Promise<number>
  /** Deletes messages that were given up before an instant. */
  deleteDead(deadBefore: Date, limit: number): Promise<number>
}

/** What came of one POST. */
export type PostOutcome =
  | { kind: 'delivered'; status: number }
  | {
      kind: 'failed'
      failure: WebhookFailure
      /** Null when no answer came. */
      status: number | null
      /** How long the receiver asked for; null when it did not. */
      retryAfterSeconds: number | null
    }

/** Signs messages and posts them to the receiver. */
export interface WebhookPoster {
  /** Posts once; every outcome is an answer, it never throws. */
  post(message: Pick<WebhookMessage, 'id' | 'payload'>): Promise<PostOutcome>
}
