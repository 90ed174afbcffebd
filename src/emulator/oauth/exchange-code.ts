import type { Answer } from '../answer.ts'
import type { EmulatorContext } from '../context.ts'
import type { EmulatorRequest } from '../router.ts'
import { personRefusal } from './check-person.ts'
import { checkVerifier, type EndpointVersion } from './check-verifier.ts'
import { issueTokens } from './issue-tokens.ts'
import { narrowScopes } from './narrow-scopes.ts'
import { consentOf } from './oauth-ledger.ts'
import { optional, refuse, required } from './oauth-refusal.ts'

/** Spends an authorization code; a refused exchange leaves the code unspent. */
export function exchangeCode(
  context: EmulatorContext,
  { body }: EmulatorRequest,
  version: EndpointVersion,
): Answer {
  const { world, clock, options } = context
  const code = world.oauth.findCode(required(body, 'code')) ?? refuse(20003)
  if (code.appId !== world.app.appId) refuse(20024)
  if (code.usedAt !== null) refuse(20065)
  if (code.expiresAt <= clock.now()) refuse(20004)
  if (optional(body, 'redirect_uri') !== code.redirectUri) refuse(20071)
  checkVerifier(code, optional(body, 'code_verifier'), { version, pkceOnV3: options.pkceOnV3 })
  const refusal = personRefusal(world, code.openId)
  if (refusal !== null) refuse(refusal)
  const scopes = narrowScopes(code.scopes, optional(body, 'scope'))
  code.usedAt = clock.now()
  return issueTokens(context, { consent: consentOf(code), scopes, version, generation: 1 })
}
