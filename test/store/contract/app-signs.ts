import { describe, expect, it } from 'vitest'
import type { Stores } from '../contract.ts'

/** Signs of how an app is set up. */
export function appSignContract(stores: Stores): void {
  describe('signs', () => {
    it('are kept with the time they were last seen, app by app', async () => {
      const { store, other } = stores()
      const [early, late] = [new Date('2026-11-20T08:00:00Z'), new Date('2026-11-20T09:00:00Z')]
      expect(await store.signs.find('app-1')).toEqual({})
      await store.signs.note('app-1', 'card_tap', early)
      await store.signs.note('app-1', 'connected', early)
      await other.signs.note('app-1', 'card_tap', late)
      await other.signs.note('app-2', 'old_card_tap', late)
      expect(await store.signs.find('app-1')).toEqual({ card_tap: late, connected: early })
      expect(await store.signs.find('app-2')).toEqual({ old_card_tap: late })
    })
  })
}
