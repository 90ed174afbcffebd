import { isIPv4 } from 'node:net'

/** Where one brand of Feishu answers; no URL ends in a slash. */
export type FeishuEndpoints = {
  /** The SDK's domain: APIs and the discovery of the long connection. */
  api: string
  /** The authorize page and the revocation endpoint. */
  accounts: string
  /** Where codes are exchanged; see `resolveEndpoints` for the choice of version. */
  tokenUrl: string
  /** Links that open inside the Feishu client. */
  appLink: string
  /** The developer console. */
  console: string
}

/** One configured app with everything needed to talk to Feishu in its name. */
export type FeishuApp = {
  appId: string
  appSecret: string
  brand: 'feishu' | 'lark'
  /** Exactly as registered in the developer console. */
  redirectUri: string
  endpoints: FeishuEndpoints
}

const HOSTS = {
  feishu: {
    api: 'https://open.feishu.cn',
    accounts: 'https://accounts.feishu.cn',
    appLink: 'https://applink.feishu.cn',
  },
  lark: {
    api: 'https://open.larksuite.com',
    accounts: 'https://accounts.larksuite.com',
    appLink: 'https://applink.larksuite.com',
  },
} as const

/**
 * The endpoints of a brand, with overrides for a local Feishu or a reverse proxy.
 *
 * The token endpoint defaults to v2 on both brands: v3 with PKCE was seen failing with 20049, and PKCE is always sent here
 * (https://open.feishu.cn/document/authentication-management/access-token/get-user-access-token).
 */
export function resolveEndpoints(options: {
  brand: 'feishu' | 'lark'
  apiBaseUrl?: string | undefined
  accountsBaseUrl?: string | undefined
  tokenUrl?: string | undefined
  appLinkBaseUrl?: string | undefined
}): FeishuEndpoints {
  const hosts = HOSTS[options.brand]
  const api = withoutSlash(options.apiBaseUrl ?? hosts.api)
  return {
    api,
    accounts: withoutSlash(options.accountsBaseUrl ?? hosts.accounts),
    tokenUrl: options.tokenUrl ?? `${api}/open-apis/authen/v2/oauth/token`,
    appLink: withoutSlash(options.appLinkBaseUrl ?? hosts.appLink),
    // The console has no override: it is a place for people, and a local Feishu has none.
    console: hosts.api,
  }
}

/** Tells whether a URL points at this very machine. */
export function isLoopback(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  // The parser has written addresses in their one form, such as 127.0.0.1 for 127.1.
  const isThisAddress = host === '::1' || (isIPv4(host) && host.startsWith('127.'))
  return isThisAddress || host === 'localhost' || host.endsWith('.localhost')
}

// The SDK joins domain and path by hand: a trailing slash would ask for `//open-apis/…`.
function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
