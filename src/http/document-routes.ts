import { Router } from 'express'
import { docsPage } from './pages/docs-page.ts'
import { mountRoute } from './route.ts'
import { openApi } from './v1/openapi.ts'

/** Creates the routes that describe the API: for programs, and for people. */
export function createDocumentRoutes({ version }: { version: string }): Router {
  const document = openApi(version)
  const page = docsPage(version)
  const router = Router()
  mountRoute(router, '/openapi.json', {
    get: (_request, response) => response.json(document),
  })
  mountRoute(router, '/docs', {
    get: (_request, response) => response.type('html').send(page),
  })
  return router
}
