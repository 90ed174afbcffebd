import { type Answer, json } from '../answer.ts'
import type { EmulatorContext } from '../context.ts'
import { authenticateClient } from '../oauth/authenticate-client.ts'
import { oauthError } from '../oauth/oauth-error.ts'
import { OAuthRefusal, optional, refuse, required } from '../oauth/oauth-refusal.ts'
import type { EmulatorRequest, Route } from '../router.ts'

/**
 * Token revocation (RFC 7009): an access token ends alone, a refresh token ends refreshing, and a
 * token nobody knows is a success.
 */
export function revokeRoutes(context: EmulatorContext): Route[] {
  return [
    {
      method: 'POST',
      path: '/oauth/v1/revoke',
      coverage: 'supported',
      handler(request) {
        try {
          return revoke(context, request)
        } catch (error) {
          if (error instanceof OAuthRefusal) return oauthError(error.code)
          throw error
        }
      },
    },
  ]
}

function revoke({ world, clock }: EmulatorContext, request: EmulatorRequest): Answer {
  if (request.malformed) refuse(20063)
  authenticateClient(world.app, request, { allowBasic: true })
  const value = required(request.body, 'token')
  const hint = optional(request.body, 'token_type_hint')
  if (hint !== null && hint !== 'access_token' && hint !== 'refresh_token') refuse(20063)
  const token = world.oauth.findAccessToken(value) ?? world.oauth.findRefreshToken(value)
  if (token !== undefined && token.appId !== world.app.appId) refuse(20024)
  if (token !== undefined) token.revokedAt ??= clock.now()
  return json({ code: 0 })
}
