import type { Answer } from '../answer.ts'
import type { EmulatorContext } from '../context.ts'
import type { EmulatorRequest } from '../router.ts'
import { personRefusal } from './check-person.ts'
import type { EndpointVersion } from './check-verifier.ts'
import { issueTokens } from './issue-tokens.ts'
import { narrowScopes } from './narrow-scopes.ts'
import { consentOf, type RefreshToken } from './oauth-ledger.ts'
import { optional, refuse, required } from './oauth-refusal.ts'

/** Spends a refresh token for a new pair; the old access token lives until its own expiry. */
export function refreshTokens(
  context: EmulatorContext,
  { body }: EmulatorRequest,
  version: EndpointVersion,
): Answer {
  const { world, clock } = context
  const held = world.oauth.findRefreshToken(required(body, 'refresh_token')) ?? refuse(20026)
  if (held.appId !== world.app.appId) refuse(20024)
  if (version === 'v2' && held.issuedBy === 'v3') refuse(20026)
  if (held.revokedAt !== null) refuse(20064)
  if (isSpent(context, held)) refuse(context.options.rotatedRefreshTokenCode)
  if (held.expiresAt <= clock.now()) refuse(20037)
  if (!world.app.refreshAllowed) refuse(20074)
  const refusal = personRefusal(world, held.openId)
  if (refusal !== null) refuse(refusal)
  const scopes = narrowScopes(held.scopes, optional(body, 'scope'))
  held.spentAt ??= clock.now()
  const generation = held.generation + 1
  return issueTokens(context, { consent: consentOf(held), scopes, version, generation })
}

function isSpent({ clock, options }: EmulatorContext, { spentAt }: RefreshToken): boolean {
  if (spentAt === null) return false
  return options.secondsOfGrace === 0 || clock.now() - spentAt > options.secondsOfGrace * 1000
}
