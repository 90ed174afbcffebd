import { type Answer, json } from '../answer.ts'
import type { EmulatorContext } from '../context.ts'
import type { EndpointVersion } from './check-verifier.ts'
import type { Consent } from './oauth-ledger.ts'

/** What the new tokens stand for. */
export type TokenGrant = {
  consent: Consent
  /** The consent's scopes, or the narrower list the request asked for. */
  scopes: string[]
  version: EndpointVersion
  generation: number
}

/**
 * Issues an access token, and a refresh token when `offline_access` is enabled and kept. The
 * refresh token keeps the whole consent: narrowing is not cumulative.
 */
export function issueTokens({ world, clock }: EmulatorContext, grant: TokenGrant): Answer {
  const { consent, scopes, version, generation } = grant
  const access = world.oauth.issueAccessToken({ ...consent, scopes })
  const offline = scopes.includes('offline_access') && world.app.scopes.includes('offline_access')
  const refresh = offline
    ? world.oauth.issueRefreshToken({ ...consent, issuedBy: version, generation })
    : null
  const secondsUntil = (at: number) => Math.floor((at - clock.now()) / 1000)
  return json(
    {
      code: 0,
      access_token: access.token,
      expires_in: secondsUntil(access.expiresAt),
      ...(refresh === null
        ? {}
        : {
            refresh_token: refresh.token,
            refresh_token_expires_in: secondsUntil(refresh.expiresAt),
          }),
      token_type: 'Bearer',
      scope: scopes.join(' '),
    },
    200,
    { 'cache-control': 'no-store' },
  )
}
