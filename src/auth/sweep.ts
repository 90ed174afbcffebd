import type { EventSink } from './events.ts'
import type { Clock, Store } from './ports.ts'
import type { AuthSession } from './session.ts'

/** What one sweep did. */
export type Swept = { completed: number; expired: number; deleted: number }

/** The clean-up that every instance may run at any time. */
export interface Sweep {
  /** Completes what a crash left behind, then expires what is due. */
  sessions(): Promise<Pick<Swept, 'completed' | 'expired'>>
  /** Deletes ended sessions past their retention, and attempts and event ids nobody needs any more. */
  retention(): Promise<Pick<Swept, 'deleted'>>
}

type Neighbours = { store: Store; clock: Clock; events: EventSink; retentionDays: number }

const BATCH = 200
const DAY_MS = 86_400_000
/** Feishu repeats an event for up to 7.1 hours; a day is safe. */
const KEEP_EVENTS_MS = DAY_MS
const KEEP_ATTEMPTS_MS = DAY_MS

/** Creates the sweep; every statement is guarded, so no leader is needed and each instance follows up only its own rows. */
export function createSweep({ store, clock, events, retentionDays }: Neighbours): Sweep {
  const ago = (milliseconds: number) => new Date(clock.now().getTime() - milliseconds)

  return {
    async sessions() {
      const completed = await inBatches(async () =>
        tell(await store.sessions.completeGranted(clock.now(), BATCH)),
      )
      const expired = await inBatches(async () =>
        tell(await store.sessions.expireDue(clock.now(), BATCH)),
      )
      return { completed, expired }
    },
    async retention() {
      const deleted = await inBatches(() =>
        store.sessions.deleteEnded(ago(retentionDays * DAY_MS), BATCH),
      )
      await inBatches(() => store.attempts.deleteExpired(ago(KEEP_ATTEMPTS_MS), BATCH))
      await inBatches(() => store.seenEvents.deleteSeenBefore(ago(KEEP_EVENTS_MS), BATCH))
      return { deleted }
    },
  }

  function tell(ended: AuthSession[]): number {
    for (const session of ended) events.emit({ type: 'session_ended', session })
    return ended.length
  }
}

async function inBatches(step: () => Promise<number>): Promise<number> {
  let total = 0
  for (;;) {
    const count = await step()
    total += count
    if (count < BATCH) return total
  }
}
