import { type NextFunction, type Request, type Response, Router } from 'express'
import type { SentAgain } from '../auth/send-again.ts'
import {
  AuthorizationInProgressError,
  AuthSessionNotFoundError,
  StoreUnavailableError,
  TooManyCardsError,
} from '../errors.ts'
import { createBrowserCookie } from './browser-cookie.ts'
import type { HttpNeighbours } from './http-neighbours.ts'
import { type ChosenPage, pageOfEnded, pageOfOutcome } from './page-of-outcome.ts'
import { parseCallback } from './parse-callback.ts'
import { HttpProblem } from './problem.ts'
import { problemOfError } from './problem-of-error.ts'
import { limitRate, type RateLimits } from './rate-limits.ts'
import { factsOf } from './request-facts.ts'
import { mountRoute } from './route.ts'
import { createShowPage } from './show-page.ts'

type Neighbours = Pick<
  HttpNeighbours,
  'auth' | 'clock' | 'appLink' | 'appName' | 'brandOf' | 'consoleUrl' | 'onRateLimited'
> & { rateLimits: RateLimits }

/** Creates the routes that people open in a browser: the card's link, the callback, and "Send me a new card". */
export function createPageRoutes(neighbours: Neighbours): Router {
  const { auth, clock, onRateLimited } = neighbours
  const { windowSeconds, authLinks, newCards, callbacks } = neighbours.rateLimits
  const showPage = createShowPage(neighbours)
  const cookie = createBrowserCookie(auth.apps.all)
  const router = Router()

  mountRoute(router, '/auth/{ticket}', {
    before: [limited(authLinks)],
    async get(request, response) {
      const { ticket } = request.params
      const opened = await auth.openLink({ ticket, browserSecret: cookie.read(request) })
      switch (opened.kind) {
        case 'redirect':
          factsOf(response).sessionId = opened.session.id
          cookie.write(response, auth.apps.resolve(opened.session.appId), opened.browserSecret)
          // No body: the usual one would repeat the address, and with it the state.
          return response.status(302).location(opened.authorizeUrl.href).end()
        case 'ended':
          return showPage(request, response, pageOfEnded(opened.session, clock.now()))
        case 'unknown':
          return showPage(request, response, { name: 'link_unknown', status: 404, session: null })
      }
    },
  })

  mountRoute(router, '/auth/{ticket}/card', {
    before: [limited(newCards)],
    // Whoever reloads the answer to the button comes back to the link itself.
    get: (request, response) =>
      response.redirect(303, `../${encodeURIComponent(ticketOf(request))}`),
    async post(request, response) {
      const sent = await auth.sendAgain(request.params.ticket)
      showPage(request, response, pageOfSentAgain(sent, clock.now()))
    },
  })

  mountRoute(router, '/callback', {
    before: [limited(callbacks)],
    async get(request, response) {
      if (Object.keys(request.query).length === 0) {
        return showPage(request, response, { name: 'see_card', status: 400, session: null })
      }
      const callback = parseCallback(request.query, cookie.read(request), pathOf(request))
      const outcome = await auth.completeAuthorization(callback)
      showPage(request, response, pageOfOutcome(outcome, clock.now()))
    },
  })

  router.use(showFault)
  return router

  function limited(limit: number) {
    return limitRate({ limit, windowSeconds, onRateLimited })
  }

  /** Express tells error handlers by their four parameters. */
  function showFault(error: unknown, request: Request, response: Response, next: NextFunction) {
    const { endpoint } = factsOf(response)
    if (response.headersSent || endpoint === 'unmatched') return next(error)
    if (error instanceof HttpProblem && error.code !== 'rate_limited') return next(error)
    factsOf(response).error = error
    if (error instanceof TooManyCardsError) onRateLimited(endpoint)
    response.set(problemOfError(error).headers)
    showPage(request, response, pageOfFault(error))
  }
}

/** As the browser asked for it, the prefix included. */
function pathOf({ baseUrl, path }: Request): string {
  return `${baseUrl}${path}`.replace(/(?<=.)\/$/, '')
}

function ticketOf(request: Request): string {
  const { ticket } = request.params
  return typeof ticket === 'string' ? ticket : ''
}

function pageOfSentAgain(sent: SentAgain, now: Date): ChosenPage {
  switch (sent.kind) {
    case 'sent':
      return { name: 'card_sent', status: 200, session: sent.session }
    case 'already_sent':
      return { name: 'card_waiting', status: 200, session: sent.session }
    case 'not_needed':
      return { ...pageOfEnded(sent.session, now), status: 200 }
    case 'unknown':
      return { name: 'link_unknown', status: 404, session: null }
  }
}

function pageOfFault(error: unknown): ChosenPage {
  if (error instanceof HttpProblem || error instanceof TooManyCardsError) {
    return { name: 'too_many', status: 429, session: null }
  }
  if (error instanceof AuthSessionNotFoundError) {
    return { name: 'link_unknown', status: 404, session: null }
  }
  if (error instanceof AuthorizationInProgressError) {
    return { name: 'card_waiting', status: 409, session: null }
  }
  const status = error instanceof StoreUnavailableError ? 503 : 500
  return { name: 'our_fault', status, session: null }
}
