import type { Clock } from '../auth/ports.ts'
import type { FeishuApp } from './hosts.ts'
import type { FeishuHttp } from './http-client.ts'
import type { Cache } from './sdk.ts'

/** The tenant access token of one app: one request at a time, however many ask. */
export interface TenantTokens {
  /** @throws {WireError} when Feishu gives none. */
  current(): Promise<string>
  /** Forgets this token, which Feishu has refused; a newer one stays. */
  drop(token: string): void
  /**
   * The SDK's cache, which never misses: asked for a token it fetches one here. The SDK's own way sends one request per
   * cold caller (larksuite/node-sdk#182), shares tokens between clients and keeps a refused token for two hours.
   */
  asSdkCache(): Cache
}

/** A token in its last three minutes is not handed out any more, as in the SDK. */
const MARGIN_MS = 3 * 60 * 1000

/**
 * Creates the tenant tokens of one app
 * (https://open.feishu.cn/document/server-docs/authentication-management/access-token/tenant_access_token_internal).
 */
export function createTenantTokens(neighbours: {
  app: FeishuApp
  http: FeishuHttp
  clock: Clock
}): TenantTokens {
  const { app, http, clock } = neighbours
  let held: { token: string; goodUntil: number } | null = null
  let fetching: Promise<string> | null = null

  return {
    current,
    drop(token) {
      if (held?.token === token) held = null
    },
    asSdkCache() {
      const others = new Map<string, unknown>()
      return {
        async get(key) {
          return isTenantToken(key) ? current() : others.get(key.toString())
        },
        async set(key, value) {
          if (!isTenantToken(key)) others.set(key.toString(), value)
          return true
        },
      }
    },
  }

  async function current(): Promise<string> {
    if (held && held.goodUntil > clock.now().getTime()) return held.token
    fetching ??= fetchToken().finally(() => {
      fetching = null
    })
    return fetching
  }

  async function fetchToken(): Promise<string> {
    const { body } = await http.send({
      apiName: 'tenant_token',
      method: 'POST',
      url: `${app.endpoints.api}/open-apis/auth/v3/tenant_access_token/internal`,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ app_id: app.appId, app_secret: app.appSecret }),
      isExpected: ({ tenant_access_token: token }) => typeof token === 'string' && token !== '',
    })
    const token = String(body.tenant_access_token)
    const expire = typeof body.expire === 'number' ? body.expire : 0
    held = { token, goodUntil: clock.now().getTime() + expire * 1000 - MARGIN_MS }
    return token
  }
}

function isTenantToken(key: string | symbol | { toString(): string }): boolean {
  return key.toString() === 'Symbol(tenant-access-token)'
}
