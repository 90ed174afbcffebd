import { type Answer, json } from '../answer.ts'
import type { EmulatorContext } from '../context.ts'
import { authenticateClient } from '../oauth/authenticate-client.ts'
import type { EndpointVersion } from '../oauth/check-verifier.ts'
import { exchangeCode } from '../oauth/exchange-code.ts'
import { narrowScopes } from '../oauth/narrow-scopes.ts'
import { oauthError } from '../oauth/oauth-error.ts'
import { OAuthRefusal, optional, refuse, required } from '../oauth/oauth-refusal.ts'
import { refreshTokens } from '../oauth/refresh-tokens.ts'
import type { EmulatorRequest, Route } from '../router.ts'

/**
 * The two token endpoints.
 * See https://open.feishu.cn/document/authentication-management/access-token/get-user-access-token
 */
export function tokenRoutes(context: EmulatorContext): Route[] {
  return [
    tokenRoute(context, '/open-apis/authen/v2/oauth/token', 'v2'),
    tokenRoute(context, '/oauth/v3/token', 'v3'),
  ]
}

function tokenRoute(context: EmulatorContext, path: string, version: EndpointVersion): Route {
  return {
    method: 'POST',
    path,
    coverage: 'partial',
    handler(request) {
      try {
        return answerGrant(context, request, version)
      } catch (error) {
        if (error instanceof OAuthRefusal) return oauthError(error.code)
        throw error
      }
    },
  }
}

function answerGrant(
  context: EmulatorContext,
  request: EmulatorRequest,
  version: EndpointVersion,
): Answer {
  const { app } = context.world
  if (request.malformed) refuse(20063)
  const grantType = required(request.body, 'grant_type')
  authenticateClient(app, request, { allowBasic: false })
  if (!app.installed) refuse(20009)
  if (!app.enabled) refuse(20069)
  if (grantType === 'authorization_code') return exchangeCode(context, request, version)
  if (grantType === 'refresh_token') return refreshTokens(context, request, version)
  if (grantType === 'client_credentials' && version === 'v3') {
    return tenantToken(context, request)
  }
  return refuse(20036)
}

function tenantToken({ world }: EmulatorContext, { body }: EmulatorRequest): Answer {
  narrowScopes(world.app.scopes, optional(body, 'scope'))
  const { token, secondsLeft } = world.oauth.tenantToken(world.app.appId)
  return json({ code: 0, access_token: token, token_type: 'Bearer', expires_in: secondsLeft })
}
