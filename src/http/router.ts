import { Router } from 'express'
import { createDocumentRoutes } from './document-routes.ts'
import { createHealthRoutes } from './health-routes.ts'
import type { HttpNeighbours } from './http-neighbours.ts'
import { observeRequests } from './observe-requests.ts'
import { createPageRoutes } from './page-routes.ts'
import { HttpProblem } from './problem.ts'
import { DEFAULT_RATE_LIMITS } from './rate-limits.ts'
import { securityHeaders } from './security-headers.ts'
import { sendProblems } from './send-problem.ts'
import { createV1Routes } from './v1/v1-routes.ts'

/** Creates every public route, to be served alone or mounted in a bot's own Express app. */
export function createRouter(neighbours: HttpNeighbours): Router {
  const rateLimits = { ...DEFAULT_RATE_LIMITS, ...neighbours.rateLimits }
  const pages = createPageRoutes({ ...neighbours, rateLimits })
  const router = Router()
  router.use(observeRequests(neighbours))
  router.use(securityHeaders(neighbours.auth.apps))
  // First what is asked most often: each route that a request passes on its way is one more path to compare.
  router.use(createV1Routes({ ...neighbours, rateLimits }))
  router.use(createHealthRoutes(neighbours))
  router.use(createDocumentRoutes(neighbours))
  router.use(pages)
  for (const prefix of neighbours.pathPrefixes ?? []) router.use(prefix, pages)
  router.use(() => {
    throw new HttpProblem('not_found', 'There is nothing at this address. See /docs.')
  })
  router.use(sendProblems(neighbours))
  return router
}
