import { Router } from 'express'
import type { HttpNeighbours } from './http-neighbours.ts'
import { createRouter } from './router.ts'

/** The paths that people open; nothing else of a bot's own Express app is touched. */
const PAGES = /^\/(?:callback|auth\/[^/]+(?:\/card)?)\/?$/

/** Creates the pages alone, for a bot's own Express app: every other request passes through untouched. */
export function createEmbeddedRouter(neighbours: HttpNeighbours): Router {
  const { pathPrefixes = [] } = neighbours
  const pages = createRouter(neighbours)
  const router = Router()
  router.use((request, response, next) => {
    const { path } = request
    const prefix = pathPrefixes.find((each) => path.startsWith(`${each}/`)) ?? ''
    const own = path.slice(prefix.length)
    if (PAGES.test(own)) pages(request, response, next)
    else next()
  })
  return router
}
