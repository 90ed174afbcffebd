import { allowInsecureRequests, customFetch } from 'oauth4webapi'
import { type FeishuApp, isLoopback } from './hosts.ts'
import type { FeishuHttp } from './http-client.ts'
import { createOAuthFetch, type OAuthApiName } from './oauth-fetch.ts'

/** Feishu as the OAuth library knows it (RFC 8414 §2). */
export function authorizationServer({ endpoints }: FeishuApp) {
  return {
    issuer: endpoints.accounts,
    token_endpoint: endpoints.tokenUrl,
    revocation_endpoint: `${endpoints.accounts}/oauth/v1/revoke`,
  }
}

/** How the OAuth library calls out; over plain http to this machine alone. */
export function requestOptions(http: FeishuHttp, url: string, apiName: OAuthApiName) {
  return {
    [customFetch]: createOAuthFetch(http, apiName),
    [allowInsecureRequests]: isLoopback(url),
  }
}
