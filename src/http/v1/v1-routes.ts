import { json, type RequestHandler, Router } from 'express'
import type { HttpNeighbours } from '../http-neighbours.ts'
import { createFailureLimit, limitRate, type RateLimits } from '../rate-limits.ts'
import { factsOf } from '../request-facts.ts'
import { createAnswerOnce } from './answer-once.ts'
import { authenticate } from './authenticate.ts'
import { createGate } from './gate.ts'
import { mountSessionRoutes } from './session-routes.ts'
import { mountTokenRoutes } from './token-routes.ts'

type Neighbours = Pick<
  HttpNeighbours,
  | 'auth'
  | 'listSessions'
  | 'access'
  | 'idempotency'
  | 'log'
  | 'onRateLimited'
  | 'onTokenDenied'
  | 'shutdown'
> & { rateLimits: RateLimits }

/** Creates the routes of the API for bots. */
export function createV1Routes(neighbours: Neighbours): Router {
  const { auth, access, onRateLimited, rateLimits } = neighbours
  const failures = createFailureLimit({
    limit: rateLimits.apiKeyFailures,
    windowSeconds: rateLimits.windowSeconds,
    onRateLimited,
  })
  const guard = authenticate(access, failures)
  const router = Router()
  // Only JSON is ever sent here, whatever a forgotten header calls it.
  const before = [
    guard,
    limitChanges(rateLimits, onRateLimited),
    json({ limit: '64kb', type: () => true }),
  ]
  const once = createAnswerOnce(neighbours)
  const gate = createGate({
    apps: auth.apps,
    ...access,
    onTokenDenied: neighbours.onTokenDenied,
  })
  mountTokenRoutes(router, before, once, gate, neighbours)
  mountSessionRoutes(router, before, once, gate, neighbours)
  return router
}

/** Counts by the name of the API key, behind the guard, and only what changes something. */
function limitChanges(
  { apiChanges, windowSeconds }: RateLimits,
  onRateLimited: HttpNeighbours['onRateLimited'],
): RequestHandler {
  return limitRate(
    { limit: apiChanges, windowSeconds, onRateLimited },
    {
      keyOf: (response) => factsOf(response).client ?? '',
      isFree: ({ method }, response) =>
        method === 'GET' || method === 'HEAD' || factsOf(response).endpoint === '/v1/tokens',
    },
  )
}
