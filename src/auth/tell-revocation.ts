import { AuthorizationCodeUsedError, FeishuUnavailableError } from '../errors.ts'
import type { EventSink } from './events.ts'
import type { Clock, OAuthClient, Store, TokenCipher } from './ports.ts'
import type { Revocation, WhichTokens } from './revocation.ts'
import { bindingsOf } from './revocation-of.ts'

/** What one try came to: Feishu knows all it need know, or something is left for another try. */
export type Told =
  | { isDone: true }
  /** No error where a token only waits for a consent that is being completed. */
  | { isDone: false; left: Revocation; error: unknown }

/**
 * Tells Feishu once that tokens have ended, each token by itself, and notes what is left.
 * @throws {StoreUnavailableError} when that cannot be noted; whatever was told is told again.
 */
export type TellRevocation = (revocation: Revocation) => Promise<Told>

type Neighbours = {
  store: Pick<Store, 'grants' | 'sessions' | 'revocations'>
  cipher: TokenCipher
  oauth: OAuthClient
  clock: Clock
  events: EventSink
}

/** What became of one token; it is needless where it has run out, was told before, or must live on. */
type Ended = { kind: 'told' } | { kind: 'needless' } | { kind: 'left'; error: unknown }

const FIRST_PAUSE_SECONDS = 5
const LONGEST_PAUSE_SECONDS = 3600

/** Creates the one place that tells Feishu of revocations (RFC 7009). */
export function createTellRevocation(neighbours: Neighbours): TellRevocation {
  const { store, cipher, oauth, clock, events } = neighbours

  return async (revocation) => {
    const { id, appId, sessionId, cause, attempts } = revocation
    // The refresh token first: with it the whole grant ends; the access token lives on by itself (RFC 7009 §2.1).
    const refreshToken = await endRefreshToken(revocation)
    const accessToken = await endAccessToken(revocation)
    if (cause === 'mismatch' && accessToken.kind === 'told') {
      events.emit({ type: 'stray_token_revoked', appId, sessionId })
    }
    const both = [refreshToken, accessToken]
    const left = both.filter((each) => each.kind === 'left')
    if (left.length === 0) {
      await store.revocations.delete(id)
      return { isDone: true }
    }
    const error = left.map((each) => each.error).find((each) => each !== null) ?? null
    const done = {
      accessToken: accessToken.kind !== 'left',
      refreshToken: refreshToken.kind !== 'left',
    }
    const dueAt = inSeconds(error === null ? FIRST_PAUSE_SECONDS : pauseSeconds(attempts, error))
    await store.revocations.noteTry(id, done, dueAt)
    return { isDone: false, left: withoutDone(revocation, done, dueAt), error }
  }

  async function endAccessToken(revocation: Revocation): Promise<Ended> {
    const { appId, sealedAccessToken, accessTokenExpiresAt } = revocation
    if (sealedAccessToken === null || accessTokenExpiresAt <= clock.now()) return NEEDLESS
    return told(() => {
      const token = cipher.open(sealedAccessToken, bindingsOf(revocation).accessToken)
      return oauth.revokeAccessToken(appId, token)
    })
  }

  /** By a refresh token Feishu may end everything the person granted, so a consent that is newer must not meet it. */
  async function endRefreshToken(revocation: Revocation): Promise<Ended> {
    const { appId, openId, sealedRefreshToken, refreshTokenExpiresAt } = revocation
    if (sealedRefreshToken === null || refreshTokenExpiresAt <= clock.now()) return NEEDLESS
    if (await hasLivingGrant(appId, openId)) return NEEDLESS
    const pending = await store.sessions.findPending(appId, openId)
    // A code is being exchanged this instant; what comes of it is known in a moment.
    if (pending?.heldUntil && pending.heldUntil > clock.now()) return { kind: 'left', error: null }
    return told(() => {
      const token = cipher.open(sealedRefreshToken, bindingsOf(revocation).refreshToken)
      return oauth.revokeRefreshToken(appId, token)
    })
  }

  async function hasLivingGrant(appId: string, openId: string): Promise<boolean> {
    const grant = await store.grants.find(appId, openId)
    if (!grant) return false
    return grant.sealedRefreshToken !== null || grant.accessTokenExpiresAt > clock.now()
  }

  function inSeconds(seconds: number): Date {
    return new Date(clock.now().getTime() + seconds * 1000)
  }
}

const NEEDLESS: Ended = { kind: 'needless' }

async function told(revoke: () => Promise<void>): Promise<Ended> {
  try {
    await revoke()
    return { kind: 'told' }
  } catch (error) {
    // Feishu says that the token is dead already.
    return error instanceof AuthorizationCodeUsedError ? { kind: 'told' } : { kind: 'left', error }
  }
}

/** 5 s, doubling, at most an hour, or as long as Feishu asks for. */
function pauseSeconds(attempts: number, error: unknown): number {
  const asked = error instanceof FeishuUnavailableError ? error.retryAfterSeconds : 0
  const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** attempts, LONGEST_PAUSE_SECONDS)
  return Math.max(pause, asked)
}

function withoutDone(revocation: Revocation, done: WhichTokens, dueAt: Date): Revocation {
  return {
    ...revocation,
    ...(done.accessToken ? { sealedAccessToken: null } : {}),
    ...(done.refreshToken ? { sealedRefreshToken: null } : {}),
    attempts: revocation.attempts + 1,
    dueAt,
  }
}
