import { timingSafeEqual } from 'node:crypto'
import { hashSecret } from '../auth/one-time-secret.ts'
import type { Clock } from '../auth/ports.ts'
import type { ApiKeyRecord, ApiKeyStore } from './api-key-store.ts'
import { isApiKeySecret } from './api-keys.ts'
import type { Permissions } from './permissions.ts'
import { EVERYTHING } from './permits.ts'

/** Somebody who called `/v1` with a key that is known. */
export type Client = {
  /** The name of the key, unique among those who can call. */
  name: string
  permissions: Permissions
}

/** A key of the environment; only the hash of its secret is kept, as `hashSecret` makes it. */
export type EnvironmentKey = { name: string; secretHash: string }

/** Knows who calls by their bearer token. */
export interface Clients {
  /**
   * The client with this secret, where no database need be asked: it is in the environment, or has just called; null for one that is
   * short enough to be guessed, so that guesses are always counted.
   */
  known(secret: string): Client | null
  /**
   * The client with this secret; null when there is none.
   * @throws {StoreUnavailableError} when the database does not answer; keys of the environment do without it.
   */
  find(secret: string): Promise<Client | null>
  /**
   * The same for an address that has sent too many wrong ones: what might be guessed is not looked at, and however many come, the
   * database is read once in two seconds.
   */
  findUnguessable(secret: string): Promise<Client | null>
  /** Tells whether the key of a client who was found before still counts; it reads the database when that was more than two seconds ago. */
  isStillKnown(client: Client): Promise<boolean>
  /** A key was revoked in this process: it is not remembered any longer. */
  forget(secretHash: string): void
}

/**
 * A key revoked by another process stops working this much later. What it saves at each request: 7 of 10 µs on SQLite, and a round
 * trip on Postgres.
 */
const REMEMBER_MS = 2000
const MOST_REMEMBERED = 1000
/** What has so many characters, such as 128 random bits in hex, nobody guesses at whatever speed. */
const UNGUESSABLE_LENGTH = 32

/** Creates the list of those who may call: keys of the environment, then those of the database. */
export function createClients({
  environmentKeys,
  store,
  clock,
}: {
  environmentKeys: readonly EnvironmentKey[]
  store: Pick<ApiKeyStore, 'findUsable' | 'list'>
  clock: Pick<Clock, 'now'>
}): Clients {
  const environment = environmentKeys.map(({ name, secretHash }) => ({
    hash: Buffer.from(secretHash),
    client: { name, permissions: EVERYTHING },
  }))
  const remembered = new Map<string, { client: Client; until: number }>()
  const hashOf = new WeakMap<Client, string>()
  let all: { until: number; keys: Promise<Map<string, ApiKeyRecord>> } | null = null

  return {
    known: (secret) => (secret.length < UNGUESSABLE_LENGTH ? null : knownBy(hashSecret(secret))),
    async find(secret) {
      const secretHash = hashSecret(secret)
      const client = knownBy(secretHash)
      if (client || !isApiKeySecret(secret)) return client
      return inDatabase(secretHash)
    },
    async findUnguessable(secret) {
      if (secret.length < UNGUESSABLE_LENGTH) return null
      const secretHash = hashSecret(secret)
      const client = knownBy(secretHash)
      if (client || !isApiKeySecret(secret)) return client
      return amongAll(secretHash)
    },
    async isStillKnown(client) {
      const secretHash = hashOf.get(client)
      if (secretHash === undefined) return true
      return (recall(secretHash) ?? (await inDatabase(secretHash))) !== null
    },
    forget(secretHash) {
      remembered.delete(secretHash)
      all = null
    },
  }

  function knownBy(secretHash: string): Client | null {
    return inEnvironment(Buffer.from(secretHash)) ?? recall(secretHash)
  }

  /** Looks at every key whatever it finds, so that the time tells nothing. */
  function inEnvironment(hash: Buffer): Client | null {
    let found: Client | null = null
    for (const key of environment) {
      if (key.hash.length === hash.length && timingSafeEqual(key.hash, hash)) found = key.client
    }
    return found
  }

  function recall(secretHash: string): Client | null {
    const kept = remembered.get(secretHash)
    if (kept && clock.now().getTime() < kept.until) return kept.client
    if (kept) remembered.delete(secretHash)
    return null
  }

  /** Who is not found is asked for again each time: a wrong key is slowed down at the door. */
  async function inDatabase(secretHash: string): Promise<Client | null> {
    const until = clock.now().getTime() + REMEMBER_MS
    const key = await store.findUsable(secretHash)
    return key && remember(key, until)
  }

  async function amongAll(secretHash: string): Promise<Client | null> {
    const now = clock.now().getTime()
    if (!all || now >= all.until) all = { until: now + REMEMBER_MS, keys: readAll() }
    const { until, keys } = all
    const key = (await keys).get(secretHash)
    return key ? remember(key, until) : null
  }

  async function readAll(): Promise<Map<string, ApiKeyRecord>> {
    try {
      const keys = await store.list()
      const usable = keys.filter(({ revokedAt }) => revokedAt === null)
      return new Map(usable.map((key) => [key.secretHash, key]))
    } catch (error) {
      all = null
      throw error
    }
  }

  function remember({ name, permissions, secretHash }: ApiKeyRecord, until: number): Client {
    // Two keys of one name are two callers: what one may ask for again, the other may not.
    const isTaken = environment.some((other) => other.client.name === name)
    const client = { name: isTaken ? `${name}@database` : name, permissions }
    if (remembered.size >= MOST_REMEMBERED) remembered.clear()
    remembered.set(secretHash, { client, until })
    hashOf.set(client, secretHash)
    return client
  }
}
