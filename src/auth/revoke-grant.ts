import type { EventSink } from './events.ts'
import type { Grant } from './grant.ts'
import type { RevocationReason, RevocationSource } from './grant-events.ts'
import type { Clock, OAuthClient, Store, TokenCipher } from './ports.ts'
import { accessTokenBinding, refreshTokenBinding } from './store-grant.ts'
import type { GrantKey } from './upkeep.ts'

/** Ends grants, from here and from Feishu's side. */
export interface RevokeGrant {
  /** Revokes at Feishu and deletes here; false when there was no grant. An outage of Feishu does not keep a token here. */
  here(key: GrantKey, source: RevocationSource): Promise<boolean>
  /** Takes note that Feishu ended the grant: marked, never deleted. */
  toldByFeishu(key: GrantKey, reason: RevocationReason): Promise<void>
}

type Neighbours = {
  store: Pick<Store, 'grants' | 'upkeeps'>
  cipher: TokenCipher
  oauth: OAuthClient
  clock: Clock
  events: EventSink
}

/** Creates the use cases of revocation. */
export function createRevokeGrant(neighbours: Neighbours): RevokeGrant {
  const { store, cipher, oauth, clock, events } = neighbours

  return {
    async here(key, source) {
      // Gone here first: no caller may get a token that is about to die.
      // Its marks and intents go before and after it: a new consent begins at version 1 again and must not meet them.
      await store.upkeeps.delete(key)
      const grant = await store.grants.delete(key)
      if (!grant) return false
      await store.upkeeps.delete(key)
      await revokeAtFeishu(grant).catch((error: unknown) => {
        events.emit({ type: 'revocation_not_told', ...key, error })
      })
      tell(grant, source, source === 'user' ? 'user' : 'admin')
      return true
    },
    async toldByFeishu(key, reason) {
      const grant = await store.grants.end(key, clock.now())
      if (!grant) return
      const { version } = grant
      const mark = { status: 'revoked', reason: 'revoked', version, at: clock.now() } as const
      await store.upkeeps.mark(key, mark)
      tell(grant, 'upstream_event', reason)
    },
  }

  /** The refresh token first: with it the whole grant ends (RFC 7009 §2.1); the access token lives on by itself. */
  async function revokeAtFeishu(grant: Grant): Promise<void> {
    const { appId, sealedRefreshToken, sealedAccessToken } = grant
    if (sealedRefreshToken !== null) {
      const token = cipher.open(sealedRefreshToken, refreshTokenBinding(grant))
      await oauth.revokeRefreshToken(appId, token)
    }
    await oauth.revokeAccessToken(appId, cipher.open(sealedAccessToken, accessTokenBinding(grant)))
  }

  function tell(grant: Grant, source: RevocationSource, reason: RevocationReason): void {
    const { appId, openId, sessionId } = grant
    events.emit({ type: 'grant_revoked', appId, openId, sessionId, source, reason })
  }
}
