import type { Grant } from './grant.ts'
import { hashSecret } from './one-time-secret.ts'
import type { Binding } from './ports.ts'
import type { Revocation, RevocationCause } from './revocation.ts'
import { accessTokenBinding, refreshTokenBinding } from './store-grant.ts'

const USUAL_REFRESH_TOKEN_MS = 7 * 86_400_000

/** When a refresh token ends where Feishu does not say: as long as it usually lets one live. */
export function usualEnd(issuedAt: Date): Date {
  return new Date(issuedAt.getTime() + USUAL_REFRESH_TOKEN_MS)
}

/** The revocation of a stored grant, for this very version; its tokens stay sealed as they are. */
export function revocationOf(grant: Grant, cause: RevocationCause, dueAt: Date): Revocation {
  const { appId, openId, tenantKey, sessionId, version, authorizedAt, issuedAt } = grant
  const identity = [appId, openId, sessionId, authorizedAt.getTime(), version]
  return {
    id: hashSecret(JSON.stringify(identity)),
    ...{ appId, openId, tenantKey, sessionId, cause },
    ...{ grantVersion: version, authorizedAt },
    sealedAccessToken: grant.sealedAccessToken,
    accessTokenExpiresAt: grant.accessTokenExpiresAt,
    sealedRefreshToken: grant.sealedRefreshToken,
    refreshTokenExpiresAt: grant.refreshTokenExpiresAt ?? usualEnd(issuedAt),
    attempts: 0,
    dueAt,
  }
}

/** What the sealed tokens of a revocation are bound to: the same as those of a grant, so that they can be taken over. */
export function bindingsOf(row: Pick<Revocation, 'appId' | 'openId' | 'tenantKey'>): {
  accessToken: Binding
  refreshToken: Binding
} {
  return { accessToken: accessTokenBinding(row), refreshToken: refreshTokenBinding(row) }
}

/** Whether a grant comes from the consent that is revoked; a refresh in between does not make it another. */
export function isSameConsent(
  grant: Grant,
  { sessionId, authorizedAt }: Pick<Revocation, 'sessionId' | 'authorizedAt'>,
): boolean {
  return grant.sessionId === sessionId && grant.authorizedAt.getTime() === authorizedAt.getTime()
}
