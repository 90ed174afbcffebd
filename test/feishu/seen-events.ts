import type { SeenEventStore } from '../../src/auth/ports.ts'

/** Event ids in memory. */
export function createSeenEvents(): SeenEventStore & { ids: Set<string> } {
  const ids = new Set<string>()
  return {
    ids,
    async markSeen(eventId) {
      if (ids.has(eventId)) return false
      ids.add(eventId)
      return true
    },
    deleteSeenBefore: async () => 0,
  }
}
