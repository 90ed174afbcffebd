import type { Background } from './background.ts'
import type { AuthEvent, AuthEvents, WebhookOutcome } from './events.ts'
import type { Clock } from './ports.ts'
import type { AuthSession } from './session.ts'
import { retrySeconds } from './webhook-backoff.ts'
import type { WebhookMessage } from './webhook-event.ts'
import { messageOfEnd, messageOfGrant, messageOfMark } from './webhook-messages.ts'
import type {
  PostOutcome,
  WebhookDelivery,
  WebhookOutbox,
  WebhookPoster,
} from './webhook-outbox.ts'
import { persist } from './webhook-persistence.ts'

/** Tells the receiver what happened: each message at least once, in no promised order. */
export interface Webhooks {
  /** Puts what happens from now on into the outbox; the returned function stops that. */
  listen(): () => void
  /** From now on, what is put in is also delivered by this process, at once. */
  start(): void
  /** Puts in the ends of sessions and grants that a crash kept untold, and begins to deliver all that is due; does not wait for the receiver. */
  due(closing?: AbortSignal): Promise<void>
  /** Begins no more tries. */
  close(): void
  /** Deletes what is old. */
  retention(closing?: AbortSignal): Promise<{ deleted: number }>
}

type Neighbours = {
  outbox: WebhookOutbox
  /** Null when there is no receiver; nothing is put in then. */
  poster: WebhookPoster | null
  clock: Clock
  events: AuthEvents
  background: Background
  retentionDays: number
  random?: () => number
}

/** So many tries at the same time: a slow receiver holds up no more than these. */
const PARALLEL = 4
/** How long a try keeps other instances away; more than it can take. */
const CLAIM_SECONDS = 30
const BATCH = 200
const DAY_MS = 86_400_000
const UNTOLD_MS = DAY_MS
/** Whoever has marked a grant tells it within this time, and knows more of it than the mark. */
const HEARD_MS = 10_000
const KEEP_DELIVERED_MS = 7 * DAY_MS

/** Creates the part that keeps the outbox and empties it; needs no leader, since each try is claimed in the store. */
export function createWebhooks(neighbours: Neighbours): Webhooks {
  const { outbox, poster, clock, events, background, retentionDays } = neighbours
  const { random = Math.random } = neighbours
  let isDelivering = false
  let working = 0
  let isAskedAgain = false
  const closing = new AbortController()

  const ago = (milliseconds: number) => new Date(clock.now().getTime() - milliseconds)

  return {
    listen: () => (poster ? events.on(putIn) : () => {}),
    start() {
      isDelivering = poster !== null
    },
    async due(signal) {
      if (!poster) return
      await tellUntoldEnds(signal)
      await tellUntoldMarks(signal)
      for (let workers = 0; workers < PARALLEL; workers++) deliver()
    },
    close() {
      isDelivering = false
      closing.abort()
    },
    async retention(signal) {
      const purge = (step: () => Promise<number>) => inBatches(step, signal)
      const delivered = await purge(() => outbox.deleteDelivered(ago(KEEP_DELIVERED_MS), BATCH))
      const dead = await purge(() => outbox.deleteDead(ago(retentionDays * DAY_MS), BATCH))
      return { deleted: delivered + dead }
    },
  }

  function putIn(event: AuthEvent): void {
    if (event.type === 'session_ended') {
      background.run(() => tellEnd(event.session).then(deliver))
      return
    }
    const now = clock.now()
    // Made once, so that its id is the same however often it takes to put it in.
    const message = messageOfGrant(event, now)
    if (!message) return
    const putInOnce = (): Promise<unknown> =>
      isMarked(event) ? putInMarked(event, message, now) : outbox.put(message, now)
    background.run(() => persist(putInOnce, clock, closing.signal).then(deliver))
  }

  /** The mark was on disk before the event, and gives the message the id that a later run would give it. */
  async function putInMarked(event: MarkedEvent, message: WebhookMessage, now: Date) {
    const ended = await outbox.findMark(event)
    await outbox.put((ended && messageOfGrant(event, now, ended)) ?? message, now)
    if (ended) await outbox.noteMarkTold(ended)
  }

  /** A crash between the two statements repeats them, and the message is the same. */
  async function tellEnd(session: AuthSession): Promise<void> {
    const message = messageOfEnd(session)
    if (!message) return
    await outbox.put(message, clock.now())
    await outbox.noteEndTold(session.id, clock.now())
  }

  async function tellUntoldEnds(signal: AbortSignal | undefined): Promise<void> {
    await inBatches(async () => {
      const untold = await outbox.listUntoldEnds(ago(UNTOLD_MS), BATCH)
      for (const session of untold) await tellEnd(session)
      return untold.length
    }, signal)
  }

  async function tellUntoldMarks(signal: AbortSignal | undefined): Promise<void> {
    await inBatches(async () => {
      const span = { after: ago(UNTOLD_MS), before: ago(HEARD_MS) }
      const untold = await outbox.listUntoldMarks(span, BATCH)
      for (const ended of untold) {
        const message = messageOfMark(ended)
        if (message) await outbox.put(message, clock.now())
        await outbox.noteMarkTold(ended)
      }
      return untold.length
    }, signal)
  }

  function deliver(): void {
    if (!isDelivering) return
    if (working >= PARALLEL) {
      isAskedAgain = true
      return
    }
    working += 1
    background.run(() =>
      work().finally(() => {
        working -= 1
      }),
    )
  }

  /** One of a few workers: takes one message after another until none is due. */
  async function work(): Promise<void> {
    while (isDelivering && poster) {
      isAskedAgain = false
      const now = clock.now()
      const until = new Date(now.getTime() + CLAIM_SECONDS * 1000)
      const delivery = await outbox.claimDue(now, until)
      if (delivery) await tryOnce(delivery, poster)
      else if (!isAskedAgain) return
    }
  }

  async function tryOnce(delivery: WebhookDelivery, receiver: WebhookPoster): Promise<void> {
    const { id, event, attempts } = delivery
    const startedAt = clock.now().getTime()
    const posted = await receiver.post(delivery)
    const now = clock.now()
    const outcome = await settle(delivery, posted, now)
    const seconds = (now.getTime() - startedAt) / 1000
    const failure = posted.kind === 'failed' ? posted.failure : null
    events.emit({ type: 'webhook_tried', id, event, outcome, attempts, failure, seconds })
  }

  async function settle(
    { id, attempts, dueAt }: WebhookDelivery,
    posted: PostOutcome,
    now: Date,
  ): Promise<WebhookOutcome> {
    if (posted.kind === 'delivered') {
      await outbox.noteDelivered(id, now)
      return 'ok'
    }
    const { failure, retryAfterSeconds } = posted
    const pause = failure === 'gone' ? null : retrySeconds(attempts, retryAfterSeconds, random())
    if (pause === null) {
      await outbox.noteDead(id, failure, now, dueAt)
      return 'dead'
    }
    await outbox.noteRetry(id, failure, new Date(now.getTime() + pause * 1000), dueAt)
    return 'retry'
  }
}

async function inBatches(step: () => Promise<number>, closing?: AbortSignal): Promise<number> {
  let total = 0
  for (;;) {
    const count = await step()
    total += count
    if (count < BATCH || closing?.aborted) return total
  }
}

type MarkedEvent = Extract<AuthEvent, { type: 'grant_finished' | 'grant_revoked' }>

/** A grant that was revoked here is gone, and its marks with it. */
function isMarked(event: AuthEvent): event is MarkedEvent {
  return (
    event.type === 'grant_finished' ||
    (event.type === 'grant_revoked' && event.source === 'upstream_event')
  )
}
