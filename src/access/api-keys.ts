import { randomUUID } from 'node:crypto'
import { hashSecret, newSecret } from '../auth/one-time-secret.ts'
import type { Clock } from '../auth/ports.ts'
import type { ApiKeyRecord, ApiKeyStore } from './api-key-store.ts'
import type { Audit } from './audit.ts'
import type { Permissions } from './permissions.ts'

/** The keys that are kept in the database. */
export interface ApiKeys {
  /** Makes a key; its secret is handed out this once. Null when a key, revoked or not, has the name. */
  create(
    name: string,
    permissions: Permissions,
  ): Promise<{ key: ApiKeyRecord; secret: string } | null>
  list(): Promise<ApiKeyRecord[]>
  /** Ends a key for good; null when there is none of this name, or when it was ended before. */
  revoke(name: string): Promise<ApiKeyRecord | null>
}

/** What every secret begins with, so that people and scanners of leaked secrets know it for one. */
const SECRET_PREFIX = 'fca_'

const SECRET = /^fca_[A-Za-z0-9_-]{43}$/

/** Tells whether a bearer token has the shape of a key from the database, before it is hashed and looked up. */
export function isApiKeySecret(text: string): boolean {
  return SECRET.test(text)
}

/** Creates the use cases behind `apikey create|list|revoke`. */
export function createApiKeys({
  store,
  clock,
  audit,
  onRevoked,
}: {
  store: ApiKeyStore
  clock: Pick<Clock, 'now'>
  audit: Pick<Audit, 'note'>
  /** Told the hash of the secret of a key that was revoked here. */
  onRevoked: (secretHash: string) => void
}): ApiKeys {
  return {
    async create(name, permissions) {
      const secret = `${SECRET_PREFIX}${newSecret()}`
      const key: ApiKeyRecord = {
        id: randomUUID(),
        name,
        secretHash: hashSecret(secret),
        permissions,
        createdAt: clock.now(),
        revokedAt: null,
      }
      if (!(await store.insert(key))) return null
      audit.note({ action: 'api_key_created', detail: { name, ...permissions } })
      return { key, secret }
    },
    list: () => store.list(),
    async revoke(name) {
      const key = await store.revoke(name, clock.now())
      if (!key) return null
      onRevoked(key.secretHash)
      audit.note({ action: 'api_key_revoked', detail: { name } })
      return key
    },
  }
}
