import type { Background } from './background.ts'
import type { AuthListener } from './events.ts'
import type { RevocationReason } from './grant-events.ts'
import type { Clock, Store } from './ports.ts'
import type { CardLook } from './session.ts'
import type { ShowCard } from './show-card.ts'

type Neighbours = {
  store: Pick<Store, 'sessions'>
  clock: Clock
  showCard: ShowCard
  background: Background
}

/** Creates the listener that turns the card of a grant grey once the grant has ended, whoever ended it. */
export function createShowRevocation(neighbours: Neighbours): AuthListener {
  const { store, clock, showCard, background } = neighbours
  return (event) => {
    if (event.type !== 'grant_revoked') return
    const { sessionId, reason } = event
    background.run(async () => {
      const wanted = await store.sessions.wantLook(sessionId, lookOf(reason), clock.now())
      if (wanted) await showCard.one(sessionId)
    })
  }
}

function lookOf(reason: RevocationReason): CardLook {
  switch (reason) {
    case 'user':
      return 'revoked:by_person'
    case 'admin':
      return 'revoked:by_admin'
    case 'risk':
    case 'restriction':
    case 'unknown':
      return 'revoked:by_feishu'
  }
}
