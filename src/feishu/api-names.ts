/** The calls we tell apart in metrics; everything else is `other`. Words to a person are `send_card` too: the same call. */
export type ApiName =
  | 'send_card'
  | 'update_card'
  | 'exchange_code'
  | 'refresh_token'
  | 'user_info'
  | 'revoke'
  | 'bot_info'
  | 'tenant_token'
  | 'ws_endpoint'
  | 'other'

/** What became of one call, for metrics. */
export type ApiStatus =
  | 'ok'
  | 'client_error'
  | 'server_error'
  | 'rate_limited'
  | 'timeout'
  | 'network'

/** Told once for every call to Feishu that ended. */
export type ApiObserver = (call: {
  apiName: ApiName
  status: ApiStatus
  seconds: number
  /** GET, POST, … */
  method: string
  host: string
  /** The path without anybody's id in it; null for calls we do not know. */
  template: string | null
  logId?: string
}) => void

/** Told once for every retry that is made. */
export type RetryObserver = (retry: {
  apiName: ApiName
  reason: 'rate_limited' | 'server_error' | 'network'
}) => void

const ROUTES: readonly { method: string; path: RegExp; name: ApiName }[] = [
  { method: 'POST', path: /\/open-apis\/im\/v1\/messages$/, name: 'send_card' },
  { method: 'PATCH', path: /\/open-apis\/im\/v1\/messages\/[^/]+$/, name: 'update_card' },
  { method: 'GET', path: /\/open-apis\/authen\/v1\/user_info$/, name: 'user_info' },
  { method: 'GET', path: /\/open-apis\/bot\/v3\/info$/, name: 'bot_info' },
  {
    method: 'POST',
    path: /\/open-apis\/auth\/v3\/tenant_access_token\/internal$/,
    name: 'tenant_token',
  },
  { method: 'POST', path: /\/callback\/ws\/endpoint$/, name: 'ws_endpoint' },
  { method: 'POST', path: /\/oauth\/v1\/revoke$/, name: 'revoke' },
]

/** The name of a call, from its method and path. */
export function apiNameOf(method: string, url: string): ApiName {
  const path = pathOf(url)
  const route = ROUTES.find((each) => each.method === method.toUpperCase() && each.path.test(path))
  return route?.name ?? 'other'
}

/** The path of a known call with a name in place of each id, without host and query. */
export function templateOf(apiName: ApiName, url: string): string | null {
  if (apiName === 'other') return null
  const path = pathOf(url)
  return apiName === 'update_card' ? path.replace(/[^/]+$/, '{message_id}') : path
}

/** The host of a URL; empty when it is none. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : ''
}

/** The path of a URL, without its host and query. */
export function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : (url.split(/[?#]/, 1)[0] ?? '')
}
