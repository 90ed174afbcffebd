import type { Grant, UserAccessToken } from './grant.ts'
import type { TokenCipher } from './ports.ts'
import { accessTokenBinding } from './store-grant.ts'

/**
 * Opens the access token of a stored grant.
 * @throws {TokenUnreadableError} when it cannot be opened.
 */
export type ReadToken = (grant: Omit<Grant, 'version'>) => UserAccessToken

/** Creates the reader of sealed access tokens. */
export function createReadToken(cipher: TokenCipher): ReadToken {
  return (grant) => ({
    accessToken: cipher.open(grant.sealedAccessToken, accessTokenBinding(grant)),
    expiresAt: grant.accessTokenExpiresAt,
    scopes: grant.scopes,
    openId: grant.openId,
    appId: grant.appId,
  })
}
