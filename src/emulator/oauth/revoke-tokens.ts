import type { EmulatedPerson } from '../cast.ts'
import type { EmulatorContext } from '../context.ts'
import type { WithdrawnTokens } from './oauth-ledger.ts'

/** Who, or what, ended tokens at Feishu. */
export type WithdrawalReason = 'user' | 'admin' | 'risk' | 'restriction' | 'unknown'

const TYPES: Readonly<Record<WithdrawnTokens, string>> = {
  access: 'user_access_token',
  refresh: 'refresh_token',
  both: 'user_access_token refresh_token',
}

/** What the event says for each reason. */
export const REVOKE_REASONS: Readonly<Record<WithdrawalReason, string>> = {
  user: 'Revoked by user action.',
  admin: 'Revoked by administrator action.',
  risk: 'Revoked by security and risk control action.',
  restriction: 'Revoked by restriction action.',
  unknown: 'Revoked by unknown action.',
}

/** Ends tokens of a person and tells the app, where it may hear of it. */
export async function revokeTokens(
  { world, delivery }: Pick<EmulatorContext, 'world' | 'delivery'>,
  person: EmulatedPerson,
  { tokens, reason }: { tokens: WithdrawnTokens; reason: WithdrawalReason },
): Promise<{ delivered: boolean }> {
  world.oauth.withdraw(person.openId, tokens)
  if (!world.app.scopes.includes('auth:user_access_token:read')) return { delivered: false }
  const seesUserId = world.app.scopes.includes('contact:user.employee_id:readonly')
  const { delivered } = await delivery.sendEvent(
    'auth.user_access_token.revoked_v4',
    {
      revoke_token_type: TYPES[tokens],
      revoke_reason: REVOKE_REASONS[reason],
      open_id: person.openId,
      union_id: person.unionId,
      ...(seesUserId ? { user_id: person.userId } : {}),
    },
    person,
  )
  return { delivered }
}
