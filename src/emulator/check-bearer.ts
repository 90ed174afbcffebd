import { type Answer, failure } from './answer.ts'
import type { EmulatorContext } from './context.ts'
import type { AccessToken } from './oauth/oauth-ledger.ts'
import type { EmulatorRequest } from './router.ts'

const missing = 'Missing access token for authorization. Please make a request with token attached.'
const invalid = 'Invalid access token for authorization. Please make a request with token attached.'

/** Reads the token of `Authorization: Bearer …`; null when the header or its prefix is missing. */
function bearerToken(request: EmulatorRequest): string | null {
  const match = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')
  return match?.[1] ?? null
}

/** Refuses a call that does not carry a working tenant_access_token; null lets it through. */
export function refuseWithoutTenantToken(
  { world }: EmulatorContext,
  request: EmulatorRequest,
): Answer | null {
  const token = bearerToken(request)
  if (token === null) return failure(99991661, missing, request.logId)
  if (world.oauth.tenantTokenWorks(token)) {
    return world.app.enabled ? null : failure(99991662, 'app not in use', request.logId)
  }
  if (looksLikeUserToken(token)) return failure(99991668, invalid, request.logId)
  if (!token.startsWith('t-')) return wrongPrefix(request)
  return failure(99991663, invalid, request.logId)
}

/** Finds the person's token of a call, or the gateway's refusal. */
export function userTokenOf(
  { world, clock }: EmulatorContext,
  request: EmulatorRequest,
): { token: AccessToken } | { refusal: Answer } {
  const value = bearerToken(request)
  if (value === null) return { refusal: failure(99991661, missing, request.logId) }
  if (value.startsWith('t-')) return { refusal: failure(99991663, invalid, request.logId) }
  if (!looksLikeUserToken(value)) return { refusal: wrongPrefix(request) }
  const token = world.oauth.findAccessToken(value)
  if (token === undefined) return { refusal: failure(99991668, invalid, request.logId) }
  if (token.expiresAt <= clock.now()) {
    return { refusal: failure(99991677, 'token expire', request.logId) }
  }
  return { token }
}

function looksLikeUserToken(token: string): boolean {
  return token.startsWith('eyJ') || token.startsWith('u-')
}

function wrongPrefix(request: EmulatorRequest): Answer {
  return failure(99991671, 'Invalid token: must start with t-/u-', request.logId)
}
