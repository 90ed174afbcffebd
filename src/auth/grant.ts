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

/** The scopes of `asked` that `granted` lacks. */
export function missingScopes(asked: readonly string[], granted: readonly string[]): string[] {
  const have = new Set(granted)
  return asked.filter((scope) => !have.has(scope))
}
