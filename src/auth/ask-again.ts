import { TooManyCardsError } from '../errors.ts'
import type { Background } from './background.ts'
import type { AuthEvents } from './events.ts'
import { scopesToRenew } from './grant.ts'
import type { OpenSession } from './open-session.ts'
import type { Store } from './ports.ts'
import type { ShowCard } from './show-card.ts'
import type { GrantKey } from './upkeep.ts'

/** Begins to listen, and returns the function that ends it. */
export type AskAgain = () => () => void

type Neighbours = {
  store: Pick<Store, 'grants'>
  events: AuthEvents
  background: Background
  openSession: OpenSession
  showCard: Pick<ShowCard, 'one'>
}

/**
 * Creates the listener that asks a person again when their grant was lost by our doing: a crash came between spending a
 * refresh token and saving the new one. Told once for each grant, and asked once; any other end waits for the next caller.
 */
export function createAskAgain(neighbours: Neighbours): AskAgain {
  const { store, events, background, openSession, showCard } = neighbours

  return () =>
    events.on((event) => {
      if (event.type !== 'grant_finished' || event.reason !== 'lost_rotation') return
      const { appId, openId } = event
      background.run(() => ask({ appId, openId }))
    })

  async function ask({ appId, openId }: GrantKey): Promise<void> {
    const grant = await store.grants.find(appId, openId)
    if (!grant) return
    const { tenantKey } = grant
    const scopes = scopesToRenew(grant)
    try {
      const request = { appId, openId, scopes, tenantKey, askedBy: 'service' } as const
      const { session } = await openSession(request)
      await showCard.one(session.id)
    } catch (error) {
      // Whoever needs a token next asks them.
      if (!(error instanceof TooManyCardsError)) throw error
    }
  }
}
