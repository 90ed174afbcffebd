import { describe, expect, it } from 'vitest'
import type { Stores } from '../contract.ts'
import { inSeconds, NOW } from './samples.ts'

/** Where people are. */
export function timeZoneContract(stores: Stores): void {
  describe('the time zone of a person', () => {
    const lin = { appId: 'app-1', openId: 'ou_lin' }

    it('is what their last tap has told, app by app', async () => {
      const { store, other } = stores()
      expect(await store.timeZones.find(lin)).toBeNull()
      await store.timeZones.note(lin, 'Asia/Tokyo', NOW)
      await other.timeZones.note(lin, 'Europe/Berlin', inSeconds(1))
      await other.timeZones.note({ ...lin, appId: 'app-2' }, 'Asia/Shanghai', NOW)
      expect(await store.timeZones.find(lin)).toBe('Europe/Berlin')
    })

    it('is forgotten a while after the last tap, in batches', async () => {
      const { store } = stores()
      for (const age of [30, 20, 10]) {
        const person = { appId: 'app-3', openId: `ou_${age}` }
        await store.timeZones.note(person, 'Asia/Tokyo', inSeconds(-age))
      }
      expect(await store.timeZones.deleteNotedBefore(inSeconds(-10), 1)).toBe(1)
      expect(await store.timeZones.deleteNotedBefore(inSeconds(-10), 5)).toBe(1)
      expect(await store.timeZones.deleteNotedBefore(inSeconds(-10), 5)).toBe(0)
      expect(await store.timeZones.find({ appId: 'app-3', openId: 'ou_10' })).toBe('Asia/Tokyo')
    })
  })
}
