import { FeishuUnavailableError, TokenRefreshFailedError } from '../errors.ts'
import type { Apps } from './apps.ts'
import { type Grant, missingScopes, type UserAccessToken } from './grant.ts'
import { whyOver } from './grant-state.ts'
import type { Clock, Store } from './ports.ts'
import type { RefreshGrant } from './refresh-grant.ts'
import type { RefreshResult } from './refresh-grant-result.ts'
import type { FinishedReason } from './refresh-outcome.ts'
import type { RefreshSchedule } from './refresh-schedule.ts'
import { adviceOnRefreshing, whyUnrefreshable } from './unrefreshable.ts'
import type { UnsavedPairs } from './unsaved-pairs.ts'
import type { UseNotes } from './use-notes.ts'

/** Which token a caller needs; `minValidity` in seconds. */
export type TokenRequest = {
  openId: string
  appId?: string | undefined
  scopes?: readonly string[] | undefined
  minValidity?: number | undefined
  /** Refreshes although the stored token is fresh. */
  forceRefresh?: boolean | undefined
}

/** Why only the person can help. */
export type NeedReason = 'never_authorized' | 'scopes_missing' | FinishedReason

/** A token that works, or what is needed from the person. */
export type FreshToken =
  | {
      kind: 'token'
      token: UserAccessToken
      /** As it was stored, kept in use because its refresh failed for now, or refreshed by whomever. */
      how: 'stored' | 'kept' | 'refreshed'
    }
  | {
      kind: 'needs_person'
      appId: string
      why: NeedReason
      missingScopes: readonly string[]
      /** What an operator can do so that it does not happen again; null where it is nobody's fault. */
      advice: string | null
      /** The stored grant may be refreshed; one that replaces it should be, too. */
      mayRefresh: boolean
      /** What a grant gave that is over, to be asked for again; empty where there is none, or it lives. */
      lost: readonly string[]
    }

/**
 * Finds a token that works: stored and fresh, or refreshed exactly once. Never a silently stale one.
 * @throws {FeishuUnavailableError} when it ran out and Feishu does not answer.
 * @throws {AppMisconfiguredError} when it ran out and the app is refused.
 * @throws {TokenRefreshFailedError} when it ran out and nobody knows yet whether its refresh token was spent.
 * @throws {TokenUnreadableError} when it cannot be opened; that is an alarm, not a missing grant.
 */
export type FindFreshToken = (request: TokenRequest) => Promise<FreshToken>

/** A token handed out should outlive the call it is made for, in seconds; wished for, where the caller names nothing. */
const MIN_VALIDITY = 60
/** Another process may refresh for a caller who needs less. */
const TRIES = 2

type NeedsPerson = Extract<FreshToken, { kind: 'needs_person' }>

type Neighbours = {
  apps: Apps
  store: Pick<Store, 'grants' | 'sessions' | 'upkeeps'>
  clock: Clock
  schedule: RefreshSchedule
  refreshGrant: RefreshGrant
  unsaved: UnsavedPairs
  readToken: (grant: Grant) => UserAccessToken
  useNotes: Pick<UseNotes, 'take'>
}

