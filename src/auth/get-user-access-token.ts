import {
  AuthorizationExpiredError,
  AuthorizationInProgressError,
  AuthorizationRejectedError,
  AuthorizationRequiredError,
  InsufficientScopeError,
} from '../errors.ts'
import type { Apps } from './apps.ts'
import type { FindFreshToken, FreshToken, TokenRequest } from './fresh-token.ts'
import { MOST_SCOPES, scopesToRenew, type UserAccessToken } from './grant.ts'
import type { AuthorizationRequest, OpenedSession } from './open-session.ts'
import type { Clock } from './ports.ts'
import type { RequestAuthorization } from './request-authorization.ts'
import { type AuthSession, isFinal } from './session.ts'
import type { TellTokenRequest, TokenRequestNotes } from './token-requests.ts'
import type { WaitForSession } from './wait-for-session.ts'

/** The one call of a bot: which token, and how long to wait for the person. */
export type UserAccessTokenRequest = AuthorizationRequest &
  TokenRequest & {
    /** Milliseconds to wait for the person; 0 sends the card and answers at once. */
    waitMilliseconds?: number | undefined
    signal?: AbortSignal | undefined
  }

/** A token, or the session whose card is waiting for the person. */
export type TokenOrSession =
  | { kind: 'token'; token: UserAccessToken }
  | {
      kind: 'asked'
      session: AuthSession
      created: boolean
      /** What an operator can do so that it does not happen again. */
      advice: string | null
    }

/** The one call in both of its forms. */
export interface GetUserAccessToken {
  /**
   * A token that works: stored, refreshed, or granted on a card while the caller waits.
   * @throws {AuthorizationRequiredError} when the card is out and the wait is over.
   * @throws {AuthorizationRejectedError} when they decline.
   * @throws {AuthorizationExpiredError} when the request runs out or is withdrawn.
   * @throws {InsufficientScopeError} when they grant less than was asked.
   * @throws {AuthorizationInProgressError} when the wait is over before they have answered another request that must come first.
   */
  (request: UserAccessTokenRequest): Promise<UserAccessToken>
  /** The same, with the waiting session as an answer instead of {@link AuthorizationRequiredError}. */
  orSession(request: UserAccessTokenRequest): Promise<TokenOrSession>
}

type Neighbours = {
  apps: Apps
  findFreshToken: FindFreshToken
  requestAuthorization: RequestAuthorization
  waitForSession: WaitForSession
  clock: Clock
  tellTokenRequest: TellTokenRequest
}

/** Creates the use case behind `getUserAccessToken` and `POST /v1/tokens`. */
export function createGetUserAccessToken(neighbours: Neighbours): GetUserAccessToken {
  const { apps, findFreshToken, requestAuthorization, waitForSession, clock, tellTokenRequest } =
    neighbours

  const orSession = (request: UserAccessTokenRequest): Promise<TokenOrSession> =>
    tellTokenRequest(request.appId, (notes) => findOrAsk(request, notes))

  async function findOrAsk(
    request: UserAccessTokenRequest,
    notes: TokenRequestNotes,
  ): Promise<TokenOrSession> {
    const until = clock.now().getTime() + (request.waitMilliseconds ?? 0)
    const untilEnded = (sessionId: string) =>
      waitForSession(sessionId, Math.max(0, until - clock.now().getTime()), request.signal)
    for (;;) {
      const found = await findFreshToken(request)
      notes.found(found)
      if (found.kind === 'token') return found
      if (request.waitMilliseconds) notes.waited()
      const { defaultScopes } = apps.resolve(request.appId)
      const scopes = scopesToAsk(request, found, defaultScopes)
      const asked = await whoComesFirst(requestAuthorization({ ...request, scopes }))
      if (asked instanceof AuthorizationInProgressError) {
        const earlier = asked.sessionId === null ? null : await untilEnded(asked.sessionId)
        if (!earlier || !isFinal(earlier.state)) throw asked
        continue
      }
      const session = await untilEnded(asked.session.id)
      // A wider request of somebody else took this one along: wait for that one.
      if (session.endReason === 'superseded' && clock.now().getTime() < until) continue
      if (session.state === 'pending') {
        return { kind: 'asked', session, created: asked.created, advice: found.advice }
      }
      checkAgreed(session)
      const granted = await findFreshToken({ ...request, forceRefresh: false })
      notes.found(granted)
      if (granted.kind === 'token') return granted
      throw new InsufficientScopeError(granted.missingScopes)
    }
  }

  const getUserAccessToken = async (request: UserAccessTokenRequest): Promise<UserAccessToken> => {
    const result = await orSession(request)
    if (result.kind === 'token') return result.token
    const { session, advice } = result
    const { appId, openId, scopes } = session
    const why = 'A card is waiting for this person.'
    throw new AuthorizationRequiredError({ appId, openId, missingScopes: scopes, why, advice })
  }
  return Object.assign(getUserAccessToken, { orSession })
}

/** The session that asks, or the error that tells which one must end before. */
async function whoComesFirst(
  asking: Promise<OpenedSession>,
): Promise<OpenedSession | AuthorizationInProgressError> {
  try {
    return await asking
  } catch (error) {
    if (error instanceof AuthorizationInProgressError) return error
    throw error
  }
}

/**
 * What a card asks for. A step-up asks only for what is new, for Feishu keeps what was granted before; without offline_access its
 * token could not be refreshed. A grant that is over may be forgotten there, so all of it is asked for again.
 */
function scopesToAsk(
  { scopes }: UserAccessTokenRequest,
  found: Extract<FreshToken, { kind: 'needs_person' }>,
  defaultScopes: readonly string[],
): readonly string[] | undefined {
  if (found.lost.length > 0) return scopesToRenew({ scopes: found.lost }, scopes ?? defaultScopes)
  if (found.why !== 'scopes_missing') return scopes
  const { missingScopes: missing, mayRefresh } = found
  return mayRefresh && missing.length < MOST_SCOPES ? [...missing, 'offline_access'] : missing
}

function checkAgreed({ state }: AuthSession): void {
  if (state === 'rejected') throw new AuthorizationRejectedError()
  if (state === 'expired') {
    throw new AuthorizationExpiredError('The request ended before the person decided.')
  }
}
