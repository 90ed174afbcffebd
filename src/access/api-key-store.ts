import type { Permissions } from './permissions.ts'

/** An API key on disk; its secret is not among what is kept. */
export type ApiKeyRecord = {
  id: string
  /** Unique for ever, so that the record of who did what stays readable. */
  name: string
  /** SHA-256 of the secret, as `hashSecret` makes it. */
  secretHash: string
  permissions: Permissions
  createdAt: Date
  revokedAt: Date | null
}

/** API keys on disk. */
export interface ApiKeyStore {
  /** False when a key, revoked or not, has this name. */
  insert(key: ApiKeyRecord): Promise<boolean>
  /** The key with this secret, unless it was revoked. */
  findUsable(secretHash: string): Promise<ApiKeyRecord | null>
  /** Every key by name, revoked ones too. */
  list(): Promise<ApiKeyRecord[]>
  /** Null when there is no such key, or when it was revoked before. */
  revoke(name: string, now: Date): Promise<ApiKeyRecord | null>
}
