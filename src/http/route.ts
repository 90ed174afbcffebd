import type { RequestHandler, Router } from 'express'
import type { Endpoint } from './endpoints.ts'
import { HttpProblem } from './problem.ts'
import { factsOf } from './request-facts.ts'

/** What a route answers to, in the order the handlers run. */
export type RouteHandlers = {
  /** Runs before every method of this route. */
  before?: readonly RequestHandler[]
  get?: RequestHandler
  post?: RequestHandler
  delete?: RequestHandler
}

/** Mounts one route: notes its pattern for logs and metrics, and refuses the methods it does not have. */
export function mountRoute(router: Router, endpoint: Endpoint, handlers: RouteHandlers): void {
  const { before = [], get, post, delete: remove } = handlers
  const route = router.route(endpoint.replace(/\{(\w+)\}/g, ':$1'))
  route.all(
    (_request, response, next) => {
      factsOf(response).endpoint = endpoint
      next()
    },
    ...before,
  )
  if (get) route.get(get)
  if (post) route.post(post)
  if (remove) route.delete(remove)
  const allowed = [
    ...(get ? ['GET', 'HEAD'] : []),
    ...(post ? ['POST'] : []),
    ...(remove ? ['DELETE'] : []),
  ].join(', ')
  route.all(() => {
    throw new HttpProblem('method_not_allowed', `This address answers ${allowed}.`, {
      headers: { allow: allowed },
    })
  })
}
