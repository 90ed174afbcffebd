import { createHash } from 'node:crypto'
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
}): RequestHandler[] {
  return [
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
    (_request, response, next) => {
      response.set('Cache-Control', 'no-store')
      response.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=()')
      next()
    },
  ]
}

/** The source expression of an inline style or script (CSP 3 §2.3.1). */
function cspHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`
}
