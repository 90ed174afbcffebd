import { describe, expect, it } from 'vitest'
import type { Stores } from '../contract.ts'
import { inSeconds, NOW } from './samples.ts'

const LONG_AGO = inSeconds(-86_400)
const REPLY = { statusCode: 201, sealedReply: 'k1.sealed' }

function aRequest(overrides: Partial<Parameters<typeof shape>[0]> = {}) {
  return shape({ keyHash: 'key-1', fingerprint: 'print-1', at: 0, ...overrides })
}

function shape({ keyHash, fingerprint, at }: { keyHash: string; fingerprint: string; at: number }) {
  return { keyHash, fingerprint, createdAt: inSeconds(at), claimedUntil: inSeconds(at + 45) }
}

/** A request with a key is done by one caller, whichever instance it reaches. */
export function idempotentRequestContract(stores: Stores): void {
  describe('a request that may be repeated', () => {
    it('is claimed by one of fifty calls, on whatever instance', async () => {
      const { store, other } = stores()
      const claims = Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? store : other).idempotentRequests.claim(aRequest(), LONG_AGO),
      )
      expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1)
      expect(await other.idempotentRequests.find('key-1')).toEqual({
        ...aRequest(),
        statusCode: null,
        sealedReply: null,
      })
      expect(await other.idempotentRequests.find('key-2')).toBeNull()
    })

    it('keeps its answer, and gives way to nobody once it has one', async () => {
      const { store, other } = stores()
      await store.idempotentRequests.claim(aRequest(), LONG_AGO)
      expect(await other.idempotentRequests.answer(aRequest(), REPLY)).toBe(true)
      expect(await store.idempotentRequests.answer(aRequest(), REPLY)).toBe(false)
      expect(await store.idempotentRequests.claim(aRequest({ at: 46 }), LONG_AGO)).toBe(false)
      expect(await store.idempotentRequests.find('key-1')).toMatchObject(REPLY)
    })

    it('is taken over when its first call has died, and the dead call can do nothing any more', async () => {
      const { store, other } = stores()
      await store.idempotentRequests.claim(aRequest(), LONG_AGO)
      expect(await other.idempotentRequests.claim(aRequest({ at: 44 }), LONG_AGO)).toBe(false)
      expect(await other.idempotentRequests.claim(aRequest({ at: 45 }), LONG_AGO)).toBe(true)
      expect(await store.idempotentRequests.answer(aRequest(), REPLY)).toBe(false)
      await store.idempotentRequests.release(aRequest())
      expect(await other.idempotentRequests.answer(aRequest({ at: 45 }), REPLY)).toBe(true)
    })

    it('is not taken over by another request with its key', async () => {
      const { store } = stores()
      await store.idempotentRequests.claim(aRequest(), LONG_AGO)
      const another = aRequest({ fingerprint: 'print-2', at: 60 })
      expect(await store.idempotentRequests.claim(another, LONG_AGO)).toBe(false)
    })

    it('is free again once it is released', async () => {
      const { store, other } = stores()
      await store.idempotentRequests.claim(aRequest(), LONG_AGO)
      await store.idempotentRequests.release(aRequest())
      expect(await other.idempotentRequests.find('key-1')).toBeNull()
      const another = aRequest({ fingerprint: 'print-2' })
      expect(await other.idempotentRequests.claim(another, LONG_AGO)).toBe(true)
    })

    it('is forgotten after its time, whether it was cleaned up yet or not', async () => {
      const { store } = stores()
      await store.idempotentRequests.claim(aRequest(), LONG_AGO)
      await store.idempotentRequests.answer(aRequest(), REPLY)
      const tomorrow = aRequest({ fingerprint: 'print-2', at: 86_401 })
      expect(await store.idempotentRequests.claim(tomorrow, inSeconds(0))).toBe(false)
      expect(await store.idempotentRequests.claim(tomorrow, inSeconds(1))).toBe(true)
    })

    it('is deleted in batches', async () => {
      const { store } = stores()
      for (const at of [-30, -20, -10]) {
        await store.idempotentRequests.claim(aRequest({ keyHash: `key${at}`, at }), LONG_AGO)
      }
      const remove = (limit: number) => store.idempotentRequests.deleteCreatedBefore(NOW, limit)
      expect([await remove(2), await remove(2), await remove(2)]).toEqual([2, 1, 0])
    })
  })
}
