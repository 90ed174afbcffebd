import type { RevocationReason } from '../auth/grant-events.ts'
import { type EventEnvelope, textOf } from './event-envelope.ts'

/** Feishu has ended tokens of a person. */
export type TokenRevoked = {
  appId: string
  openId: string
  tokens: 'access' | 'refresh' | 'both'
  reason: RevocationReason
  /** When it happened: a grant given after that is another one. */
  at: Date | null
}

/** The documented reasons; any other reads as unknown. */
const REASONS: Readonly<Record<string, RevocationReason>> = {
  'Revoked by user action.': 'user',
  'Revoked by administrator action.': 'admin',
  'Revoked by security and risk control action.': 'risk',
  // Frozen, resigned, the app not available any more.
  'Revoked by restriction action.': 'restriction',
}

/**
 * Reads `auth.user_access_token.revoked_v4`; null when it is something else
 * (https://open.feishu.cn/document/authentication-management/access-token/user-access-token-revoked).
 */
export function parseTokenRevoked({ appId, at, fields }: EventEnvelope): TokenRevoked | null {
  const openId = textOf(fields.open_id)
  const tokens = tokensOf(fields.revoke_token_type)
  if (appId === null || openId === null || tokens === null) return null
  const reason = REASONS[textOf(fields.revoke_reason)?.trim() ?? ''] ?? 'unknown'
  return { appId, openId, tokens, reason, at }
}

function tokensOf(types: unknown): TokenRevoked['tokens'] | null {
  const named = new Set(textOf(types)?.trim().split(/\s+/))
  const access = named.has('user_access_token')
  const refresh = named.has('refresh_token')
  if (access && refresh) return 'both'
  if (access) return 'access'
  return refresh ? 'refresh' : null
}
