import { adoptNewer } from './adopt-newer.ts'
import type { AppCircuit } from './app-circuit.ts'
import type { EventSink } from './events.ts'
import type { Grant, UserAccessToken } from './grant.ts'
import type { RefreshStep } from './grant-events.ts'
import { type HeldLease, LEASE_MS } from './held-lease.ts'
import { noteReply } from './note-reply.ts'
import type { Clock, OAuthClient, Store, TokenCipher } from './ports.ts'
import type { RefreshBudget } from './refresh-budget.ts'
import { type RefreshResult, setback } from './refresh-grant-result.ts'
import type { FinishedReason, RefreshReply } from './refresh-outcome.ts'
import type { SaveRotation } from './save-rotation.ts'
import { refreshTokenBinding } from './store-grant.ts'
import type { LeaseResult } from './upkeep.ts'

/** Presents a refresh token once, under a lease, and settles whatever comes of it. */
export interface PresentRefreshToken {
  /** `probes` counts the earlier tries whose outcome nobody knows; null when there was none. */
  once(held: HeldLease, grant: Grant, probes: number | null): Promise<RefreshResult>
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
  saveRotation: SaveRotation
  readToken: (grant: Grant) => UserAccessToken
}

/** One try: a probe follows a try whose outcome nobody knows. */
type Try = { held: HeldLease; grant: Grant; probes: number | null }

/** What was heard of one try. */
type Heard = { reply: RefreshReply; sentAt: Date; mayBeSpent: boolean }

/** A winner elsewhere may be about to save; a dead token is believed only after this. */
const REREAD_MS = 1000
const FIRST_PAUSE_SECONDS = 30
const LONGEST_PAUSE_SECONDS = 15 * 60
/** Feishu asks to repeat after 20050 and 20072; so often it is done under the same lease. */
const TRIES = 2
const TRY_AGAIN_MS = 500

