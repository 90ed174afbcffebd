import type { Request, Response } from 'express'
import { type AuthSession, isOpen } from '../auth/session.ts'
import { TokenUnreadableError } from '../errors.ts'
import type { HttpNeighbours } from './http-neighbours.ts'
import type { ChosenPage } from './page-of-outcome.ts'
import { outcomePage, type PageAction } from './pages/outcome-page.ts'
import { pageLocale } from './pages/page-locale.ts'
import { factsOf } from './request-facts.ts'

/** Answers a request with a page. */
export type ShowPage = (request: Request, response: Response, page: ChosenPage) => void

type Neighbours = Pick<
  HttpNeighbours,
  'auth' | 'clock' | 'appLink' | 'appName' | 'brandOf' | 'consoleUrl'
>

/** Creates the answer that people see: the page in their language, with the one button that helps. */
export function createShowPage(neighbours: Neighbours): ShowPage {
  const { auth, clock, appLink, appName, brandOf, consoleUrl } = neighbours

  return (request, response, { name, status, session }) => {
    const facts = factsOf(response)
    facts.page = name
    facts.sessionId = session?.id ?? null
    const locale = pageLocale(session, request.acceptsLanguages())
    const appId = session?.appId ?? auth.apps.all[0]?.appId
    const isAdminsTurn = name === 'needs_admin'
    response
      .status(status)
      .set({ 'Content-Language': locale, Vary: 'Accept-Language' })
      .type('html')
      .send(
        outcomePage({
          name,
          locale,
          brand: appId === undefined ? 'feishu' : brandOf(appId),
          appName: session && appName(session.appId),
          backLink: appLink(session),
          action: session && actionFor(session, name),
          reference: isAdminsTurn || name === 'our_fault' ? facts.requestId : null,
          consoleLink: session && isAdminsTurn ? consoleUrl(session.appId) : null,
        }),
      )
  }

  /** While the session is open its own link works; once it ended without a grant, only a new card does. */
  function actionFor(session: AuthSession, name: ChosenPage['name']): PageAction | null {
    if (name === 'card_sent' || name === 'card_waiting' || session.state === 'completed')
      return null
    const path = linkPath(session)
    if (path === null) return null
    if (session.state !== 'pending' || !isOpen(session, clock.now())) {
      return { kind: 'new_card', path: `${path}/card` }
    }
    return { kind: name === 'still_open' ? 'go_on' : 'try_again', path }
  }

  /** Only the path: a person may have come by another name of this host, and `form-action` allows no other. */
  function linkPath(session: AuthSession): string | null {
    try {
      return new URL(auth.tickets.link(session)).pathname
    } catch (error) {
      // A page without its button is better than none; the sealed ticket is reported where it is drawn.
      if (error instanceof TokenUnreadableError) return null
      throw error
    }
  }
}
