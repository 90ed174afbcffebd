import { SessionNotPendingError } from '../errors.ts'
import type { FindFreshToken } from './fresh-token.ts'
import type { RevocationReason } from './grant-events.ts'
import type { InvalidateSession } from './invalidate-session.ts'
import type { Store } from './ports.ts'
import type { RevokeGrant } from './revoke-grant.ts'
import type { GrantKey } from './upkeep.ts'

/** What Feishu tells about the end of a grant; both may be told again. */
export interface GrantEndings {
  /** Tokens were ended at Feishu; without the refresh token the grant lives on with a new access token. */
  tokensRevoked(
    told: GrantKey & {
      tokens: 'access' | 'refresh' | 'both'
      reason: RevocationReason
      /** When it happened; null when nobody said. */
      at: Date | null
    },
  ): Promise<void>
  /**
   * A person may not use the app any more: their grant ends, and so does a request that waits for them.
   * @throws {AuthorizationInProgressError} while they are completing it this instant.
   */
  personLeft(told: GrantKey & { at: Date | null }): Promise<void>
}

type Neighbours = {
  store: Pick<Store, 'grants' | 'sessions'>
  revokeGrant: RevokeGrant
  findFreshToken: FindFreshToken
  invalidateSession: InvalidateSession
}

/** Feishu's clock and ours may differ by so much. */
const CLOCKS_APART_MS = 60_000

/** Creates the use cases behind the events that end grants; an event that comes late ends no newer consent. */
export function createGrantEndings(neighbours: Neighbours): GrantEndings {
  const { store, revokeGrant, findFreshToken, invalidateSession } = neighbours

  return {
    async tokensRevoked({ appId, openId, tokens, reason, at }) {
      const key = { appId, openId }
      if (!(await isAbout(key, at))) return
      if (tokens === 'access') await findFreshToken({ ...key, forceRefresh: true })
      else await revokeGrant.toldByFeishu(key, reason)
    },
    async personLeft({ appId, openId, at }) {
      const key = { appId, openId }
      if (await isAbout(key, at)) await revokeGrant.toldByFeishu(key, 'restriction')
      await withdrawRequest(key)
    },
  }

  /** Feishu repeats events for hours: what was granted after the event is not what ended. */
  async function isAbout({ appId, openId }: GrantKey, at: Date | null): Promise<boolean> {
    const grant = await store.grants.find(appId, openId)
    if (!grant) return false
    return at === null || grant.authorizedAt.getTime() <= at.getTime() + CLOCKS_APART_MS
  }

  async function withdrawRequest({ appId, openId }: GrantKey): Promise<void> {
    const pending = await store.sessions.findPending(appId, openId)
    if (!pending) return
    await invalidateSession(pending.id).catch((error: unknown) => {
      if (!(error instanceof SessionNotPendingError)) throw error
    })
  }
}
