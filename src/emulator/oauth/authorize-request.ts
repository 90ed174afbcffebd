import type { EmulatedApp } from '../cast.ts'
import type { AuthorizationCode } from './oauth-ledger.ts'

/** An authorize request Feishu would show a consent page for. */
export type AuthorizeRequest = {
  redirectUri: string
  scopes: string[]
  /** Null when it was not sent: then the redirect carries none. */
  state: string | null
  challenge: AuthorizationCode['challenge']
}

/** A failure Feishu shows on its page, without a redirect; `scopes` are those at fault. */
export type PageError = { pageError: number; scopes: string[] }

const longestScopeList = 50
// Names without a colon are rare; anything else without one is not a scope.
const bareScopes = ['offline_access', 'user_profile']

/**
 * Checks the query of the authorize page.
 * See https://open.feishu.cn/document/common-capabilities/sso/api/obtain-oauth-code
 */
export function parseAuthorizeRequest(
  query: URLSearchParams,
  app: EmulatedApp,
): AuthorizeRequest | PageError {
  const clientId = query.get('client_id')
  const redirectUri = query.get('redirect_uri')
  if (!clientId || !redirectUri || !query.get('response_type')) return pageError(20001)
  if (clientId !== app.appId) return pageError(20048)
  if (!app.installed) return pageError(20009)
  if (!app.enabled) return pageError(20069)
  if (query.get('response_type') !== 'code') return pageError(20063)
  if (!isRegistered(redirectUri, app)) return pageError(20029)

  const scopes = (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  const malformed = scopes.filter((scope) => !isScopeName(scope))
  if (malformed.length > 0) return pageError(20043, malformed)
  if (scopes.length > longestScopeList) return pageError(20043)
  const notEnabled = scopes.filter((scope) => !app.scopes.includes(scope))
  if (notEnabled.length > 0) return pageError(20027, notEnabled)

  const challenge = parseChallenge(query)
  if (challenge === 'invalid') return pageError(20063)
  return { redirectUri, scopes: [...new Set(scopes)], state: query.get('state'), challenge }
}

/** Builds the redirect of a decision; a `#fragment` of the redirect URL stays behind the query. */
export function redirectWith(redirectUri: string, params: Record<string, string>): string {
  const [address = '', ...fragment] = redirectUri.split('#')
  const joint = address.includes('?') ? '&' : '?'
  const query = new URLSearchParams(params).toString()
  return [`${address}${joint}${query}`, ...fragment].join('#')
}

function pageError(code: number, scopes: string[] = []): PageError {
  return { pageError: code, scopes }
}

function isRegistered(redirectUri: string, app: EmulatedApp): boolean {
  const [address = ''] = redirectUri.split('#')
  if (app.redirectUris.length > 0) return app.redirectUris.includes(address)
  if (!URL.canParse(address)) return false
  const { protocol, hostname, pathname } = new URL(address)
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
  return /^https?:$/.test(protocol) && isLoopback && pathname.endsWith('/callback')
}

function isScopeName(scope: string): boolean {
  return bareScopes.includes(scope) || /^[a-z][\w.]*(:[\w.-]+)+$/i.test(scope)
}

function parseChallenge(query: URLSearchParams): AuthorizationCode['challenge'] | 'invalid' {
  const value = query.get('code_challenge')
  if (value === null) return null
  const method = query.get('code_challenge_method') ?? 'plain'
  if (method !== 'S256' && method !== 'plain') return 'invalid'
  return /^[A-Za-z0-9\-._~]{43,128}$/.test(value) ? { value, method } : 'invalid'
}
