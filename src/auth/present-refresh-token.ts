import { StoreUnavailableError } from '../errors.ts'
import type { AppCircuit } from './app-circuit.ts'
import type { EventSink } from './events.ts'
import type { Grant, UserAccessToken } from './grant.ts'
import type { RefreshStep } from './grant-events.ts'
import { type HeldLease, LEASE_MS } from './held-lease.ts'
import type { Clock, OAuthClient, Store, TokenCipher, TokenReply } from './ports.ts'
import type { RefreshBudget, Urgency } from './refresh-budget.ts'
import type { RefreshResult } from './refresh-grant-result.ts'
import type { FinishedReason, RefreshReply } from './refresh-outcome.ts'
import type { RefreshSchedule } from './refresh-schedule.ts'
import { accessTokenBinding, refreshTokenBinding } from './store-grant.ts'
import type { UnsavedPairs } from './unsaved-pairs.ts'
import type { LeaseResult } from './upkeep.ts'

/** Presents a refresh token once, under a lease, and settles whatever comes of it. */
export interface PresentRefreshToken {
  once(
    held: HeldLease,
    grant: Grant,
    how: { urgency: Urgency; probes: number },
  ): Promise<RefreshResult>
  /** Marks a grant as finished and lets go of its lease. */
  giveUp(held: HeldLease, grant: Grant, reason: FinishedReason): Promise<RefreshResult>
}

type Neighbours = {
  store: Pick<Store, 'grants'>
  cipher: TokenCipher
  oauth: OAuthClient
  clock: Clock
  events: EventSink
  circuit: AppCircuit
  budget: RefreshBudget
  schedule: RefreshSchedule
  unsaved: UnsavedPairs
  readToken: (grant: Grant) => UserAccessToken
}

/** A winner elsewhere may be about to save; a dead token is believed only after this. */
const REREAD_MS = 1000
const FIRST_PAUSE_SECONDS = 30
const LONGEST_PAUSE_SECONDS = 15 * 60
/** Feishu asks to repeat after 20050 and 20072; so often it is done under the same lease. */
const TRIES = 2
const TRY_AGAIN_MS = 500

