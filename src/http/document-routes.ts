import { Router } from 'express'
import { docsPage } from './pages/docs-page.ts'
import { mountRoute } from './route.ts'
import { openApi } from './v1/openapi.ts'

/** Creates the routes that describe the API: for programs, and for people. */
export function createDocumentRoutes({ version }: { version: string }): Router {
  const document = once(() => openApi(version))
  const page = once(() => docsPage(version))
  const router = Router()
  mountRoute(router, '/openapi.json', {
    get: (_request, response) => response.json(document()),
  })
  mountRoute(router, '/docs', {
    get: (_request, response) => response.type('html').send(page()),
  })
  return router
}

/** Most starts never serve a document, so none is written before it is asked for. */
function once<T>(write: () => T): () => T {
  let written: { value: T } | null = null
  return () => {
    written ??= { value: write() }
    return written.value
  }
}
