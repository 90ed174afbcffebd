import type { EndGrant } from './end-grant.ts'
import type { EventSink } from './events.ts'
import type { Grant } from './grant.ts'
import type { RevocationReason, RevocationSource } from './grant-events.ts'
import type { Clock, Store } from './ports.ts'
import type { Revocation } from './revocation.ts'
import type { TellRevocation } from './tell-revocation.ts'
import type { UnsavedPairs } from './unsaved-pairs.ts'
import type { GrantKey } from './upkeep.ts'

/** What a revocation came to: Feishu knows, Feishu will be told again until it answers, or there was no grant. */
export type Revoked = 'told' | 'not_told_yet' | 'nothing'

/** Ends grants, from here and from Feishu's side. */
export interface RevokeGrant {
  /** Deletes here and revokes at Feishu. An outage of Feishu does not keep a token here, and Feishu is told until it answers. */
  here(key: GrantKey, source: 'user' | 'admin'): Promise<Revoked>
  /**
   * Takes note that Feishu ended the grant: marked, never deleted. False when this version has nothing left to end, or is
   * not stored any more.
   */
  toldByFeishu(grant: Grant, reason: RevocationReason): Promise<boolean>
}

type Neighbours = {
  store: Pick<Store, 'grants' | 'upkeeps'>
  clock: Clock
  events: EventSink
  endGrant: EndGrant
  tellRevocation: TellRevocation
  unsaved: Pick<UnsavedPairs, 'withhold'>
}

/** Waiters and cards follow Feishu, but for so long at most. */
const PATIENCE_MS = 1000

/** Creates the use cases of revocation. */
export function createRevokeGrant(neighbours: Neighbours): RevokeGrant {
  const { store, clock, events, endGrant, tellRevocation, unsaved } = neighbours

  return {
    async here(key, source) {
      // Gone here first: no caller may get a token that is about to die.
      const ended = await endGrant(key, source)
      if (!ended) return 'nothing'
      const telling = tellFeishu(ended.revocations)
      const isOver = new AbortController()
      await Promise.race([telling, clock.sleep(PATIENCE_MS, isOver.signal)])
      isOver.abort()
      events.emit(grantRevoked(ended.grant, source, source))
      return (await telling) ? 'told' : 'not_told_yet'
    },
    async toldByFeishu(grant, reason) {
      const ended = await store.grants.end(grant, clock.now(), grant)
      if (!ended) return false
      unsaved.withhold(grant)
      const { appId, openId, version } = ended
      const mark = { status: 'revoked', reason: 'revoked', version, at: clock.now() } as const
      await store.upkeeps.mark({ appId, openId }, mark)
      events.emit(grantRevoked(ended, 'upstream_event', reason))
      return true
    },
  }

  /** What fails is told again by the sweep of revocations, from the database. */
  async function tellFeishu(revocations: readonly Revocation[]): Promise<boolean> {
    let isTold = true
    for (const revocation of revocations) {
      const { appId, openId } = revocation
      const told = await tellRevocation(revocation).catch((error: unknown) => ({
        isDone: false as const,
        error,
      }))
      if (told.isDone) continue
      isTold = false
      if (told.error) events.emit({ type: 'revocation_not_told', appId, openId, error: told.error })
    }
    return isTold
  }
}

/** The event of a grant that has ended. */
export function grantRevoked(
  { appId, openId, sessionId }: Pick<Grant, 'appId' | 'openId' | 'sessionId'>,
  source: RevocationSource,
  reason: RevocationReason,
) {
  return { type: 'grant_revoked', appId, openId, sessionId, source, reason } as const
}
