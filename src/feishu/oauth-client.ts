import {
  authorizationCodeGrantRequest,
  ClientSecretPost,
  processAuthorizationCodeResponse,
  revocationRequest,
  skipStateCheck,
  validateAuthResponse,
} from 'oauth4webapi'
import type { OAuthClient, TokenOwner } from '../auth/ports.ts'
import { FeishuUnavailableError, UnknownAppError } from '../errors.ts'
import type { Place } from './error-codes/error-code-row.ts'
import type { FeishuApp } from './hosts.ts'
import type { FeishuHttp } from './http-client.ts'
import { asRecord } from './judge-reply.ts'
import { authorizationServer, requestOptions } from './oauth-request.ts'
import { presentRefreshToken } from './present-refresh-token.ts'
import { parseTokenReply } from './token-reply.ts'
import { translateError } from './translate-error.ts'

/** Feishu refuses the page, without a redirect, when more are asked for (20027, 20043 and the like come there too). */
const MOST_SCOPES = 50

/**
 * Creates the OAuth side of Feishu (RFC 6749, RFC 7636, RFC 7009, RFC 9700).
 *
 * The client authenticates with `client_secret` in the form body alone: together with HTTP Basic Feishu answers 20070.
 */
export function createOAuthClient(neighbours: {
  apps: readonly FeishuApp[]
  http: FeishuHttp
}): OAuthClient {
  const { apps, http } = neighbours
  const byId = new Map(apps.map((app) => [app.appId, app]))

  return {
    authorizeUrl({ appId, scopes, state, codeChallenge }) {
      const { redirectUri, endpoints } = appOf(appId)
      const url = new URL(`${endpoints.accounts}/open-apis/authen/v1/authorize`)
      url.searchParams.set('client_id', appId)
      url.searchParams.set('response_type', 'code')
      url.searchParams.set('redirect_uri', redirectUri)
      url.searchParams.set('scope', [...new Set(scopes)].slice(0, MOST_SCOPES).join(' '))
      url.searchParams.set('state', state)
      url.searchParams.set('code_challenge', codeChallenge)
      url.searchParams.set('code_challenge_method', 'S256')
      return url
    },

    exchangeCode({ appId, code, codeVerifier }) {
      const app = appOf(appId)
      const server = authorizationServer(app)
      const client = { client_id: appId }
      return orTyped('exchange', async () => {
        // The state was consumed before the code got here; the library only wants a validated response.
        const callback = validateAuthResponse(
          server,
          client,
          new URLSearchParams({ code }),
          skipStateCheck,
        )
        const reply = await authorizationCodeGrantRequest(
          server,
          client,
          ClientSecretPost(app.appSecret),
          callback,
          app.redirectUri,
          codeVerifier,
          requestOptions(http, app.endpoints.tokenUrl, 'exchange_code'),
        )
        return parseTokenReply(await processAuthorizationCodeResponse(server, client, reply))
      })
    },

    fetchTokenOwner(appId, accessToken) {
      const { endpoints } = appOf(appId)
      return orTyped('user_info', async () => {
        const { body } = await http.send({
          apiName: 'user_info',
          method: 'GET',
          url: `${endpoints.api}/open-apis/authen/v1/user_info`,
          headers: { authorization: `Bearer ${accessToken}` },
          isExpected: (reply) => readOwner(reply) !== null,
        })
        const owner = readOwner(body)
        if (!owner) throw new FeishuUnavailableError('upstream_5xx')
        return owner
      })
    },

    async refresh({ appId, refreshToken }) {
      const app = byId.get(appId)
      if (!app) return { kind: 'app_wide', error: new UnknownAppError(appId) }
      return presentRefreshToken(http, app, refreshToken)
    },

    revokeAccessToken: (appId, accessToken) => revoke(appId, accessToken, 'access_token'),
    revokeRefreshToken: (appId, refreshToken) => revoke(appId, refreshToken, 'refresh_token'),
  }

  async function revoke(
    appId: string,
    token: string,
    kind: 'access_token' | 'refresh_token',
  ): Promise<void> {
    const app = appOf(appId)
    const server = authorizationServer(app)
    await orTyped('revoke', () =>
      // Any good reply will do: Feishu's body on success is empty or `code: 0`.
      revocationRequest(server, { client_id: appId }, ClientSecretPost(app.appSecret), token, {
        additionalParameters: { token_type_hint: kind },
        ...requestOptions(http, server.revocation_endpoint, 'revoke'),
      }),
    )
  }

  function appOf(appId: string): FeishuApp {
    const app = byId.get(appId)
    if (!app) throw new UnknownAppError(appId)
    return app
  }
}

function readOwner(body: Record<string, unknown>): TokenOwner | null {
  const { open_id: openId, tenant_key: tenantKey, name } = asRecord(body.data) ?? {}
  if (typeof openId !== 'string' || typeof tenantKey !== 'string') return null
  return { openId, tenantKey, name: typeof name === 'string' ? name : '' }
}

// What the library throws holds the whole reply in its cause, tokens included: it is translated, never passed on.
async function orTyped<T>(place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw translateError(error, place)
  }
}
