/** What one person granted one app, as it is stored: tokens are sealed, never in the clear. */
export type Grant = {
  appId: string
  openId: string
  tenantKey: string
  /** The session whose consent gave this grant; it heals a crash between storing and completing. */
  sessionId: string
  scopes: readonly string[]
  sealedAccessToken: string
  accessTokenExpiresAt: Date
  /** Null when Feishu gave none: `offline_access` was not asked, not enabled or not granted. */
  sealedRefreshToken: string | null
  refreshTokenExpiresAt: Date | null
  /** When the person consented; refreshing ends 365 days later (Feishu code 20037). */
  authorizedAt: Date
  /** When this token pair was issued. */
  issuedAt: Date
  /** Grows by one with every write; the compare-and-set of later writers. */
  version: number
}

/** A token in the clear, as handed to a caller who may have it. */
export type UserAccessToken = {
  accessToken: string
  expiresAt: Date
  scopes: readonly string[]
  openId: string
  appId: string
}

/** So long after a consent Feishu ends refreshing (code 20037), in milliseconds. */
export const REFRESHABLE_MS = 365 * 86_400_000

/** Feishu takes no more in one request (https://open.feishu.cn/document/common-capabilities/sso/api/obtain-oauth-code). */
export const MOST_SCOPES = 50

/**
 * What to ask for so that a grant goes on as it is, with whatever is `asked` besides. Beyond what one request takes, what is asked
 * goes first, and then that it can be refreshed; Feishu keeps the others unless it has ended the grant.
 */
export function scopesToRenew(
  { scopes }: Pick<Grant, 'scopes'>,
  asked: readonly string[] = [],
): string[] {
  const all = [...new Set([...asked, ...scopes])]
  if (all.length <= MOST_SCOPES) return all
  const staying = scopes.filter((scope) => scope === 'offline_access')
  return [...new Set([...asked, ...staying, ...all])].slice(0, MOST_SCOPES)
}

/** The scopes of `asked` that `granted` lacks. */
export function missingScopes(asked: readonly string[], granted: readonly string[]): string[] {
  if (asked.length === 0) return []
  const have = new Set(granted)
  return asked.filter((scope) => !have.has(scope))
}
