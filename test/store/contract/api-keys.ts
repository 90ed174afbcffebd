import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ApiKeyRecord } from '../../../src/access/api-key-store.ts'
import type { Stores } from '../contract.ts'
import { inSeconds, NOW } from './samples.ts'

/** Keys of callers: found by the hash of their secret, until they are revoked. */
export function apiKeyContract(stores: Stores): void {
  describe('an API key', () => {
    it('is found by its hash alone, with what it may do', async () => {
      const { store, other } = stores()
      const key = anApiKey()
      expect(await store.apiKeys.insert(key)).toBe(true)
      expect(await other.apiKeys.findUsable(key.secretHash)).toEqual(key)
      expect(await other.apiKeys.findUsable(key.name)).toBeNull()
      expect(await other.apiKeys.findUsable('')).toBeNull()
    })

    it('has a name of its own, even after its end', async () => {
      const { store, other } = stores()
      const key = anApiKey()
      await store.apiKeys.insert(key)
      const namesake = anApiKey({ name: key.name })
      expect(await other.apiKeys.insert(namesake)).toBe(false)
      await store.apiKeys.revoke(key.name, NOW)
      expect(await other.apiKeys.insert(namesake)).toBe(false)
      expect(await other.apiKeys.findUsable(namesake.secretHash)).toBeNull()
    })

    it('is revoked once, and not found any more', async () => {
      const { store, other } = stores()
      const [key, kept] = [anApiKey({ name: 'b' }), anApiKey({ name: 'a' })]
      for (const each of [key, kept]) await store.apiKeys.insert(each)
      const revoked = { ...key, revokedAt: inSeconds(5) }
      expect(await other.apiKeys.revoke(key.name, inSeconds(5))).toEqual(revoked)
      expect(await store.apiKeys.revoke(key.name, inSeconds(9))).toBeNull()
      expect(await store.apiKeys.revoke('nobody', inSeconds(9))).toBeNull()
      expect(await store.apiKeys.findUsable(key.secretHash)).toBeNull()
      expect(await store.apiKeys.findUsable(kept.secretHash)).toEqual(kept)
      expect(await store.apiKeys.list()).toEqual([kept, revoked])
    })
  })
}

function anApiKey(changes: Partial<ApiKeyRecord> = {}): ApiKeyRecord {
  const id = randomUUID()
  return {
    id,
    name: `bot-${id}`,
    secretHash: `hash-${id}`,
    permissions: { actions: ['read'], appIds: ['cli_a'], scopes: ['a:b'], people: ['*'] },
    createdAt: NOW,
    revokedAt: null,
    ...changes,
  }
}
