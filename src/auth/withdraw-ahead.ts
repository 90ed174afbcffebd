import { AuthorizationInProgressError, SessionNotPendingError } from '../errors.ts'
import type { Background } from './background.ts'
import type { AuthListener } from './events.ts'
import type { InvalidateSession } from './invalidate-session.ts'
import type { Store } from './ports.ts'
import type { GrantKey } from './upkeep.ts'

type Neighbours = {
  store: Pick<Store, 'sessions'>
  background: Background
  invalidateSession: InvalidateSession
}

/** Creates the listener that withdraws a card asked ahead of time once the grant it would renew has ended before. */
export function createWithdrawAhead(neighbours: Neighbours): AuthListener {
  const { store, background, invalidateSession } = neighbours

  return (event) => {
    if (event.type !== 'grant_revoked' && event.type !== 'grant_finished') return
    // What cannot be refreshed works until the end that the card tells of.
    if (event.reason === 'no_refresh_token') return
    const { appId, openId } = event
    background.run(() => withdraw({ appId, openId }))
  }

  async function withdraw({ appId, openId }: GrantKey): Promise<void> {
    const pending = await store.sessions.findPending(appId, openId)
    if (!pending?.grantEndsAt) return
    await invalidateSession(pending.id).catch((error: unknown) => {
      // They have just answered it.
      const isAnswered =
        error instanceof SessionNotPendingError || error instanceof AuthorizationInProgressError
      if (!isAnswered) throw error
    })
  }
}
