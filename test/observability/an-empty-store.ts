import type { WatchedStore } from '../../src/observability/store-gauges.ts'

/** A store that holds nothing, for gauges to read. */
export function anEmptyStore(): WatchedStore {
  return {
    sessions: { countPending: async () => [], countCardsDue: async () => [] },
    webhooks: { countQueued: async () => 0 },
    census: {
      count: async () => ({
        byState: [],
        byTimeLeft: [],
        byKey: [],
        oldestIssue: [],
        oldestDue: [],
      }),
    },
    measure: async () => ({
      databaseBytes: 8192,
      walBytes: 0,
      diskFreeBytes: 1024,
      backedUpAt: null,
    }),
  }
}
