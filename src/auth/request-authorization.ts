import type { AuthorizationRequest, OpenedSession, OpenSession } from './open-session.ts'
import type { ReadSession } from './read-session.ts'
import type { ShowCard } from './show-card.ts'

/**
 * Asks a person for authorization: session first, then the card.
 * @throws {PersonUnreachableError} when no card can reach them; the session is then expired.
 * @throws {FeishuUnavailableError} when the card could not be sent now; it is sent as soon as Feishu answers again.
 * @throws {AppMisconfiguredError} when the app may not send cards.
 * @throws {TooManyCardsError} when another card would be one too many.
 * @throws {AuthorizationInProgressError} when the person is completing a narrower request this instant, or must first answer one
 * that does not fit together with this.
 */
export type RequestAuthorization = (request: AuthorizationRequest) => Promise<OpenedSession>

type Neighbours = { openSession: OpenSession; readSession: ReadSession; showCard: ShowCard }

/** Creates the use case behind `POST /v1/sessions` and the library's `requestAuthorization`. */
export function createRequestAuthorization(neighbours: Neighbours): RequestAuthorization {
  const { openSession, readSession, showCard } = neighbours
  return async (request) => {
    const { session, created } = await openSession({ ...request, askedBy: 'caller' })
    // A joined session whose card never went out (a crash, an outage) gets its card now.
    if (session.card.messageId !== null) return { session, created }
    const failed = await showCard.unsent(session.id)
    if (failed) throw failed.error
    return { session: await readSession(session.id), created }
  }
}
