import type { Grant } from './grant.ts'
import type { Store, TokenCipher } from './ports.ts'
import { accessTokenBinding } from './store-grant.ts'

/** Whether a token that was sealed with this key opens; null stands for grants not known to be sealed with one key. */
export type TriedKey = { keyId: string | null; grants: number; opens: boolean }

/** Opens one token of each key that has sealed any. */
export async function tryKeys({
  store,
  cipher,
}: {
  store: Pick<Store, 'grants'>
  cipher: Pick<TokenCipher, 'open'>
}): Promise<TriedKey[]> {
  const counts = await store.grants.countByKey()
  return Promise.all(
    counts.map(async ({ keyId, count }) => {
      const sample = await store.grants.list({ sealedWith: keyId, limit: 1 })
      return { keyId, grants: count, opens: sample.every(opens) }
    }),
  )

  function opens(grant: Grant): boolean {
    try {
      cipher.open(grant.sealedAccessToken, accessTokenBinding(grant))
      return true
    } catch {
      return false
    }
  }
}
