import type { Background } from './background.ts'
import { hashSecret, isSecret } from './one-time-secret.ts'
import type { OpenSession } from './open-session.ts'
import type { Clock, Store } from './ports.ts'
import type { ReadSession } from './read-session.ts'
import { type AuthSession, isOpen } from './session.ts'
import type { ShowCard } from './show-card.ts'

/** What asking for a new card from an old link leads to. */
export type SentAgain =
  | { kind: 'sent'; session: AuthSession }
  /** A newer request already waits in chat. */
  | { kind: 'already_sent'; session: AuthSession }
  /** There is nothing left to ask: it is completed, or it still waits. */
  | { kind: 'not_needed'; session: AuthSession }
  | { kind: 'unknown' }

/** Sends the person of an ended request a new card; the ticket is the proof that the caller saw the old one. */
export type SendAgain = (ticket: unknown) => Promise<SentAgain>

type Neighbours = {
  store: Store
  clock: Clock
  openSession: OpenSession
  readSession: ReadSession
  showCard: ShowCard
  background: Background
}

/** Creates the use case behind "Send me a new card" on a page. */
export function createSendAgain(neighbours: Neighbours): SendAgain {
  const { store, clock, openSession, readSession, showCard, background } = neighbours
  return async (ticket) => {
    const found = isSecret(ticket) && (await store.sessions.findByTicketHash(hashSecret(ticket)))
    if (!found) return { kind: 'unknown' }
    const session = await readSession(found.id)
    if (session.state === 'completed' || isOpen(session, clock.now())) {
      return { kind: 'not_needed', session }
    }
    const again = await openSession({ ...session, askedBy: 'person' })
    background.run(() => showCard.one(again.session.id))
    return { kind: again.created ? 'sent' : 'already_sent', session: again.session }
  }
}