/** Creates the one place that spends refresh tokens. */
export function createPresentRefreshToken(neighbours: Neighbours): PresentRefreshToken {
  const { store, cipher, oauth, clock, events, circuit, budget, schedule, unsaved, readToken } =
    neighbours

  return { once, giveUp }

  async function once(
    held: HeldLease,
    grant: Grant,
    { urgency, probes }: { urgency: Urgency; probes: number },
  ): Promise<RefreshResult> {
    tell('lease_taken', grant)
    await budget.take(grant.appId, urgency)
    const intent = { version: grant.version, at: clock.now(), probes }
    // The intent proves that the database takes writes, and tells a successor that this token may be spent.
    if (!(await held.openIntent(intent)) || !held.isHeldFor(LEASE_MS / 2)) {
      circuit.close(grant.appId)
      await held.release({ intent: 'settled', failures: 0, coolUntil: null, coolReason: null })
      return { kind: 'setback', reason: 'lease_timeout', error: null, retryAfterSeconds: 1 }
    }
    tell('intent_open', grant)
    const refreshToken = openRefreshToken(grant)
    let reply = await oauth.refresh({ appId: grant.appId, refreshToken })
    let wasUncertain = probes > 0
    for (let tried = 1; tried < TRIES && mayRepeat(reply); tried++) {
      wasUncertain = true
      await clock.sleep(TRY_AGAIN_MS)
      reply = await oauth.refresh({ appId: grant.appId, refreshToken })
    }
    tell('reply_received', grant)
    return settle(held, grant, reply, wasUncertain)
  }

  async function settle(
    held: HeldLease,
    grant: Grant,
    reply: RefreshReply,
    wasUncertain: boolean,
  ): Promise<RefreshResult> {
    if (reply.kind === 'app_wide') circuit.open(grant.appId)
    else circuit.close(grant.appId)
    switch (reply.kind) {
      case 'tokens':
        return save(held, grant, reply.reply)
      case 'finished':
        return finish(
          held,
          grant,
          wasUncertain && isSpent(reply.reason) ? 'lost_rotation' : reply.reason,
        )
      case 'app_wide':
        await held.release(pause(held, 'settled', 'config', circuit.retryAfterSeconds(grant.appId)))
        return {
          kind: 'setback',
          reason: 'config',
          error: reply.error,
          retryAfterSeconds: Math.max(1, circuit.retryAfterSeconds(grant.appId)),
        }
      case 'setback': {
        const seconds = Math.max(pauseSeconds(held), reply.retryAfterSeconds ?? 0)
        await held.release(pause(held, wasUncertain ? 'open' : 'settled', reply.reason, seconds))
        return {
          kind: 'setback',
          reason: reply.reason,
          error: reply.error,
          retryAfterSeconds: seconds,
        }
      }
      case 'ambiguous': {
        const seconds = pauseSeconds(held)
        const mark = {
          status: 'ambiguous',
          reason: 'ambiguous',
          version: grant.version,
          at: clock.now(),
        } as const
        await held.release({ ...pause(held, 'open', 'ambiguous', seconds), mark })
        return {
          kind: 'setback',
          reason: 'ambiguous',
          error: reply.error,
          retryAfterSeconds: seconds,
        }
      }
    }
  }

  /** Persist first: nobody sees the new token before it is saved, unless the database refuses it. */
  async function save(held: HeldLease, grant: Grant, reply: TokenReply): Promise<RefreshResult> {
    const rotated = rotatedGrant(grant, reply)
    const result: LeaseResult = {
      intent: 'settled',
      failures: 0,
      coolUntil: null,
      coolReason: null,
      mark: null,
      dueAt: schedule.nextLook({ ...rotated, version: 0 }, held.upkeep.lastUsedAt, clock.now()),
    }
    const write = async () => {
      const saved = await store.grants.rotate(grant.version, rotated)
      // A consent or a revocation came first: it wins, and only the access token may be dropped without ending its grant.
      if (!saved) await oauth.revokeAccessToken(grant.appId, reply.accessToken).catch(() => {})
      return saved
    }
    try {
      const saved = await write()
      tell('pair_saved', grant)
      await held.release(saved ? result : { ...result, mark: undefined, dueAt: undefined })
      if (saved) return { kind: 'fresh', token: readToken(saved), how: 'refreshed' }
      const newer = await store.grants.find(grant.appId, grant.openId)
      if (!newer) return { kind: 'missing' }
      return { kind: 'fresh', token: readToken(newer), how: 'adopted' }
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      const token = readToken({ ...rotated, version: grant.version })
      unsaved.keep(grant, token, async () => {
        await write()
        await held.release(result)
      })
      events.emit({ type: 'refresh_not_saved', appId: grant.appId, openId: grant.openId, error })
      return { kind: 'fresh', token, how: 'refreshed' }
    }
  }

  async function finish(
    held: HeldLease,
    grant: Grant,
    reason: FinishedReason,
  ): Promise<RefreshResult> {
    await clock.sleep(REREAD_MS)
    const now = await store.grants.find(grant.appId, grant.openId)
    if (now && now.version !== grant.version) {
      await held.release({ intent: 'settled', failures: 0, coolUntil: null, coolReason: null })
      return { kind: 'fresh', token: readToken(now), how: 'adopted' }
    }
    return giveUp(held, grant, reason)
  }

  async function giveUp(
    held: HeldLease,
    grant: Grant,
    reason: FinishedReason,
  ): Promise<RefreshResult> {
    const { appId, openId, version } = grant
    const mark = { status: 'reauth_required', reason, version, at: clock.now() } as const
    const cleared = { intent: 'settled', failures: 0, coolUntil: null, coolReason: null } as const
    if (await held.release({ ...cleared, mark, dueAt: null })) {
      events.emit({ type: 'grant_finished', appId, openId, reason })
    }
    return { kind: 'finished', reason }
  }

  function rotatedGrant(grant: Grant, reply: TokenReply): Omit<Grant, 'version'> {
    const now = clock.now()
    const after = (seconds: number) => new Date(now.getTime() + seconds * 1000)
    const { version: _old, ...same } = grant
    return {
      ...same,
      // An absent field never overwrites what is known.
      scopes: reply.scopes.length > 0 ? reply.scopes : grant.scopes,
      sealedAccessToken: cipher.seal(reply.accessToken, accessTokenBinding(grant)),
      accessTokenExpiresAt: after(reply.expiresIn),
      // The old refresh token is spent; without a new one there is none.
      sealedRefreshToken:
        reply.refreshToken === null
          ? null
          : cipher.seal(reply.refreshToken, refreshTokenBinding(grant)),
      refreshTokenExpiresAt:
        reply.refreshTokenExpiresIn === null ? null : after(reply.refreshTokenExpiresIn),
      issuedAt: now,
    }
  }

  function openRefreshToken(grant: Grant): string {
    if (grant.sealedRefreshToken === null) throw new TypeError('The grant has no refresh token.')
    return cipher.open(grant.sealedRefreshToken, refreshTokenBinding(grant))
  }

  function tell(step: RefreshStep, { appId, openId }: Grant): void {
    events.emit({ type: 'refresh_step', step, appId, openId })
  }

  function pause(
    held: HeldLease,
    intent: 'open' | 'settled',
    coolReason: NonNullable<LeaseResult['coolReason']>,
    seconds: number,
  ): LeaseResult {
    const coolUntil = new Date(clock.now().getTime() + seconds * 1000)
    return { intent, failures: held.upkeep.failures + 1, coolUntil, coolReason, dueAt: coolUntil }
  }
}

/** 30 s, doubling, at most 15 minutes, spread by a tenth. */
function pauseSeconds({ upkeep }: HeldLease): number {
  const seconds = Math.min(FIRST_PAUSE_SECONDS * 2 ** upkeep.failures, LONGEST_PAUSE_SECONDS)
  return Math.ceil(seconds * (1 + Math.random() * 0.1))
}

/** Only where Feishu itself asked for a repetition, or nothing reached it. */
function mayRepeat(reply: RefreshReply): boolean {
  return (
    reply.kind === 'setback' &&
    reply.retryAfterSeconds === null &&
    (reply.reason === 'upstream' || reply.reason === 'network')
  )
}

/** Codes that say a token was used; after an uncertain try it was our own POST that used it. */
function isSpent(reason: FinishedReason): boolean {
  return reason === 'reused' || reason === 'revoked' || reason === 'invalid'
}
