import { StoreUnavailableError } from '../errors.ts'
import type { Apps } from './apps.ts'
import type { EventSink } from './events.ts'
import type { Grant } from './grant.ts'
import type { Binding, Clock, Store, TokenCipher, TokenReply } from './ports.ts'
import type { ReadSession } from './read-session.ts'
import type { AuthSession } from './session.ts'
import { adviceOnRefreshing, whyUnrefreshable } from './unrefreshable.ts'

/**
 * Seals and stores what Feishu granted, then completes the session; null when the session ended
 * first or a newer consent is already there, and then nothing was stored.
 */
export type StoreGrant = (
  session: AuthSession,
  reply: TokenReply,
  tenantKey: string,
) => Promise<AuthSession | null>

type Neighbours = {
  apps: Apps
  store: Store
  cipher: TokenCipher
  clock: Clock
  events: EventSink
  readSession: ReadSession
}

/** A code cannot be exchanged twice, so a busy database gets a second and a third chance. */
const SAVE_DELAYS_MS = [50, 250]

/** Creates the step between a token reply and a completed session. */
export function createStoreGrant(neighbours: Neighbours): StoreGrant {
  const { apps, store, cipher, clock, events, readSession } = neighbours

  return async (session, reply, tenantKey) => {
    const saved = await saveStubbornly(sealGrant(cipher, session, reply, tenantKey, clock.now()))
    if (!saved) return null
    events.emit({ type: 'step_reached', step: 'token_stored', session })
    if (saved.sealedRefreshToken === null) tellUnrefreshable(session, saved.scopes)
    const completed = await store.sessions.move(
      session.id,
      { to: 'completed', grantedScopes: saved.scopes, tenantKey },
      clock.now(),
    )
    if (completed) events.emit({ type: 'session_ended', session: completed })
    // A sweep that healed the session in between has completed it already.
    return completed ?? (await readSession(session.id))
  }

  function tellUnrefreshable({ appId, openId, scopes }: AuthSession, granted: readonly string[]) {
    const why = whyUnrefreshable(granted, scopes)
    const advice = adviceOnRefreshing(apps.resolve(appId), why)
    events.emit({ type: 'grant_unrefreshable', appId, openId, why, advice })
  }

  async function saveStubbornly(grant: Omit<Grant, 'version'>): Promise<Grant | null> {
    for (const delay of SAVE_DELAYS_MS) {
      try {
        return await store.grants.save(grant)
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error
        await clock.sleep(delay)
      }
    }
    return store.grants.save(grant)
  }
}

function sealGrant(
  cipher: TokenCipher,
  session: AuthSession,
  reply: TokenReply,
  tenantKey: string,
  now: Date,
): Omit<Grant, 'version'> {
  const { id, appId, openId } = session
  const row = { appId, tenantKey, openId }
  return {
    appId,
    openId,
    tenantKey,
    sessionId: id,
    scopes: reply.scopes,
    sealedAccessToken: cipher.seal(reply.accessToken, accessTokenBinding(row)),
    accessTokenExpiresAt: secondsAfter(now, reply.expiresIn),
    sealedRefreshToken:
      reply.refreshToken === null
        ? null
        : cipher.seal(reply.refreshToken, refreshTokenBinding(row)),
    refreshTokenExpiresAt:
      reply.refreshTokenExpiresIn === null ? null : secondsAfter(now, reply.refreshTokenExpiresIn),
    authorizedAt: now,
    issuedAt: now,
  }
}

type Row = { appId: string; tenantKey: string | null; openId: string }

/** What a sealed access token is bound to. */
export function accessTokenBinding({ appId, tenantKey, openId }: Row): Binding {
  return { appId, tenantKey, openId, field: 'access_token' }
}

/** What a sealed refresh token is bound to. */
export function refreshTokenBinding({ appId, tenantKey, openId }: Row): Binding {
  return { appId, tenantKey, openId, field: 'refresh_token' }
}

function secondsAfter(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000)
}
