import { CardAuthError } from '../errors.ts'
import type { AppCircuit } from './app-circuit.ts'
import type { Background } from './background.ts'
import { type DecidedRefresh, endOfRefresh, lookedUp, tried } from './end-of-refresh.ts'
import type { EventSink } from './events.ts'
import type { GiveUpGrant } from './give-up-grant.ts'
import type { Grant, UserAccessToken } from './grant.ts'
import type { CrashRecovery } from './grant-events.ts'
import { type HeldLease, takeLease } from './held-lease.ts'
import { createPersonalRefusals } from './personal-refusals.ts'
import type { Clock, Store } from './ports.ts'
import type { PresentRefreshToken } from './present-refresh-token.ts'
import type { RefreshBudget } from './refresh-budget.ts'
import { type RefreshResult, setback } from './refresh-grant-result.ts'
import type { SetbackReason } from './refresh-outcome.ts'
import { createSingleFlight } from './single-flight.ts'
import { stoppedApp } from './stopped-app.ts'
import type { UnsavedPairs } from './unsaved-pairs.ts'
import type { GrantKey, Upkeep } from './upkeep.ts'

/** Which refresh is wanted. */
export type RefreshRequest = GrantKey & {
  /** Tells whether a stored grant already is what the caller needs; asked again under the lease. */
  isEnough: (grant: Grant) => boolean
  /** Tries although an earlier setback asks for a pause. */
  insists: boolean
}

/** Refreshes a grant exactly once, however many ask, on however many machines. */
export type RefreshGrant = (request: RefreshRequest) => Promise<RefreshResult>

type Neighbours = {
  store: Pick<Store, 'grants' | 'upkeeps'>
  clock: Clock
  background: Background
  circuit: AppCircuit
  budget: Pick<RefreshBudget, 'retryAfterSeconds'>
  unsaved: UnsavedPairs
  present: PresentRefreshToken
  giveUp: GiveUpGrant
  readToken: (grant: Grant) => UserAccessToken
  events: EventSink
  /** This process; random, so that a restarted one is another. */
  owner: string
}

/** A caller waits so long for another holder: longer than a lease, so that a vanished holder is survived. */
const WAIT_MS = 12_000
const FIRST_LOOK_MS = 25
const LONGEST_LOOK_MS = 250
/** An ambiguous refresh token is probed no earlier than its first POST can still be on its way. */
export const UPSTREAM_CAP_MS = 10_000
const MOST_PROBES = 1

