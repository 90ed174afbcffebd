import { parseCookie } from 'cookie'
import type { Request, Response } from 'express'
import type { AppSettings } from '../auth/ports.ts'

/** The cookie that ties a browser to the attempt it began; it guards a denial, which carries no identity. */
export interface BrowserCookie {
  read(request: Request): unknown
  write(response: Response, app: AppSettings, secret: string): void
}

/** The prefix makes browsers refuse it from a neighbouring host or over http (RFC 6265bis §4.1.3.2). */
const SECURE_NAME = '__Host-feishu_card_auth'
const LOOPBACK_NAME = 'feishu_card_auth'
/** As long as an attempt can live. */
const LIFETIME_MS = 600_000

/** Creates the reader and writer of the browser's cookie; the scheme of the redirect URI picks its name. */
export function createBrowserCookie(apps: readonly AppSettings[]): BrowserCookie {
  // Where every app is on https, a cookie without the prefix proves nothing and is not read.
  const names = [...new Set(apps.map(nameFor))]
  return {
    read(request) {
      const cookies = parseCookie(request.headers.cookie ?? '')
      return names.map((name) => cookies[name]).find((value) => value !== undefined)
    },
    write(response, app, secret) {
      const name = nameFor(app)
      response.cookie(name, secret, {
        httpOnly: true,
        secure: name === SECURE_NAME,
        sameSite: 'lax',
        path: '/',
        maxAge: LIFETIME_MS,
      })
    },
  }
}

function nameFor(app: AppSettings): string {
  return isHttps(app) ? SECURE_NAME : LOOPBACK_NAME
}

/** Tells whether people reach this app's callback over https. */
export function isHttps(app: AppSettings): boolean {
  return new URL(app.redirectUri).protocol === 'https:'
}