/** Creates the one way to a token; the hot path is one indexed read and one unseal. */
export function createFindFreshToken(neighbours: Neighbours): FindFreshToken {
  const { apps, store, clock, schedule, refreshGrant, unsaved, readToken, useNotes } = neighbours

  return (request) => find(request, TRIES)

  async function find(request: TokenRequest, triesLeft: number): Promise<FreshToken> {
    const { openId, scopes = [], minValidity = MIN_VALIDITY, forceRefresh = false } = request
    const { appId } = apps.resolve(request.appId)
    const kept = forceRefresh ? null : unsaved.find({ appId, openId })
    if (
      kept &&
      lasts(kept.expiresAt, minValidity) &&
      missingScopes(scopes, kept.scopes).length === 0
    ) {
      return { kind: 'token', token: kept, how: 'stored' }
    }
    const grant = await store.grants.find(appId, openId)
    const needs = (why: NeedReason, missing: readonly string[]): NeedsPerson => ({
      kind: 'needs_person',
      appId,
      why,
      missingScopes: missing,
      advice: null,
      mayRefresh: grant !== null && grant.sealedRefreshToken !== null,
      lost: [],
    })
    if (!grant) return needs('never_authorized', scopes)
    const needsAgain = async (why: FinishedReason): Promise<NeedsPerson> => ({
      ...needs(why, scopes),
      advice: await adviceOn(grant, why),
      lost: grant.scopes,
    })
    const lacking = missingScopes(scopes, grant.scopes)
    if (lacking.length > 0) {
      const mark = (await store.upkeeps.find({ appId, openId }))?.mark ?? null
      const over = whyOver(grant, mark, clock.now())
      return over ? needsAgain(over) : needs('scopes_missing', lacking)
    }

    useNotes.take(grant)
    if (!forceRefresh && isFresh(grant, minValidity))
      return { kind: 'token', token: readToken(grant), how: 'stored' }

    const result = await refreshGrant({
      appId,
      openId,
      insists: forceRefresh,
      isEnough: (candidate) =>
        forceRefresh ? candidate.version > grant.version : isFresh(candidate, minValidity),
    })
    const mayServe = !forceRefresh && lasts(grant.accessTokenExpiresAt, minValidity)
    switch (result.kind) {
      case 'fresh': {
        const { token, how } = result
        const missing = missingScopes(scopes, token.scopes)
        if (missing.length > 0) return needs('scopes_missing', missing)
        if (lasts(token.expiresAt, request.minValidity ?? 0)) {
          return { kind: 'token', token, how: 'refreshed' }
        }
        if (how === 'adopted' && triesLeft > 1) return find(request, triesLeft - 1)
        throw new TokenRefreshFailedError(how === 'unsaved' ? 'persist_failed' : 'short_lived', 1)
      }
      case 'missing':
        return needs('never_authorized', scopes)
      case 'finished':
        // The old access token lives until its own end, unless somebody has ended it.
        if (mayServe && result.reason !== 'user_status' && result.reason !== 'revoked') {
          return { kind: 'token', token: readToken(grant), how: 'kept' }
        }
        return needsAgain(result.reason)
      case 'setback':
        if (!mayServe) throw errorOf(result)
        return { kind: 'token', token: readToken(grant), how: 'kept' }
    }
  }

  async function adviceOn(grant: Grant, reason: FinishedReason): Promise<string | null> {
    if (reason !== 'no_refresh_token') return null
    const asked = (await store.sessions.find(grant.sessionId))?.scopes ?? null
    return adviceOnRefreshing(apps.resolve(grant.appId), whyUnrefreshable(grant.scopes, asked))
  }

  function isFresh(grant: Grant, seconds: number): boolean {
    return lasts(grant.accessTokenExpiresAt, seconds) && !schedule.isDue(grant, clock.now())
  }

  function lasts(expiresAt: Date, seconds: number): boolean {
    return expiresAt.getTime() - clock.now().getTime() >= seconds * 1000
  }
}

function errorOf(setback: Extract<RefreshResult, { kind: 'setback' }>): Error {
  const { reason, error, retryAfterSeconds } = setback
  switch (reason) {
    case 'policy':
    case 'config':
      return error ?? new TokenRefreshFailedError(reason, retryAfterSeconds)
    case 'upstream':
      return new FeishuUnavailableError('upstream_5xx', { cause: error, retryAfterSeconds })
    case 'timeout':
      return new FeishuUnavailableError('upstream_timeout', { cause: error, retryAfterSeconds })
    case 'network':
    case 'rate_limited':
      return new FeishuUnavailableError(reason, { cause: error, retryAfterSeconds })
    case 'drift':
    case 'lease_timeout':
    case 'ambiguous':
    case 'persist_failed':
    case 'internal':
      return new TokenRefreshFailedError(reason, retryAfterSeconds, { cause: error })
  }
}
