import { AuthorizationRequiredError } from '../errors.ts'
import type { FindFreshToken, NeedReason, TokenRequest } from './fresh-token.ts'
import type { UserAccessToken } from './grant.ts'
import type { TellTokenRequest } from './token-requests.ts'

/**
 * A token that works, without asking the person.
 * @throws {AuthorizationRequiredError} when only the person can help; {@link FindFreshToken} tells the other errors.
 */
export type ReadUserAccessToken = (request: TokenRequest) => Promise<UserAccessToken>

/** Creates the use case behind `GET /v1/tokens/{open_id}` and a forced refresh. */
export function createReadUserAccessToken({
  findFreshToken,
  tellTokenRequest,
}: {
  findFreshToken: FindFreshToken
  tellTokenRequest: TellTokenRequest
}): ReadUserAccessToken {
  return (request) =>
    tellTokenRequest(request.appId, async (notes) => {
      const found = await findFreshToken(request)
      notes.found(found)
      if (found.kind === 'token') return found.token
      const { appId, missingScopes, advice } = found
      const { openId } = request
      const why = inWords(found.why)
      throw new AuthorizationRequiredError({ appId, openId, missingScopes, why, advice })
    })
}

/** Why only the person can help. */
function inWords(why: NeedReason): string {
  switch (why) {
    case 'never_authorized':
      return 'This person has not authorized the app yet.'
    case 'scopes_missing':
      return 'This person has not granted every scope that is needed.'
    case 'expired':
      return 'The authorization has run out; Feishu ends it when it is not used for long, and after 365 days.'
    case 'revoked':
      return 'The authorization was revoked.'
    case 'invalid':
    case 'reused':
    case 'lost_rotation':
      return 'Feishu no longer accepts the stored refresh token.'
    case 'user_status':
      return 'Feishu does not let this person use the app at the moment.'
    case 'no_refresh_token':
      return 'The token has run out and there is none to refresh it.'
  }
}
