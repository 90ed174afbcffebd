import { createHash } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { RequestHandler } from 'express'
import helmet from 'helmet'

/**
 * Creates the headers of every answer: nothing may be loaded, framed or kept, and only the inline
 * styles and the one script named here may run.
 */
export function securityHeaders(options: {
  /** Whether people reach us over https; HSTS on http is ignored, and wrong on localhost. */
  isHttps: boolean
  styles: readonly string[]
  scripts: readonly string[]
}): RequestHandler {
  const headers = headersSetBy(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'none'"],
          'style-src': options.styles.map(cspHash),
          'script-src': options.scripts.map(cspHash),
          'img-src': ['data:'],
          'form-action': ["'self'"],
          'base-uri': ["'none'"],
          'frame-ancestors': ["'none'"],
        },
      },
      referrerPolicy: { policy: 'no-referrer' },
      strictTransportSecurity: options.isHttps
        ? { maxAge: 31_536_000, includeSubDomains: false }
        : false,
      xFrameOptions: { action: 'deny' },
    }),
  )
  headers.setHeader('Cache-Control', 'no-store')
  headers.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=()')
  const pairs = Object.entries(headers.getHeaders())
  return (_request, response, next) => {
    response.removeHeader('X-Powered-By')
    for (const [name, value] of pairs) if (value !== undefined) response.setHeader(name, value)
    next()
  }
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
