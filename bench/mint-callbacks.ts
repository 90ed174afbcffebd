import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { createApps } from '../src/auth/apps.ts'
import { hashSecret, newSecret } from '../src/auth/one-time-secret.ts'
import { verifierBinding } from '../src/auth/open-link.ts'
import type { AuthSession } from '../src/auth/session.ts'
import { createTickets } from '../src/auth/ticket.ts'
import { createTokenCipher, parseKeyRing } from '../src/auth/token-cipher.ts'
import { createStore } from '../src/store/create-store.ts'
import { asDatabase, sqliteDialect } from '../src/store/dialects.ts'
import { keepStatements } from '../src/store/keep-statements.ts'
import * as schema from '../src/store/sqlite-schema.ts'
import type { BenchRequest } from './send-requests.ts'

/** Someone who was asked by an app. */
export type Person = { appId: string; openId: string }

/** Puts people in front of their consent, so that only the callback is left. */
export type CallbackMint = {
  /** Each gets a pending session with a card and an opened link; the requests are Feishu's redirects. */
  mint(people: readonly Person[]): Promise<BenchRequest[]>
  /** How many sessions are still pending. */
  pending(): Promise<number>
  close(): Promise<void>
}

/** Opens the database of a running service, beside it. */
export function createCallbackMint(options: {
  databasePath: string
  /** The service's `TOKEN_ENCRYPTION_KEYS`. */
  keys: string
}): CallbackMint {
  const ring = parseKeyRing(options.keys)
  if (!ring.ok) throw new Error('the keys do not parse')
  const cipher = createTokenCipher({ keys: ring.keys })
  const tickets = createTickets({ apps: createApps([]), cipher })
  const connection = new Database(options.databasePath)
  keepStatements(connection)
  const store = createStore({
    name: 'sqlite',
    database: asDatabase(drizzle(connection)),
    dialect: sqliteDialect,
    schema,
    async close() {
      connection.close()
    },
  })
  let visitors = 0

  return {
    async mint(people) {
      const requests: BenchRequest[] = []
      // One commit for all: a commit each would take longer than the round.
      connection.exec('begin')
      for (const person of people) requests.push(await putInFrontOfConsent(person))
      connection.exec('commit')
      return requests
    },
    async pending() {
      const counts = await store.sessions.countPending()
      return counts.reduce((sum, { count }) => sum + count, 0)
    },
    close: () => store.close(),
  }

  async function putInFrontOfConsent(person: Person): Promise<BenchRequest> {
    const session = pendingSession(person)
    const state = newSecret()
    const stateHash = hashSecret(state)
    await store.sessions.insert(session)
    await store.attempts.insert({
      stateHash,
      sessionId: session.id,
      sealedVerifier: cipher.seal(newSecret(), verifierBinding(person, stateHash)),
      browserHash: hashSecret(newSecret()),
      createdAt: session.createdAt,
      expiresAt: session.expiresAt,
      usedAt: null,
    })
    visitors += 1
    const address = [10, visitors >> 16, visitors >> 8, visitors].map((part) => part & 0xff)
    return {
      method: 'GET',
      path: `/callback?code=code.${person.openId}&state=${state}`,
      // Everybody comes from an address of their own, or the limit per address would be measured.
      headers: { 'x-forwarded-for': address.join('.') },
    }
  }

  function pendingSession(person: Person): AuthSession {
    const id = randomUUID()
    const now = new Date()
    return {
      id,
      ...person,
      tenantKey: null,
      state: 'pending',
      endReason: null,
      authMethod: 'websocket_card',
      scopes: ['offline_access'],
      grantedScopes: null,
      reason: null,
      locale: null,
      chatId: null,
      lastFailure: null,
      mismatches: 0,
      ...tickets.issue({ id, ...person }),
      heldUntil: null,
      grantEndsAt: null,
      card: {
        messageId: `om_${id}`,
        shows: 'asking',
        wants: 'asking',
        wantsSince: null,
        dueAt: null,
        attempts: 0,
      },
      createdAt: now,
      cardSentAt: now,
      expiresAt: new Date(now.getTime() + 600_000),
      endedAt: null,
    }
  }
}
