import type { AppSettings } from './ports.ts'

/** Where a redirect says it comes from, and where it arrived. */
export type RedirectFacts = {
  /** The `iss` of RFC 9207, when the authorization server sends one. */
  issuer?: string | undefined
  /** The path it arrived at; a proxy may have taken a prefix off. */
  path?: string | undefined
}

/**
 * Tells whether a redirect came from another authorization server than the one the person was sent to (RFC 9700 §4.4): it names
 * another issuer, or it arrived at the redirect URI of another app. Its code must then go nowhere.
 */
export function isMixedUp(
  app: AppSettings,
  all: readonly AppSettings[],
  { issuer, path }: RedirectFacts,
): boolean {
  if (issuer !== undefined && app.issuers && !app.issuers.includes(originOf(issuer))) return true
  if (path === redirectPath(app)) return false
  return all.some((other) => redirectPath(other) === path)
}

function redirectPath({ redirectUri }: AppSettings): string {
  return new URL(redirectUri).pathname
}

function originOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).origin : ''
}
