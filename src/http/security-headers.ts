import { createHash } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { RequestHandler } from 'express'
import helmet from 'helmet'
import type { Apps } from '../auth/apps.ts'
import { isHttps } from './browser-cookie.ts'
import { DOCS_STYLE } from './pages/docs-page.ts'
import { PAGE_SCRIPT } from './pages/page-script.ts'
import { PAGE_STYLE } from './pages/page-style.ts'

/** A header and its value. */
export type HeaderPair = readonly [name: string, value: string]

/** Creates the middleware that sets the headers of every answer. */
export function securityHeaders(apps: Apps): RequestHandler {
  const pairs = headersOfAnswers(apps)
  return (_request, response, next) => {
    response.removeHeader('X-Powered-By')
    for (const [name, value] of pairs) response.setHeader(name, value)
    next()
  }
}

/** The headers of every answer: nothing may be loaded, framed or kept, and only our inline styles and one script may run. */
export function headersOfAnswers(apps: Apps): readonly HeaderPair[] {
  const headers = headersSetBy(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'none'"],
          'style-src': [PAGE_STYLE, DOCS_STYLE].map(cspHash),
          'script-src': [PAGE_SCRIPT].map(cspHash),
          'img-src': ['data:'],
          'form-action': ["'self'"],
          'base-uri': ["'none'"],
          'frame-ancestors': ["'none'"],
        },
      },
      referrerPolicy: { policy: 'no-referrer' },
      // On http it is ignored, and wrong on localhost.
      strictTransportSecurity: apps.all.some(isHttps)
        ? { maxAge: 31_536_000, includeSubDomains: false }
        : false,
      xFrameOptions: { action: 'deny' },
    }),
  )
  headers.setHeader('Cache-Control', 'no-store')
  headers.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=()')
  return Object.entries(headers.getHeaders()).map(([name, value]) => [name, String(value)])
}

/** What helmet sets is the same for every answer, so it is asked once; its thirteen handlers then need not run each time. */
function headersSetBy(handler: ReturnType<typeof helmet>): ServerResponse {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  handler(request, response, (error) => {
    if (error) throw error
  })
  return response
}

/** The source expression of an inline style or script (CSP 3 §2.3.1). */
function cspHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`
}
