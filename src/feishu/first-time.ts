import type { Clock, SeenEventStore } from '../auth/ports.ts'

/** True for whoever asks first about an event, on any instance; events without an id are always first. */
export type FirstTime = (eventId: string | null) => Promise<boolean>

/** Creates the question that keeps a doubled event from acting twice. */
export function createFirstTime(neighbours: {
  seenEvents: SeenEventStore
  clock: Clock
}): FirstTime {
  const { seenEvents, clock } = neighbours
  return async (eventId) => eventId === null || seenEvents.markSeen(eventId, clock.now())
}
