import type { CallApi } from './api-call.ts'
import { CardAuthError } from './card-auth-error.ts'
import { earlierSessionOf } from './earlier-session.ts'
import { pause } from './pause.ts'
import {
  asToken,
  asWaitingSession,
  isToken,
  type Session,
  type UserAccessToken,
} from './replies.ts'
import type { UserAccessTokenRequest } from './requests.ts'
import { secondsOf } from './seconds.ts'
import { waitForSession } from './wait-for-session.ts'

/** As often as the service says to ask again about what it does not show. */
const LOOK_AGAIN_MS = 5000

/** The one call: a token that works, or a card and, while the caller waits, the token that the person grants on it. */
export async function getUserAccessToken(
  callApi: CallApi,
  request: UserAccessTokenRequest,
): Promise<UserAccessToken> {
  const until = Date.now() + secondsOf(request.wait ?? 0) * 1000
  for (;;) {
    const reply = await askForToken(callApi, request, until).catch(async (error: unknown) => {
      await untilOtherEnds(callApi, error, request, until)
      return null
    })
    if (reply === null) continue
    if (isToken(reply)) return reply
    const { sessionId, advice } = asWaitingSession(reply)
    const session = await waitForSession(callApi, { sessionId, until, signal: request.signal })
    // A wider request of somebody else took this one along: wait for that one.
    if (session.endReason === 'superseded' && Date.now() < until) continue
    checkOutcome(session, request, advice)
    return readGrantedToken(callApi, request, until)
  }
}

/** The wait is spent on the session, so that a repeated POST finds its answer at once. */
function askForToken(callApi: CallApi, request: UserAccessTokenRequest, until: number) {
  return callApi({
    method: 'POST',
    path: ['tokens'],
    body: {
      open_id: request.openId,
      app_id: request.appId,
      scopes: request.scopes?.length ? request.scopes : undefined,
      reason: request.reason,
      locale: request.locale,
      chat_id: request.chatId,
      min_validity: request.minValidity,
      force_refresh: request.forceRefresh,
    },
    patientUntil: until,
    signal: request.signal,
  })
}

/**
 * Resolves when the request has ended that must end before this one.
 * @throws the error when there is none, or when it has not ended in time.
 */
async function untilOtherEnds(
  callApi: CallApi,
  error: unknown,
  { signal }: UserAccessTokenRequest,
  until: number,
): Promise<void> {
  const sessionId = earlierSessionOf(error)
  if (sessionId === undefined) throw error
  const isOver = await waitForSession(callApi, { sessionId, until, signal }).then(
    ({ state }) => state !== 'pending',
    async (unseen: unknown) => {
      // It asks for nothing that this key was given, so the key may not see it.
      const isHidden = unseen instanceof CardAuthError && unseen.code === 'session_not_found'
      if (!isHidden || Date.now() + LOOK_AGAIN_MS >= until) throw isHidden ? error : unseen
      await pause(LOOK_AGAIN_MS, signal)
      return true
    },
  )
  if (!isOver) throw error
}

/** The errors that the service gives to those who wait in the same call. */
function checkOutcome(
  session: Session,
  { scopes = [] }: UserAccessTokenRequest,
  advice: string | null,
): void {
  const { state, grantedScopes } = session
  if (state === 'pending') {
    const next = 'Ask again when they may have answered, or wait longer.'
    const words = ['A card is waiting for this person.', advice, next]
    throw new CardAuthError(
      'authorization_required',
      words.filter((sentence) => sentence !== null).join(' '),
      { status: 404, missingScopes: session.scopes, advice: advice ?? undefined },
    )
  }
  if (state === 'rejected') {
    throw new CardAuthError(
      'authorization_rejected',
      'The person declined. Ask again only when they start something that needs it.',
      { status: 403 },
    )
  }
  if (state === 'expired') {
    throw new CardAuthError(
      'authorization_expired',
      'The request ended before the person decided. Ask for a new authorization.',
      { status: 410 },
    )
  }
  const asked = scopes.filter((scope) => session.scopes.includes(scope))
  const lacking = asked.filter((scope) => !grantedScopes?.includes(scope))
  if (lacking.length > 0) throw insufficient(lacking)
}

async function readGrantedToken(
  callApi: CallApi,
  { openId, appId, scopes, minValidity, signal }: UserAccessTokenRequest,
  until: number,
): Promise<UserAccessToken> {
  try {
    return asToken(
      await callApi({
        method: 'GET',
        path: ['tokens', openId],
        query: {
          app_id: appId,
          scopes: scopes?.length ? scopes.join(',') : undefined,
          min_validity: minValidity,
        },
        patientUntil: until,
        signal,
      }),
    )
  } catch (error) {
    const isLacking = error instanceof CardAuthError && error.code === 'authorization_required'
    throw isLacking ? insufficient(error.missingScopes) : error
  }
}

function insufficient(missingScopes: readonly string[]): CardAuthError {
  return new CardAuthError(
    'insufficient_scope',
    `The person has not granted: ${missingScopes.join(' ')}. Ask for these scopes.`,
    { status: 403, missingScopes },
  )
}
