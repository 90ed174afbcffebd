import type { Background } from './background.ts'
import type { Grant } from './grant.ts'
import type { Clock, Store } from './ports.ts'
import type { RefreshSchedule } from './refresh-schedule.ts'

/** Records, at most once an hour for each grant, that somebody uses it: only used tokens are refreshed ahead of time. */
export type NoteUse = (grant: Grant) => void

type Neighbours = {
  store: Pick<Store, 'upkeeps'>
  clock: Clock
  schedule: RefreshSchedule
  background: Background
}

const HOUR_MS = 3_600_000
/** Beyond so many people the oldest notes are forgotten, which costs one more write each. */
const MOST_NOTES = 20_000

/** Creates the recorder; the caller never waits for it. */
export function createNoteUse({ store, clock, schedule, background }: Neighbours): NoteUse {
  const notedAt = new Map<string, number>()
  return (grant) => {
    const now = clock.now()
    const key = `${grant.appId} ${grant.openId}`
    const last = notedAt.get(key)
    if (last !== undefined && now.getTime() - last < HOUR_MS) return
    notedAt.delete(key)
    notedAt.set(key, now.getTime())
    for (const oldest of notedAt.keys()) {
      if (notedAt.size <= MOST_NOTES) break
      notedAt.delete(oldest)
    }
    background.run(() => store.upkeeps.schedule(grant, schedule.nextLook(grant, now, now), now))
  }
}