/** Creates the refresh engine; ARCHITECTURE.md tells the flow, lessons of single-use refresh tokens its reasons. */
export function createRefreshGrant(neighbours: Neighbours): RefreshGrant {
  const { store, clock, events, background, circuit, budget, unsaved } = neighbours
  const { present, giveUp, readToken, owner } = neighbours
  const flights = createSingleFlight<RefreshResult>()
  const refusals = createPersonalRefusals()
  const leases = { upkeeps: store.upkeeps, clock, background, events, owner }

  return async (request) => {
    const { appId, openId, insists } = request
    // Who insists must not get what somebody came to who did not.
    const flight = `${appId} ${openId} ${insists}`
    const { result, joined } = flights.run(flight, () => detached(request))
    if (joined) events.emit({ type: 'refresh_shared', appId, how: 'coalesced' })
    return result
  }

  /** The work is registered with the background, so that a shutdown waits for it whatever its caller does. */
  function detached(request: RefreshRequest): Promise<RefreshResult> {
    return new Promise((resolve, reject) => {
      background.run(() => untilSettled(request).then(resolve, reject))
    })
  }

  async function untilSettled(request: RefreshRequest): Promise<RefreshResult> {
    const startedAt = clock.now()
    let failuresSeen: number | null = null
    let look = FIRST_LOOK_MS
    for (;;) {
      const kept = unsaved.find(request)
      if (kept) return { kind: 'fresh', token: kept, how: 'unsaved' }
      const held = await takeLease(leases, request)
      if (held) {
        if (failuresSeen !== null) tellWait(startedAt)
        // Whoever waited for another's try has had theirs: a setback of it counts for all.
        const hasBeenTried = failuresSeen !== null && held.upkeep.failures > failuresSeen
        return underLease(held, { ...request, insists: request.insists && !hasBeenTried })
      }
      failuresSeen ??= (await store.upkeeps.find(request))?.failures ?? 0
      const others = await resultOfOthers(request)
      const isTooLate = clock.now().getTime() - startedAt.getTime() >= WAIT_MS
      if (others || isTooLate) tellWait(startedAt)
      if (others) return others
      if (isTooLate) return tellEnd(request, tried(setback('lease_timeout', null, 1)), startedAt)
      await clock.sleep(look)
      look = Math.min(look * 2, LONGEST_LOOK_MS)
    }
  }

  function tellWait(startedAt: Date): void {
    const seconds = Math.max(0, (clock.now().getTime() - startedAt.getTime()) / 1000)
    events.emit({ type: 'lease_waited', seconds })
  }

  /** What the holder of the lease has come to, as far as the database tells. */
  async function resultOfOthers(request: RefreshRequest): Promise<RefreshResult | null> {
    const grant = await store.grants.find(request.appId, request.openId)
    if (!grant) return { kind: 'missing' }
    if (!request.isEnough(grant)) return null
    events.emit({ type: 'refresh_shared', appId: request.appId, how: 'adopted_after_lease' })
    return { kind: 'fresh', token: readToken(grant), how: 'adopted' }
  }

  async function underLease(held: HeldLease, request: RefreshRequest): Promise<RefreshResult> {
    try {
      return tellEnd(request, await decide(held, request), held.takenAt)
    } catch (error) {
      // The reason is noted, without a pause: what stands in its own way must not pass for a backlog.
      const coolReason = 'internal'
      const result = { ...asBefore(held.upkeep), intent: 'open', coolReason } as const
      await held.release(result).catch(() => false)
      const known = error instanceof CardAuthError ? error : null
      tellEnd(request, tried(setback(coolReason, known, 1)), held.takenAt)
      throw error
    }
  }

  function tellEnd(key: GrantKey, decided: DecidedRefresh, startedAt: Date): RefreshResult {
    events.emit(endOfRefresh(key, decided, { startedAt, now: clock.now() }))
    return decided.result
  }

  async function decide(held: HeldLease, request: RefreshRequest): Promise<DecidedRefresh> {
    const { upkeep } = held
    const letGo = async (result: RefreshResult): Promise<DecidedRefresh> => {
      await held.release(asBefore(upkeep))
      return lookedUp(result)
    }
    const grant = await store.grants.find(request.appId, request.openId)
    if (!grant) return letGo({ kind: 'missing' })
    if (request.isEnough(grant)) {
      return letGo({ kind: 'fresh', token: readToken(grant), how: 'adopted' })
    }
    const mark = upkeep.mark?.version === grant.version ? upkeep.mark : null
    if (mark && mark.status !== 'ambiguous') {
      const reason = mark.reason === 'ambiguous' || mark.reason === null ? 'revoked' : mark.reason
      return letGo({ kind: 'finished', reason })
    }
    const pause = secondsUntil(upkeep.coolUntil)
    if (pause > 0 && !request.insists) {
      const reason = upkeep.coolReason ?? 'upstream'
      return letGo(setback(reason, errorBehind(reason, grant), pause))
    }

    const probes = openProbes(upkeep, grant)
    const probePause = probes === null ? 0 : secondsUntil(probeAt(upkeep))
    if (probePause > 0) return letGo(setback('ambiguous', null, probePause))
    // What an earlier try has marked is known; what is open without a mark was left by a process that vanished.
    const isCrash = probes !== null && mark === null
    if (probes !== null && probes >= MOST_PROBES) {
      return tellCrash(isCrash, grant, await giveUp(held, grant, 'lost_rotation'))
    }
    if (!grant.sealedRefreshToken) return tried(await giveUp(held, grant, 'no_refresh_token'))
    if (grant.refreshTokenExpiresAt && grant.refreshTokenExpiresAt <= clock.now()) {
      return tried(await giveUp(held, grant, 'expired'))
    }
    const stopped = stoppedApp(circuit, grant.appId)
    if (stopped) return letGo(stopped)
    const result = await present(held, grant, probes)
    if (result) refusals.note(grant, result)
    return result === null ? letGo(noTurn(grant)) : tellCrash(isCrash, grant, result)
  }

  /** What Feishu has said before the pause; null where another process was told. */
  function errorBehind(reason: SetbackReason, grant: Grant): CardAuthError | null {
    if (reason === 'policy') return refusals.find(grant)
    const cause = circuit.cause(grant.appId)
    return cause?.reason === reason ? cause.error : null
  }

  /** The app was stopped, or too many others wait. */
  function noTurn({ appId }: Grant): RefreshResult {
    const seconds = Math.max(1, budget.retryAfterSeconds(appId))
    return stoppedApp(circuit, appId) ?? setback('rate_limited', null, seconds)
  }

  function tellCrash(isCrash: boolean, { appId }: Grant, result: RefreshResult): DecidedRefresh {
    if (isCrash) events.emit({ type: 'crash_recovered', appId, result: recoveryOf(result) })
    return tried(result)
  }

  function secondsUntil(instant: Date | null): number {
    if (instant === null) return 0
    return Math.max(0, Math.ceil((instant.getTime() - clock.now().getTime()) / 1000))
  }
}

function recoveryOf({ kind }: RefreshResult): CrashRecovery {
  if (kind === 'setback') return 'pending'
  return kind === 'fresh' ? 'fresh' : 'reauth_required'
}

/** How often the refresh token of an unsettled intent has been probed; null when there is none for this version. */
function openProbes({ intent }: Upkeep, grant: Grant): number | null {
  return intent?.version === grant.version ? intent.probes : null
}

function probeAt({ intent }: Upkeep): Date | null {
  return intent && new Date(intent.at.getTime() + UPSTREAM_CAP_MS)
}

/** Lets go of a lease under which nothing was tried. */
function asBefore({ intent, failures, coolUntil, coolReason }: Upkeep) {
  return {
    intent: intent ? ('open' as const) : ('settled' as const),
    failures,
    coolUntil,
    coolReason,
  }
}
