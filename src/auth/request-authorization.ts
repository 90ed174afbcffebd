import { FeishuUnavailableError } from '../errors.ts'
import type { AuthEvents } from './events.ts'
import type { AuthorizationRequest, OpenedSession, OpenSession } from './open-session.ts'
import type { Clock } from './ports.ts'
import type { ReadSession } from './read-session.ts'
import type { AuthSession } from './session.ts'
import type { ShowCard } from './show-card.ts'

/**
 * Asks a person for authorization: session first, then the card.
 * @throws {PersonUnreachableError} when no card can reach them; the session is then expired.
 * @throws {FeishuUnavailableError} when the card could not be sent now; it is sent as soon as Feishu answers again.
 * @throws {AppMisconfiguredError} when the app may not send cards.
 * @throws {AuthorizationInProgressError} when the person is completing a narrower request this instant.
 */
export type RequestAuthorization = (request: AuthorizationRequest) => Promise<OpenedSession>

type Neighbours = {
  openSession: OpenSession
  readSession: ReadSession
  showCard: ShowCard
  events: AuthEvents
  clock: Clock
}

/** So long a caller waits for somebody else's try at the same card. */
const OTHERS_TRY_MS = 3000

/** Creates the use case behind `POST /v1/sessions` and the library's `requestAuthorization`. */
export function createRequestAuthorization(neighbours: Neighbours): RequestAuthorization {
  const { openSession, readSession, showCard, events, clock } = neighbours
  return async (request) => {
    const { session, created } = await openSession(request)
    // A joined session whose card never went out (a crash, an outage) gets its card now.
    if (session.card.messageId !== null) return { session, created }
    const worked = nextWorkOn(session.id)
    const failed = await showCard.one(session.id)
    if (failed) throw failed.error
    const shown = await readSession(session.id)
    if (isSettled(shown)) return { session: shown, created }
    await worked
    const later = await readSession(session.id)
    if (isSettled(later)) return { session: later, created }
    throw new FeishuUnavailableError('upstream_5xx', { retryAfterSeconds: secondsUntilDue(later) })
  }

  /** Resolves when somebody here has tried to send this card, or after a while. */
  function nextWorkOn(id: string): Promise<void> {
    const tried = new AbortController()
    const unsubscribe = events.on((event) => {
      if (event.type === 'card_worked_on' && event.session.id === id) tried.abort()
    })
    return clock.sleep(OTHERS_TRY_MS, tried.signal).finally(unsubscribe)
  }

  function secondsUntilDue({ card }: AuthSession): number {
    const left = card.dueAt ? (card.dueAt.getTime() - clock.now().getTime()) / 1000 : 0
    return Math.max(1, Math.ceil(left))
  }
}

function isSettled(session: AuthSession): boolean {
  return session.card.messageId !== null || session.state !== 'pending'
}
