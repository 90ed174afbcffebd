import { randomUUID } from 'node:crypto'
import { FeishuUnavailableError, StoreUnavailableError } from '../errors.ts'
import type { Background } from './background.ts'
import { CLAIMED_MS } from './end-grant.ts'
import type { EventSink } from './events.ts'
import type { Clock, OAuthClient, Store, TokenCipher, TokenOwner, TokenReply } from './ports.ts'
import type { Revocation, RevocationCause } from './revocation.ts'
import { bindingsOf, usualEnd } from './revocation-of.ts'
import type { AuthSession } from './session.ts'
import type { TellRevocation } from './tell-revocation.ts'

/** Tokens that nobody keeps. */
export type Stray = {
  /** The session whose consent brought them. */
  session: Pick<AuthSession, 'id' | 'appId' | 'openId' | 'tenantKey'>
  reply: TokenReply
  /** Null when Feishu did not say whose they are. */
  owner: Pick<TokenOwner, 'openId' | 'tenantKey'> | null
  cause: Extract<RevocationCause, 'mismatch' | 'not_kept'>
}

/**
 * Ends tokens that are not kept, in the background: what nobody looks after must not stay usable. The refresh token only
 * where its owner is known and has no grant of their own, which Feishu might end with it.
 */
export type RevokeStray = (stray: Stray) => void

type Neighbours = {
  store: Pick<Store, 'revocations'>
  cipher: TokenCipher
  oauth: OAuthClient
  clock: Clock
  events: EventSink
  background: Background
  tellRevocation: TellRevocation
}

/** A moment of trouble is over after these; the sweep of revocations goes on from there. */
const PAUSES_MS = [250, 1000]
/** A shutdown waits for this work, and not for ever. */
const NO_MORE_TRIES_AFTER_MS = 8000

/** Creates the step that ends stray tokens. */
export function createRevokeStray(neighbours: Neighbours): RevokeStray {
  const { store, cipher, oauth, clock, events, background, tellRevocation } = neighbours

  return (stray) => background.run(() => revoke(stray))

  async function revoke(stray: Stray): Promise<void> {
    const { id: sessionId, appId } = stray.session
    const revocation = sealStray(stray)
    const error = (await put(revocation)) ? await tell(revocation) : await endAccessToken(stray)
    if (error !== null) events.emit({ type: 'stray_token_kept', appId, sessionId, error })
  }

  /** False when the database is away: nobody but this process can tell then. */
  async function put(revocation: Revocation): Promise<boolean> {
    for (const pause of [...PAUSES_MS, null]) {
      try {
        await store.revocations.put(revocation)
        return true
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error
        if (pause !== null) await clock.sleep(pause)
      }
    }
    return false
  }

  async function tell(revocation: Revocation): Promise<unknown> {
    const lastTryAt = clock.now().getTime() + NO_MORE_TRIES_AFTER_MS
    let left = revocation
    for (const pause of [...PAUSES_MS, null]) {
      const told = await tellRevocation(left)
      if (told.isDone) return null
      const isPassing = told.error instanceof FeishuUnavailableError
      if (!isPassing || pause === null || clock.now().getTime() > lastTryAt) return told.error
      left = told.left
      await clock.sleep(pause)
    }
    return null
  }

  async function endAccessToken({ session, reply }: Stray): Promise<unknown> {
    try {
      await oauth.revokeAccessToken(session.appId, reply.accessToken)
      return null
    } catch (error) {
      return error
    }
  }

  function sealStray({ session, reply, owner, cause }: Stray): Revocation {
    const now = clock.now()
    const row = {
      appId: session.appId,
      openId: owner?.openId ?? session.openId,
      tenantKey: owner?.tenantKey ?? session.tenantKey,
    }
    const bindings = bindingsOf(row)
    const { refreshToken } = reply
    const mayEndRefreshToken = owner !== null && refreshToken !== null
    return {
      id: randomUUID(),
      ...row,
      sessionId: session.id,
      cause,
      grantVersion: null,
      authorizedAt: now,
      sealedAccessToken: cipher.seal(reply.accessToken, bindings.accessToken),
      accessTokenExpiresAt: after(now, reply.expiresIn),
      sealedRefreshToken: mayEndRefreshToken
        ? cipher.seal(refreshToken, bindings.refreshToken)
        : null,
      refreshTokenExpiresAt:
        reply.refreshTokenExpiresIn === null
          ? usualEnd(now)
          : after(now, reply.refreshTokenExpiresIn),
      attempts: 0,
      dueAt: new Date(now.getTime() + CLAIMED_MS),
    }
  }
}

function after(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000)
}
