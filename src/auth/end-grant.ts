import type { Grant } from './grant.ts'
import type { Clock, Store } from './ports.ts'
import type { Revocation, RevocationCause } from './revocation.ts'
import { revocationOf } from './revocation-of.ts'
import type { UnsavedPairs } from './unsaved-pairs.ts'
import type { GrantKey } from './upkeep.ts'

/** What was taken away here, and what Feishu has to be told of it. */
export type EndedGrant = { grant: Grant; revocations: readonly Revocation[] }

/**
 * Takes a stored grant away, once what Feishu has to be told is on disk; null when there is none, or when somebody else takes
 * it away. `isMeant` leaves out a consent that came later.
 */
export type EndGrant = (
  key: GrantKey,
  cause: RevocationCause,
  isMeant?: (grant: Grant) => boolean,
) => Promise<EndedGrant | null>

/** Longer than both calls to Feishu with their time-outs: so long a revocation is left to the process that puts it in. */
export const CLAIMED_MS = 60_000

/** Creates the step that ends a grant here; a crash after any statement is finished by the sweep of revocations. */
export function createEndGrant(neighbours: {
  store: Pick<Store, 'grants' | 'upkeeps' | 'revocations'>
  clock: Clock
  unsaved: Pick<UnsavedPairs, 'withhold'>
}): EndGrant {
  const { store, clock, unsaved } = neighbours

  return async (key, cause, isMeant = () => true) => {
    const revocations: Revocation[] = []
    for (;;) {
      const grant = await store.grants.find(key.appId, key.openId)
      if (!grant || !isMeant(grant)) break
      const dueAt = new Date(clock.now().getTime() + CLAIMED_MS)
      const revocation = revocationOf(grant, cause, dueAt)
      await store.revocations.put(revocation)
      revocations.push(revocation)
      // Its marks and intents go before and after it: a new consent begins at version 1 again and must not meet them.
      await store.upkeeps.delete(key)
      const ended = await store.grants.delete(key, grant)
      if (!ended) continue
      unsaved.withhold(key)
      await store.upkeeps.deleteOrphan(key)
      return { grant: ended, revocations }
    }
    await store.upkeeps.deleteOrphan(key)
    return null
  }
}