/** Creates the one place that spends refresh tokens. */
export function createPresentRefreshToken(neighbours: Neighbours): PresentRefreshToken {
  const { store, cipher, oauth, clock, events, circuit, budget, saveRotation, readToken } =
    neighbours

  return { once, giveUp }

  async function once(
    held: HeldLease,
    grant: Grant,
    probes: number | null,
  ): Promise<RefreshResult> {
    const turn = { held, grant, probes }
    tell('lease_taken', grant)
    // Opened before anything is written: a token that cannot be opened was surely not presented.
    const refreshToken = openRefreshToken(grant)
    if (!(await budget.take(grant.appId))) {
      await letGo(turn, asBefore(held))
      return setback('rate_limited', null, Math.max(1, budget.retryAfterSeconds(grant.appId)))
    }
    const heard = await send(turn, refreshToken)
    if (heard === null) {
      await letGo(turn, asBefore(held))
      return setback('lease_timeout', null, 1)
    }
    tell('reply_received', grant)
    return settle(turn, heard)
  }

  /** Null when the lease was lost before anything was sent. */
  async function send(turn: Try, refreshToken: string): Promise<Heard | null> {
    const { appId } = turn.grant
    let mayBeSpent = turn.probes !== null || turn.held.upkeep.coolReason === 'upstream'
    let heard: Heard | null = null
    for (let tried = 0; tried < TRIES; tried++) {
      if (tried > 0) await clock.sleep(TRY_AGAIN_MS)
      if (!(await announce(turn))) return heard
      const sentAt = clock.now()
      tell('token_sent', turn.grant)
      const reply = await oauth.refresh({ appId, refreshToken })
      heard = { reply, sentAt, mayBeSpent }
      if (!mayRepeat(reply)) return heard
      mayBeSpent ||= reply.reason === 'upstream'
    }
    return heard
  }

  /** Proves that the database takes writes, and tells a successor that this token may be spent; the lease is looked at last. */
  async function announce({ held, grant, probes }: Try): Promise<boolean> {
    const intent = { version: grant.version, at: clock.now(), probes: (probes ?? -1) + 1 }
    if (!(await held.openIntent(intent))) return false
    tell('intent_open', grant)
    return held.isHeldFor(LEASE_MS / 2)
  }

  async function settle(turn: Try, { reply, sentAt, mayBeSpent }: Heard): Promise<RefreshResult> {
    const { held, grant } = turn
    noteReply({ circuit, budget }, grant.appId, reply)
    switch (reply.kind) {
      case 'tokens':
        return saveRotation(held, grant, reply.reply, sentAt)
      case 'finished': {
        const isLost = mayBeSpent && isSpent(reply.reason)
        return finish(held, grant, isLost ? 'lost_rotation' : reply.reason)
      }
      case 'app_wide': {
        const seconds = Math.max(1, circuit.retryAfterSeconds(grant.appId))
        await letGo(turn, pause(held, 'config', seconds))
        return setback('config', reply.error, seconds)
      }
      case 'setback': {
        const seconds = Math.max(pauseSeconds(held), reply.retryAfterSeconds ?? 0)
        await letGo(turn, pause(held, reply.reason, seconds))
        return setback(reply.reason, reply.error, seconds)
      }
      case 'ambiguous': {
        const seconds = pauseSeconds(held)
        const result = pause(held, 'ambiguous', seconds)
        const { version } = grant
        const mark = { status: 'ambiguous', reason: 'ambiguous', version, at: clock.now() } as const
        if (isSilence(turn)) await letGo(turn, result)
        else await held.release({ ...result, intent: 'open', mark })
        return setback('ambiguous', reply.error, seconds)
      }
    }
  }

  /** Where Feishu has answered nobody since the first try, a probe without an answer tells nothing of this token. */
  function isSilence({ held, grant, probes }: Try): boolean {
    const { intent } = held.upkeep
    return probes !== null && !!intent && !circuit.hasAnsweredSince(grant.appId, intent.at)
  }

  /** Lets go after a try that has told nothing: what was unknown before is as unknown as it was. */
  async function letGo({ held, grant }: Try, result: Omit<LeaseResult, 'intent'>): Promise<void> {
    const { intent } = held.upkeep
    const isUnknown = intent?.version === grant.version
    if (isUnknown) await held.openIntent(intent)
    await held.release({ ...result, intent: isUnknown ? 'open' : 'settled' })
  }

  async function finish(
    held: HeldLease,
    grant: Grant,
    reason: FinishedReason,
  ): Promise<RefreshResult> {
    await clock.sleep(REREAD_MS)
    const now = await store.grants.find(grant.appId, grant.openId)
    if (now?.version === grant.version) return giveUp(held, grant, reason)
    await held.release({ intent: 'settled', failures: 0, coolUntil: null, coolReason: null })
    const adopted = adoptNewer(now, clock.now(), readToken)
    if (adopted.kind === 'fresh') {
      events.emit({ type: 'refresh_shared', appId: grant.appId, how: 'adopted_after_error' })
    }
    return adopted
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

  function openRefreshToken(grant: Grant): string {
    if (grant.sealedRefreshToken === null) throw new TypeError('The grant has no refresh token.')
    return cipher.open(grant.sealedRefreshToken, refreshTokenBinding(grant))
  }

  function tell(step: RefreshStep, { appId, openId }: Grant): void {
    events.emit({ type: 'refresh_step', step, appId, openId })
  }

  function pause(
    { upkeep }: HeldLease,
    coolReason: NonNullable<LeaseResult['coolReason']>,
    seconds: number,
  ): Omit<LeaseResult, 'intent'> {
    const coolUntil = new Date(clock.now().getTime() + seconds * 1000)
    return { failures: upkeep.failures + 1, coolUntil, coolReason, dueAt: coolUntil }
  }
}

/** Nothing was tried, so nothing is noted. */
function asBefore({ upkeep }: HeldLease): Omit<LeaseResult, 'intent'> {
  const { failures, coolUntil, coolReason } = upkeep
  return { failures, coolUntil, coolReason }
}

/** 30 s, doubling, at most 15 minutes, spread by a tenth. */
function pauseSeconds({ upkeep }: HeldLease): number {
  const seconds = Math.min(FIRST_PAUSE_SECONDS * 2 ** upkeep.failures, LONGEST_PAUSE_SECONDS)
  return Math.ceil(seconds * (1 + Math.random() * 0.1))
}

/** Only where Feishu itself asked for a repetition, or nothing reached it. */
function mayRepeat(reply: RefreshReply): reply is Extract<RefreshReply, { kind: 'setback' }> {
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
