import type { Apps } from './apps.ts'
import type { EventSink } from './events.ts'
import { hashSecret, isSecret, newSecret } from './one-time-secret.ts'
import type { Clock, OAuthClient, Store, TokenCipher } from './ports.ts'
import type { ReadSession } from './read-session.ts'
import { type AuthSession, isOpen } from './session.ts'

/** What opening the link of a card leads to. */
export type OpenedLink =
  | {
      kind: 'redirect'
      authorizeUrl: URL
      /** To be set as a cookie in this browser; it guards a denial, which carries no identity. */
      browserSecret: string
      session: AuthSession
    }
  | { kind: 'ended'; session: AuthSession }
  | { kind: 'unknown' }

/** Opens the link behind the Authorize button; every open is an attempt of its own and uses nothing up. */
export type OpenLink = (request: {
  ticket: unknown
  /** The cookie this browser already holds, if any: two tabs share it. */
  browserSecret: unknown
}) => Promise<OpenedLink>

type Neighbours = {
  apps: Apps
  store: Store
  cipher: TokenCipher
  oauth: OAuthClient
  clock: Clock
  events: EventSink
  readSession: ReadSession
}

/** A `state` lives at most this long, whatever the session's life (RFC 9700 §4.7). */
const ATTEMPT_SECONDS = 600

/** Creates the use case behind `GET /auth/{ticket}`. */
export function createOpenLink(neighbours: Neighbours): OpenLink {
  const { apps, store, cipher, oauth, clock, events, readSession } = neighbours

  return async ({ ticket, browserSecret }) => {
    const found = isSecret(ticket) && (await store.sessions.findByTicketHash(hashSecret(ticket)))
    if (!found) return { kind: 'unknown' }
    const session = await readSession(found.id)
    events.emit({ type: 'step_reached', step: 'link_opened', session })
    const now = clock.now()
    if (!isOpen(session, now)) return { kind: 'ended', session }

    const app = apps.resolve(session.appId)
    const state = newSecret()
    const codeVerifier = newSecret()
    const browser = isSecret(browserSecret) ? browserSecret : newSecret()
    const lastsUntil = Math.min(now.getTime() + ATTEMPT_SECONDS * 1000, session.expiresAt.getTime())
    await store.attempts.insert({
      stateHash: hashSecret(state),
      sessionId: session.id,
      sealedVerifier: cipher.seal(codeVerifier, verifierBinding(session, hashSecret(state))),
      browserHash: hashSecret(browser),
      createdAt: now,
      expiresAt: new Date(lastsUntil),
      usedAt: null,
    })
    const authorizeUrl = oauth.authorizeUrl({
      appId: app.appId,
      scopes: session.scopes,
      state,
      codeChallenge: hashSecret(codeVerifier),
    })
    events.emit({ type: 'step_reached', step: 'consent_redirected', session })
    return { kind: 'redirect', authorizeUrl, browserSecret: browser, session }
  }
}

/** What the sealed verifier of an attempt is bound to. */
export function verifierBinding(session: { appId: string; openId: string }, stateHash: string) {
  const { appId, openId } = session
  return { appId, tenantKey: null, openId, field: `verifier:${stateHash}` }
}
