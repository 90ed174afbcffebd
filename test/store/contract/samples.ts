import { randomUUID } from 'node:crypto'
import type { Grant } from '../../../src/auth/grant.ts'
import type { OAuthAttempt, Store } from '../../../src/auth/ports.ts'
import type { AuthSession } from '../../../src/auth/session.ts'
import type { GrantKey, Lease, Upkeep } from '../../../src/auth/upkeep.ts'

/** The present of every contract test. */
export const NOW = new Date('2026-11-20T08:00:00.123Z')

/** An instant so many seconds from the present. */
export function inSeconds(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000)
}

/** A pending session of a person of its own, ten minutes before it expires. */
export function aSession(changes: Partial<AuthSession> = {}): AuthSession {
  const id = randomUUID()
  return {
    id,
    appId: 'cli_a',
    openId: `ou_${id}`,
    tenantKey: null,
    state: 'pending',
    endReason: null,
    authMethod: 'websocket_card',
    scopes: ['offline_access', 'docx:document:readonly'],
    grantedScopes: null,
    reason: null,
    locale: null,
    chatId: null,
    lastFailure: null,
    mismatches: 0,
    ticketHash: `hash-${id}`,
    sealedTicket: `sealed-${id}`,
    heldUntil: null,
    grantEndsAt: null,
    card: {
      messageId: null,
      shows: null,
      wants: 'asking',
      wantsSince: null,
      dueAt: NOW,
      attempts: 0,
    },
    createdAt: NOW,
    cardSentAt: null,
    expiresAt: inSeconds(600),
    endedAt: null,
    ...changes,
  }
}

/** Stores a session and hands it back. */
export async function insertSession(
  store: Store,
  changes: Partial<AuthSession> = {},
): Promise<AuthSession> {
  const session = await store.sessions.insert(aSession(changes))
  if (session === null) throw new Error('The sample session was not inserted.')
  return session
}

/** Reads a session that must be there. */
export async function readSession(store: Store, id: string): Promise<AuthSession> {
  const session = await store.sessions.find(id)
  if (session === null) throw new Error('The sample session is gone.')
  return session
}

/** An unspent attempt of a session. */
export function anAttempt(sessionId: string, changes: Partial<OAuthAttempt> = {}): OAuthAttempt {
  return {
    stateHash: randomUUID(),
    sessionId,
    sealedVerifier: 'sealed-verifier',
    browserHash: 'browser-hash',
    createdAt: NOW,
    expiresAt: inSeconds(600),
    usedAt: null,
    ...changes,
  }
}

/** The grant that a session's consent gives. */
export function aGrant(
  session: AuthSession,
  changes: Partial<Omit<Grant, 'version'>> = {},
): Omit<Grant, 'version'> {
  return {
    appId: session.appId,
    openId: session.openId,
    tenantKey: 'tenant_a',
    sessionId: session.id,
    scopes: ['docx:document:readonly'],
    sealedAccessToken: 'sealed-access-token',
    accessTokenExpiresAt: inSeconds(7200),
    sealedRefreshToken: 'sealed-refresh-token',
    refreshTokenExpiresAt: inSeconds(604_800),
    authorizedAt: NOW,
    issuedAt: NOW,
    ...changes,
  }
}

/** Stores a grant of a person of its own and hands it back. */
export async function insertGrant(
  store: Store,
  changes: Partial<Omit<Grant, 'version'>> = {},
): Promise<Grant> {
  const { appId, openId } = changes
  const session = await insertSession(store, {
    ...(appId === undefined ? {} : { appId }),
    ...(openId === undefined ? {} : { openId }),
  })
  const grant = await store.grants.save(aGrant(session, changes))
  if (grant === null) throw new Error('The sample grant was not saved.')
  return grant
}

/** The key of a grant that nobody else has. */
export function aGrantKey(): GrantKey {
  return { appId: 'cli_a', openId: `ou_${randomUUID()}` }
}

/** Takes the lease of a grant that must be free. */
export async function claimLease(
  store: Store,
  key: GrantKey,
  owner = 'process_a',
): Promise<Upkeep & { lease: Lease }> {
  const upkeep = await store.upkeeps.claim(key, owner, NOW, inSeconds(10))
  if (!upkeep?.lease) throw new Error('The sample lease was not given.')
  return { ...upkeep, lease: upkeep.lease }
}

/** How a lease is given back when all went well. */
export const SETTLED = {
  intent: 'settled',
  failures: 0,
  coolUntil: null,
  coolReason: null,
} as const
