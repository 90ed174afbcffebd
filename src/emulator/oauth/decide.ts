import type { EmulatorContext } from '../context.ts'
import { type AuthorizeRequest, type PageError, redirectWith } from './authorize-request.ts'
import { personRefusal } from './check-person.ts'

/** What a person's decision leads to. */
export type Decided = { redirect: string } | PageError

/**
 * Lets a person grant an authorize request; `scopes` are the ones really granted, by default all
 * asked ones. Grants accumulate: the code carries everything this person ever granted to the app,
 * and `offline_access` only when this request asked for it.
 */
export function grantRequest(
  { world, clock, options }: EmulatorContext,
  request: AuthorizeRequest,
  openId: string,
  scopes: readonly string[] = request.scopes,
): Decided {
  const refusal = personRefusal(world, openId)
  if (refusal !== null && !(refusal === 20010 && options.unavailableAt === 'exchange')) {
    return { pageError: refusal, scopes: [] }
  }
  const { appId } = world.app
  const grantedNow = request.scopes.filter((scope) => scopes.includes(scope))
  const granted = world.oauth
    .grant(appId, openId, grantedNow)
    .filter((scope) => world.app.scopes.includes(scope))
    .filter((scope) => scope !== 'offline_access' || grantedNow.includes(scope))
  const { code } = world.oauth.issueCode({
    appId,
    openId,
    scopes: granted,
    consentedAt: clock.now(),
    redirectUri: request.redirectUri,
    challenge: request.challenge,
  })
  return { redirect: redirectWith(request.redirectUri, { code, ...stateOf(request) }) }
}

/** Lets a person refuse an authorize request. */
export function denyRequest(request: AuthorizeRequest): Decided {
  const params = { error: 'access_denied', ...stateOf(request) }
  return { redirect: redirectWith(request.redirectUri, params) }
}

function stateOf({ state }: AuthorizeRequest): Record<string, string> {
  return state === null ? {} : { state }
}
