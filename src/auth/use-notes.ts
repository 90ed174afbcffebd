import type { Grant } from './grant.ts'
import type { Clock, Store } from './ports.ts'
import type { RefreshSchedule } from './refresh-schedule.ts'
import type { GrantKey } from './upkeep.ts'

/** Who uses their grant: only used tokens are refreshed ahead of time. */
export interface UseNotes {
  /** Notes, at most once an hour for each grant, that somebody uses it; the caller never waits for it. */
  take(grant: Grant): void
  /** Writes what was noted since the last time. */
  write(): Promise<void>
}

type Neighbours = {
  store: Pick<Store, 'upkeeps'>
  clock: Clock
  schedule: RefreshSchedule
}

const HOUR_MS = 3_600_000
/** Beyond so many people, some 15 MB, the oldest notes are forgotten, which costs one more write each. */
const MOST_NOTES = 100_000
/**
 * Beyond so many between two writes, people are noted with a later use: reading tokens goes before. Every five seconds as many
 * still make four million people a day, and a day is what is looked back.
 */
const MOST_WAITING = 250
/** A commit each, after which others have their turn. */
const BATCH = 100

/** Creates the notes: a commit for every reader would cost more than all of the reading. */
export function createUseNotes({ store, clock, schedule }: Neighbours): UseNotes {
  const notedAt = new Map<string, number>()
  let waiting: (GrantKey & { dueAt: Date | null })[] = []

  return {
    take(grant) {
      if (waiting.length >= MOST_WAITING) return
      const now = clock.now()
      const name = nameOf(grant)
      const last = notedAt.get(name)
      if (last !== undefined && now.getTime() - last < HOUR_MS) return
      const { appId, openId } = grant
      waiting.push({ appId, openId, dueAt: schedule.nextLook(grant, now, now) })
      notedAt.delete(name)
      notedAt.set(name, now.getTime())
      for (const oldest of notedAt.keys()) {
        if (notedAt.size <= MOST_NOTES) break
        notedAt.delete(oldest)
      }
    },

    async write() {
      const uses = waiting
      waiting = []
      try {
        for (let start = 0; start < uses.length; start += BATCH) {
          await store.upkeeps.noteUses(uses.slice(start, start + BATCH), clock.now())
          await clock.sleep(0)
        }
      } catch (error) {
        // Their next use is noted again.
        for (const use of uses) notedAt.delete(nameOf(use))
        throw error
      }
    },
  }
}

function nameOf({ appId, openId }: GrantKey): string {
  return `${appId} ${openId}`
}
