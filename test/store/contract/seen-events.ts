import { describe, expect, it } from 'vitest'
import type { Stores } from '../contract.ts'
import { inSeconds, NOW } from './samples.ts'

/** Feishu repeats events; the first to see one works on it. */
export function seenEventContract(stores: Stores): void {
  describe('an event id', () => {
    it('is new once', async () => {
      const { store, other } = stores()
      expect(await store.seenEvents.markSeen('event-1', NOW)).toBe(true)
      expect(await other.seenEvents.markSeen('event-1', inSeconds(60))).toBe(false)
      expect(await other.seenEvents.markSeen('event-2', NOW)).toBe(true)
    })

    it('is forgotten after its time, in batches, and is then new again', async () => {
      const { store } = stores()
      for (const age of [30, 20, 10]) {
        await store.seenEvents.markSeen(`event-${age}`, inSeconds(-age))
      }
      expect(await store.seenEvents.deleteSeenBefore(inSeconds(-10), 1)).toBe(1)
      expect(await store.seenEvents.deleteSeenBefore(inSeconds(-10), 5)).toBe(1)
      expect(await store.seenEvents.deleteSeenBefore(inSeconds(-10), 5)).toBe(0)
      expect(await store.seenEvents.markSeen('event-10', NOW)).toBe(false)
      expect(await store.seenEvents.markSeen('event-30', NOW)).toBe(true)
    })
  })

  describe('a ping', () => {
    it('writes, as often as it is asked', async () => {
      const { store, other } = stores()
      await store.ping()
      await Promise.all([store.ping(), other.ping(), store.ping()])
    })
  })
}
