import { adoptNewer } from './adopt-newer.ts'
import type { Apps } from './apps.ts'
import { endOfRefresh, tried } from './end-of-refresh.ts'
import type { EventSink } from './events.ts'
import type { Grant, UserAccessToken } from './grant.ts'
import type { HeldLease } from './held-lease.ts'
import type { Clock, Store, TokenCipher, TokenReply } from './ports.ts'
import type { RefreshResult } from './refresh-grant-result.ts'
import type { RefreshSchedule } from './refresh-schedule.ts'
import type { RevokeStray } from './revoke-stray.ts'
import { accessTokenBinding, refreshTokenBinding } from './store-grant.ts'
import { adviceOnRefreshing } from './unrefreshable.ts'
import type { UnsavedPairs } from './unsaved-pairs.ts'

/**
 * Saves the pair that replaces a spent refresh token, and lets go of the lease. Whatever happens here, the pair is not
 * lost: it is saved, or another one is newer, or it is kept in memory until the database takes it.
 */
export type SaveRotation = (
  held: HeldLease,
  grant: Grant,
  reply: TokenReply,
  /** When the refresh token was sent: the new ones cannot end later than counted from here. */
  sentAt: Date,
) => Promise<RefreshResult>

type Neighbours = {
  apps: Apps
  store: Pick<Store, 'grants' | 'upkeeps'>
  cipher: TokenCipher
  clock: Clock
  events: EventSink
  schedule: RefreshSchedule
  unsaved: UnsavedPairs
  readToken: (grant: Omit<Grant, 'version'>) => UserAccessToken
  revokeStray: RevokeStray
}

type Rotated = Omit<Grant, 'version'>

/** Creates the step between a new pair and everybody who waits for it. */
export function createSaveRotation(neighbours: Neighbours): SaveRotation {
  const { apps, store, cipher, clock, events, schedule, unsaved, readToken, revokeStray } =
    neighbours

  return async (held, grant, reply, sentAt) => {
    const rotated = rotatedGrant(grant, reply, sentAt)
    const save = () => writeAndLetGo(held, grant, rotated, reply)
    try {
      return await save()
    } catch (error) {
      const token = readToken(rotated)
      unsaved.keep(grant, token, () => save().then((result) => tellLate(held, grant, result)))
      events.emit({ type: 'refresh_not_saved', appId: grant.appId, openId: grant.openId, error })
      return { kind: 'fresh', token, how: 'unsaved' }
    }
  }

  /** The refresh has failed by then, for whoever counts; now it has not. */
  function tellLate(held: HeldLease, grant: Grant, result: RefreshResult): void {
    const span = { startedAt: held.takenAt, now: clock.now() }
    events.emit(endOfRefresh(grant, tried(result), span))
  }

  async function writeAndLetGo(
    held: HeldLease,
    grant: Grant,
    rotated: Rotated,
    reply: TokenReply,
  ): Promise<RefreshResult> {
    const { appId, openId } = grant
    const saved = await store.grants.rotate(grant.version, rotated)
    const stored = saved ?? (await store.grants.find(appId, openId))
    const isOurs = stored !== null && isSamePair(stored, rotated)
    if (isOurs) events.emit({ type: 'refresh_step', step: 'pair_saved', appId, openId })
    if (isOurs && stored.sealedRefreshToken === null) {
      // The grant could be refreshed once, so it was granted.
      const advice = adviceOnRefreshing(apps.resolve(appId), 'not_returned')
      events.emit({ type: 'grant_unrefreshable', appId, openId, why: 'not_returned', advice })
    }
    await letGo(held, isOurs ? stored : null).catch(() => {
      // The pair is where it belongs. The lease runs out, and an intent of an old version says nothing.
    })
    if (isOurs) return { kind: 'fresh', token: readToken(stored), how: 'refreshed' }
    drop(rotated, reply)
    return adoptNewer(stored, clock.now(), readToken)
  }

  async function letGo(held: HeldLease, saved: Grant | null): Promise<void> {
    const settled = { intent: 'settled', failures: 0, coolUntil: null, coolReason: null } as const
    if (!saved) return void (await held.release(settled))
    const dueAt = schedule.nextLook(saved, held.upkeep.lastUsedAt, clock.now())
    const isReleased = await held.release({ ...settled, mark: null, dueAt })
    // Whoever took the lease meanwhile may have given the grant up, and unscheduled it.
    if (!isReleased) await store.upkeeps.schedule(saved, dueAt)
  }

  /** Nobody has this pair. Where a newer consent lives, its refresh token is left to run out: it might end that one, too. */
  function drop(rotated: Rotated, reply: TokenReply): void {
    const { sessionId, appId, openId, tenantKey } = rotated
    const session = { id: sessionId, appId, openId, tenantKey }
    revokeStray({ session, reply, owner: { openId, tenantKey }, cause: 'not_kept' })
  }

  /** The write may have come through although its answer did not; sealed anew by a key rotation, it is still the same. */
  function isSamePair(stored: Grant, rotated: Rotated): boolean {
    if (stored.sealedAccessToken === rotated.sealedAccessToken) return true
    const isSibling = stored.issuedAt.getTime() === rotated.issuedAt.getTime()
    return isSibling && readToken(stored).accessToken === readToken(rotated).accessToken
  }

  function rotatedGrant(grant: Grant, reply: TokenReply, sentAt: Date): Rotated {
    const after = (seconds: number) => new Date(sentAt.getTime() + seconds * 1000)
    const { version: _old, ...same } = grant
    const { refreshToken, refreshTokenExpiresIn } = reply
    return {
      ...same,
      // An absent field never overwrites what is known.
      scopes: reply.scopes.length > 0 ? reply.scopes : grant.scopes,
      sealedAccessToken: cipher.seal(reply.accessToken, accessTokenBinding(grant)),
      accessTokenExpiresAt: after(reply.expiresIn),
      // The old refresh token is spent; without a new one there is none.
      sealedRefreshToken:
        refreshToken === null ? null : cipher.seal(refreshToken, refreshTokenBinding(grant)),
      refreshTokenExpiresAt: refreshTokenExpiresIn === null ? null : after(refreshTokenExpiresIn),
      issuedAt: sentAt,
    }
  }
}
