import { adoptNewer } from './adopt-newer.ts'
import type { AppCircuit } from './app-circuit.ts'
import type { EventSink } from './events.ts'
import type { GiveUpGrant } from './give-up-grant.ts'
import type { Grant, UserAccessToken } from './grant.ts'
import type { RefreshStep } from './grant-events.ts'
import { type HeldLease, LEASE_MS } from './held-lease.ts'
import { noteReply } from './note-reply.ts'
import type { Clock, OAuthClient, Store, TokenCipher } from './ports.ts'
import type { RefreshBudget } from './refresh-budget.ts'
import { type RefreshResult, setback } from './refresh-grant-result.ts'
import type { FinishedReason, RefreshReply } from './refresh-outcome.ts'
import { pauseSeconds, unexplainedPauseSeconds } from './refresh-pauses.ts'
import type { SaveRotation } from './save-rotation.ts'
import { refreshTokenBinding } from './store-grant.ts'
import type { LeaseResult } from './upkeep.ts'

/**
 * Presents a refresh token once, under a lease, and settles whatever comes of it.
 *
 * `probes` counts the earlier tries whose outcome nobody knows; null when there was none. Null comes back, and the lease is
 * kept, when this is not the time: nothing was tried.
 */
export type PresentRefreshToken = (
  held: HeldLease,
  grant: Grant,
  probes: number | null,
) => Promise<RefreshResult | null>

type Neighbours = {
  store: Pick<Store, 'grants'>
  cipher: TokenCipher
  oauth: OAuthClient
  clock: Clock
  events: EventSink
  circuit: AppCircuit
  budget: RefreshBudget
  giveUp: GiveUpGrant
  saveRotation: SaveRotation
  readToken: (grant: Grant) => UserAccessToken
}

/** One try: a probe follows a try whose outcome nobody knows. */
type Try = { held: HeldLease; grant: Grant; probes: number | null }

/** What was heard of one try; the token may have been spent by the POST that was answered so, or by one before. */
type Heard = { reply: RefreshReply; sentAt: Date; mayBeSpentBefore: boolean }

type Pause = Omit<LeaseResult, 'intent'>

/** A winner elsewhere may be about to save; a dead token is believed only after this. */
const REREAD_MS = 1000
/** Feishu asks to repeat after 20050 and 20072; so often it is done under the same lease. */
const TRIES = 2
const TRY_AGAIN_MS = 500

