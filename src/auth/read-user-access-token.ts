import { AuthorizationRequiredError } from '../errors.ts'
import type { Apps } from './apps.ts'
import { missingScopes, type UserAccessToken } from './grant.ts'
import type { Clock, Store, TokenCipher } from './ports.ts'
import { accessTokenBinding } from './store-grant.ts'

/** Which token a caller needs; `minValidity` in seconds. */
export type TokenRequest = {
  openId: string
  appId?: string | undefined
  scopes?: readonly string[] | undefined
  minValidity?: number | undefined
}

/**
 * Reads a stored token that is still fresh: one indexed read, one unseal, no network.
 * @throws {AuthorizationRequiredError} when there is none, it runs out too soon or lacks a scope.
 * @throws {TokenUnreadableError} when it cannot be opened; that is an alarm, not a missing grant.
 */
export type ReadUserAccessToken = (request: TokenRequest) => Promise<UserAccessToken>

/** A token handed out should outlive the call it is made for, in seconds. */
const MIN_VALIDITY = 60

type Neighbours = { apps: Apps; store: Store; cipher: TokenCipher; clock: Clock }

/** Creates the use case behind `GET /v1/tokens/{open_id}`. */
export function createReadUserAccessToken(neighbours: Neighbours): ReadUserAccessToken {
  const { apps, store, cipher, clock } = neighbours
  return async ({ openId, appId: wanted, scopes = [], minValidity = MIN_VALIDITY }) => {
    const { appId } = apps.resolve(wanted)
    const grant = await store.grants.find(appId, openId)
    if (!grant) {
      const why = 'This person has not authorized the app yet.'
      throw new AuthorizationRequiredError({ appId, openId, missingScopes: scopes, why })
    }
    const lacking = missingScopes(scopes, grant.scopes)
    if (lacking.length > 0) {
      const why = `This person has not granted: ${lacking.join(' ')}.`
      throw new AuthorizationRequiredError({ appId, openId, missingScopes: lacking, why })
    }
    const secondsLeft = (grant.accessTokenExpiresAt.getTime() - clock.now().getTime()) / 1000
    if (secondsLeft < minValidity) {
      const why = 'The stored token has run out, or will too soon.'
      throw new AuthorizationRequiredError({ appId, openId, missingScopes: [], why })
    }
    return {
      accessToken: cipher.open(grant.sealedAccessToken, accessTokenBinding(grant)),
      expiresAt: grant.accessTokenExpiresAt,
      scopes: grant.scopes,
      openId,
      appId,
    }
  }
}
