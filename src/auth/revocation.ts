import type { GrantKey } from './upkeep.ts'

/** Why tokens end: who took a grant back, or why it was never kept. */
export type RevocationCause = 'user' | 'admin' | 'mismatch' | 'not_kept'

/** The two tokens of a revocation, sealed; null once Feishu was told, or need not be. */
export type SealedTokens = { sealedAccessToken: string | null; sealedRefreshToken: string | null }

/** Tokens that have ended here and are yet to be ended at Feishu. */
export type Revocation = GrantKey &
  SealedTokens & {
    id: string
    tenantKey: string | null
    /** The session whose consent brought the tokens. */
    sessionId: string
    cause: RevocationCause
    /** Which grant goes with it; null for tokens that were never kept. */
    grantVersion: number | null
    authorizedAt: Date
    accessTokenExpiresAt: Date
    refreshTokenExpiresAt: Date
    /** Tries that have come to an end. */
    attempts: number
    dueAt: Date
  }

/** Which of the two tokens. */
export type WhichTokens = { accessToken: boolean; refreshToken: boolean }

/** Revocations on disk; they outlive a crash and an outage of Feishu. */
export interface RevocationStore {
  /** Puts one in, unless it is there already. */
  put(revocation: Revocation): Promise<void>
  /** Takes up to `limit` due ones for work until `until`, the most overdue first. */
  claimDue(now: Date, until: Date, limit: number): Promise<Revocation[]>
  /** Forgets the tokens that are done with, and asks for another try; a key rotation meanwhile is not undone. */
  noteTry(id: string, done: WhichTokens, dueAt: Date): Promise<void>
  delete(id: string): Promise<void>
  /** Up to `limit` whose tokens are not sealed with this key alone, by id. */
  listSealedOtherwise(keyId: string, after: string | null, limit: number): Promise<Revocation[]>
  /** Writes the same tokens sealed with another key; false when they have changed since they were read. */
  reseal(revocation: Revocation, tokens: SealedTokens): Promise<boolean>
  /** How many each key has sealed; null stands for those not known to be sealed with one key. */
  countByKey(): Promise<{ keyId: string | null; count: number }[]>
}
