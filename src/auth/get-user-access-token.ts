import {
  AuthorizationExpiredError,
  AuthorizationRejectedError,
  AuthorizationRequiredError,
  InsufficientScopeError,
} from '../errors.ts'
import { missingScopes, type UserAccessToken } from './grant.ts'
import type { AuthorizationRequest } from './open-session.ts'
import type { ReadUserAccessToken } from './read-user-access-token.ts'
import type { RequestAuthorization } from './request-authorization.ts'
import type { AuthSession } from './session.ts'
import type { WaitForSession } from './wait-for-session.ts'

/** The one call of a bot: which token, and how long to wait for the person. */
export type UserAccessTokenRequest = AuthorizationRequest & {
  /** Seconds the token must still live. */
  minValidity?: number | undefined
  /** Milliseconds to wait for the person; 0 sends the card and throws {@link AuthorizationRequiredError} at once. */
  waitMilliseconds?: number | undefined
  signal?: AbortSignal | undefined
}

/**
 * A token that works: the stored one while it is fresh, else the one the person grants on a card.
 * @throws {AuthorizationRequiredError} when the card is out and the wait is over.
 * @throws {AuthorizationRejectedError} when they decline.
 * @throws {AuthorizationExpiredError} when the request runs out, is withdrawn or replaced.
 * @throws {InsufficientScopeError} when they grant less than was asked.
 */
export type GetUserAccessToken = (request: UserAccessTokenRequest) => Promise<UserAccessToken>

type Neighbours = {
  readUserAccessToken: ReadUserAccessToken
  requestAuthorization: RequestAuthorization
  waitForSession: WaitForSession
}

/** Creates the use case behind the library's `getUserAccessToken`. */
export function createGetUserAccessToken(neighbours: Neighbours): GetUserAccessToken {
  const { readUserAccessToken, requestAuthorization, waitForSession } = neighbours

  return async (request) => {
    const stored = await readFresh(request)
    if (stored) return stored
    const { session } = await requestAuthorization(request)
    const ended = await waitForSession(session.id, request.waitMilliseconds ?? 0, request.signal)
    const granted = grantedScopes(ended)
    const lacking = missingScopes(request.scopes ?? [], granted)
    if (lacking.length > 0) throw new InsufficientScopeError(lacking)
    return readUserAccessToken(request)
  }

  async function readFresh(request: UserAccessTokenRequest): Promise<UserAccessToken | null> {
    try {
      return await readUserAccessToken(request)
    } catch (error) {
      if (error instanceof AuthorizationRequiredError) return null
      throw error
    }
  }
}

function grantedScopes(session: AuthSession): readonly string[] {
  const { appId, openId, scopes } = session
  switch (session.state) {
    case 'completed':
      return session.grantedScopes ?? []
    case 'rejected':
      throw new AuthorizationRejectedError()
    case 'expired':
      throw new AuthorizationExpiredError('The request ended before the person decided.')
    case 'pending': {
      const why = 'A card is waiting for this person.'
      throw new AuthorizationRequiredError({ appId, openId, missingScopes: scopes, why })
    }
  }
}
