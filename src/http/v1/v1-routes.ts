import { json, Router } from 'express'
import type { HttpNeighbours } from '../http-neighbours.ts'
import { createFailureLimit, type RateLimits } from '../rate-limits.ts'
import { authenticate } from './authenticate.ts'
import { mountSessionRoutes } from './session-routes.ts'
import { mountTokenRoutes } from './token-routes.ts'

type Neighbours = Pick<
  HttpNeighbours,
  'auth' | 'listSessions' | 'apiKeys' | 'onRateLimited' | 'shutdown'
> & { rateLimits: RateLimits }

/** Creates the routes of the API for bots. */
export function createV1Routes(neighbours: Neighbours): Router {
  const { apiKeys, onRateLimited, rateLimits } = neighbours
  const failures = createFailureLimit({
    limit: rateLimits.apiKeyFailures,
    windowSeconds: rateLimits.windowSeconds,
    onRateLimited,
  })
  const guard = authenticate(apiKeys, failures)
  const router = Router()
  // Only JSON is ever sent here, whatever a forgotten header calls it.
  const before = [guard, json({ limit: '64kb', type: () => true })]
  mountSessionRoutes(router, before, neighbours)
  mountTokenRoutes(router, before, neighbours)
  return router
}