/** Creates the one place that spends refresh tokens. */
export function createPresentRefreshToken(neighbours: Neighbours): PresentRefreshToken {
  const { store, cipher, oauth, clock, events, circuit, budget } = neighbours
  const { giveUp, saveRotation, readToken } = neighbours

  return async (held, grant, probes) => {
    const turn = { held, grant, probes }
    tell('lease_taken', grant)
    // Opened before anything is written: a token that cannot be opened was surely not presented.
    const refreshToken = openRefreshToken(grant)
    if (!(await mayPost(grant.appId))) return null
    const heard = await send(turn, refreshToken)
    if (heard === null) {
      await letGo(turn, asBefore(held))
      return setback('lease_timeout', null, 1)
    }
    tell('reply_received', grant)
    return settle(turn, heard)
  }

  /** The circuit is asked last: it may have opened while others had their turn, and it lets one probe through. */
  async function mayPost(appId: string): Promise<boolean> {
    return (await budget.take(appId)) && circuit.permits(appId)
  }

  /** Null when the lease was lost before anything was sent. */
  async function send(turn: Try, refreshToken: string): Promise<Heard | null> {
    const { held, grant, probes } = turn
    const { appId } = grant
    let mayBeSpentBefore = probes !== null || held.upkeep.doubtedVersion === grant.version
    let heard: Heard | null = null
    for (let left = TRIES - 1; ; left--) {
      if (!(await announce(turn))) return heard
      const sentAt = clock.now()
      tell('token_sent', grant)
      const reply = await oauth.refresh({ appId, refreshToken })
      // At once: whoever comes next must not run into what this one has met.
      noteReply({ circuit, budget }, appId, reply)
      heard = { reply, sentAt, mayBeSpentBefore }
      if (left === 0 || !mayRepeat(reply)) return heard
      mayBeSpentBefore ||= leavesDoubt(reply)
      await clock.sleep(TRY_AGAIN_MS)
      // A repetition is a POST like any other.
      if (!(await mayPost(appId))) return heard
    }
  }

  /** Proves that the database takes writes, and tells a successor that this token may be spent; the lease is looked at last. */
  async function announce({ held, grant, probes }: Try): Promise<boolean> {
    const intent = { version: grant.version, at: clock.now(), probes: (probes ?? -1) + 1 }
    if (!(await held.openIntent(intent))) return false
    tell('intent_open', grant)
    return held.isHeldFor(LEASE_MS / 2)
  }

  async function settle(turn: Try, heard: Heard): Promise<RefreshResult> {
    const { held, grant } = turn
    const { reply, sentAt } = heard
    const { failures } = held.upkeep
    switch (reply.kind) {
      case 'tokens':
        return saveRotation(held, grant, reply.reply, sentAt)
      case 'finished': {
        const isLost = heard.mayBeSpentBefore && isSpent(reply.reason)
        return finish(held, grant, isLost ? 'lost_rotation' : reply.reason)
      }
      case 'app_wide': {
        const seconds = Math.max(1, circuit.retryAfterSeconds(grant.appId))
        await letGo(turn, pause(turn, heard, 'config', seconds))
        return setback('config', reply.error, seconds)
      }
      case 'setback': {
        const seconds = Math.max(pauseSeconds(failures), reply.retryAfterSeconds ?? 0)
        await letGo(turn, pause(turn, heard, reply.reason, seconds))
        return setback(reply.reason, reply.error, seconds)
      }
      case 'unexplained': {
        const { appId, openId } = grant
        const seconds = unexplainedPauseSeconds(failures)
        const reason = reply.mayBeSpent ? 'upstream' : 'internal'
        await letGo(turn, pause(turn, heard, reason, seconds))
        events.emit({ type: 'refresh_unexplained', appId, openId, error: reply.error })
        return setback(reason, reply.error, seconds)
      }
      case 'ambiguous': {
        const seconds = pauseSeconds(failures)
        const result = pause(turn, heard, 'ambiguous', seconds)
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
  async function letGo({ held, grant }: Try, result: Pause): Promise<void> {
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

  function openRefreshToken(grant: Grant): string {
    if (grant.sealedRefreshToken === null) throw new TypeError('The grant has no refresh token.')
    return cipher.open(grant.sealedRefreshToken, refreshTokenBinding(grant))
  }

  function tell(step: RefreshStep, { appId, openId }: Grant): void {
    events.emit({ type: 'refresh_step', step, appId, openId })
  }

  /** A doubt outlives every later answer but a new version. */
  function pause(
    { held, grant }: Try,
    { reply, mayBeSpentBefore }: Heard,
    coolReason: NonNullable<LeaseResult['coolReason']>,
    seconds: number,
  ): Pause {
    const coolUntil = new Date(clock.now().getTime() + seconds * 1000)
    const isDoubtful = mayBeSpentBefore || leavesDoubt(reply)
    return {
      failures: held.upkeep.failures + 1,
      coolUntil,
      coolReason,
      dueAt: coolUntil,
      doubtedVersion: isDoubtful ? grant.version : undefined,
    }
  }
}

/** Nothing was tried, so nothing is noted. */
function asBefore({ upkeep }: HeldLease): Pause {
  const { failures, coolUntil, coolReason } = upkeep
  return { failures, coolUntil, coolReason }
}

/** Only where Feishu itself asked for a repetition, or nothing reached it. */
function mayRepeat(reply: RefreshReply): boolean {
  return (
    reply.kind === 'setback' &&
    reply.retryAfterSeconds === null &&
    (reply.reason === 'upstream' || reply.reason === 'network')
  )
}

/** Whoever fails over a request may have spent its token before. */
function leavesDoubt(reply: RefreshReply): boolean {
  if (reply.kind === 'unexplained') return reply.mayBeSpent
  return reply.kind === 'ambiguous' || (reply.kind === 'setback' && reply.reason === 'upstream')
}

/** Codes that say a token was used; after an uncertain try it was our own POST that used it. */
function isSpent(reason: FinishedReason): boolean {
  return reason === 'reused' || reason === 'revoked' || reason === 'invalid'
}
