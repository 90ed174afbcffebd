import type { EventSink } from './events.ts'
import type { Clock, Store } from './ports.ts'
import type { AuthSession } from './session.ts'

/** What one sweep did. */
export type Swept = { completed: number; expired: number; deleted: number }

/** The clean-up that every instance may run at any time; a signal ends it after a batch. */
export interface Sweep {
  /** Completes what a crash left behind, then expires what is due. */
  sessions(closing?: AbortSignal): Promise<Pick<Swept, 'completed' | 'expired'>>
  /** Deletes ended sessions past their retention, and attempts, event ids and repeatable answers nobody needs any more. */
  retention(closing?: AbortSignal): Promise<Pick<Swept, 'deleted'>>
}

type Neighbours = { store: Store; clock: Clock; events: EventSink; retentionDays: number }

const BATCH = 200
const DAY_MS = 86_400_000
/** Feishu repeats an event for up to 7.1 hours; a day is safe. */
const KEEP_EVENTS_MS = DAY_MS
const KEEP_ATTEMPTS_MS = DAY_MS
/** As long as `IDEMPOTENCY_HOURS` promises. */
const KEEP_ANSWERS_MS = DAY_MS
/** What is asked again is asked a year after the consent. */
const KEEP_TIME_ZONES_MS = 400 * DAY_MS

/** Creates the sweep; every statement is guarded, so no leader is needed and each instance follows up only its own rows. */
export function createSweep({ store, clock, events, retentionDays }: Neighbours): Sweep {
  const ago = (milliseconds: number) => new Date(clock.now().getTime() - milliseconds)

  return {
    async sessions(closing) {
      const completed = await inBatches(
        async () => tell(await store.sessions.completeGranted(clock.now(), BATCH)),
        closing,
      )
      const expired = await inBatches(
        async () => tell(await store.sessions.expireDue(clock.now(), BATCH)),
        closing,
      )
      return { completed, expired }
    },
    async retention(closing) {
      const { sessions, attempts, seenEvents, idempotentRequests, timeZones } = store
      const purge = (step: () => Promise<number>) => inBatches(step, closing)
      const deleted = await purge(() => sessions.deleteEnded(ago(retentionDays * DAY_MS), BATCH))
      await purge(() => attempts.deleteExpired(ago(KEEP_ATTEMPTS_MS), BATCH))
      await purge(() => seenEvents.deleteSeenBefore(ago(KEEP_EVENTS_MS), BATCH))
      await purge(() => idempotentRequests.deleteCreatedBefore(ago(KEEP_ANSWERS_MS), BATCH))
      await purge(() => timeZones.deleteNotedBefore(ago(KEEP_TIME_ZONES_MS), BATCH))
      return { deleted }
    },
  }

  function tell(ended: AuthSession[]): number {
    for (const session of ended) events.emit({ type: 'session_ended', session })
    return ended.length
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
