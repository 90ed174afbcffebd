import {
  ClientSecretPost,
  customFetch,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
} from 'oauth4webapi'
import type { RefreshReply } from '../auth/refresh-outcome.ts'
import { AppMisconfiguredError } from '../errors.ts'
import type { FeishuApp } from './hosts.ts'
import type { FeishuHttp } from './http-client.ts'
import type { OAuthFetch } from './oauth-fetch.ts'
import { authorizationServer, requestOptions } from './oauth-request.ts'
import { readRefreshFailure, unsentSetback } from './read-refresh-failure.ts'
import { parseTokenReply } from './token-reply.ts'
import { translateError } from './translate-error.ts'
import { WireError } from './wire-error.ts'

/**
 * Presents a refresh token once (RFC 6749 §6); it never throws and never repeats.
 *
 * The call has a connection of its own and is ended by nothing but the deadline of the HTTP client. No `scope` is sent: it
 * could only narrow the grant (https://open.feishu.cn/document/authentication-management/access-token/refresh-user-access-token).
 */
export async function presentRefreshToken(
  http: FeishuHttp,
  app: FeishuApp,
  refreshToken: string,
): Promise<RefreshReply> {
  const server = authorizationServer(app)
  const client = { client_id: app.appId }
  const options = requestOptions(http, server.token_endpoint, 'refresh_token')
  let wasCalled = false
  const callOut: OAuthFetch = (url, request) => {
    wasCalled = true
    return options[customFetch](url, request)
  }
  try {
    const response = await refreshTokenGrantRequest(
      server,
      client,
      ClientSecretPost(app.appSecret),
      refreshToken,
      { ...options, [customFetch]: callOut },
    )
    const reply = await processRefreshTokenResponse(server, client, response)
    return { kind: 'tokens', reply: parseTokenReply(reply) }
  } catch (error) {
    if (error instanceof WireError) return readRefreshFailure(error)
    if (wasCalled) return { kind: 'ambiguous', error: translateError(error, 'other') }
    return unsentSetback(
      new AppMisconfiguredError(
        'bad_client',
        'The refresh could not be sent. The token endpoint must be https, and the app needs a secret.',
      ),
    )
  }
}
