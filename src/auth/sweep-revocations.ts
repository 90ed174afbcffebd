import type { EndGrant } from './end-grant.ts'
import type { EventSink } from './events.ts'
import type { Clock, Store } from './ports.ts'
import type { Revocation } from './revocation.ts'
import { isSameConsent } from './revocation-of.ts'
import { grantRevoked } from './revoke-grant.ts'
import type { TellRevocation } from './tell-revocation.ts'

/** Finishes revocations that a crash or an outage left behind; a job of every instance. */
export interface SweepRevocations {
  /** Works on what is due; ends after a turn once the signal aborts. */
  due(closing?: AbortSignal): Promise<{ told: number; left: number }>
}

type Neighbours = {
  store: Pick<Store, 'revocations'>
  clock: Clock
  events: EventSink
  endGrant: EndGrant
  tellRevocation: TellRevocation
}

const BATCH = 40
const AT_ONCE = 8
/** How long another instance leaves them alone: five turns, although every call runs into its time-out. */
const TAKEN_MS = 120_000

/** Creates the work of the job `revocations`; whoever claims a revocation finishes it, so no instance leads. */
export function createSweepRevocations(neighbours: Neighbours): SweepRevocations {
  const { store, clock, events, endGrant, tellRevocation } = neighbours

  return {
    async due(closing) {
      const now = clock.now()
      const until = new Date(now.getTime() + TAKEN_MS)
      const taken = await store.revocations.claimDue(now, until, BATCH)
      const results: PromiseSettledResult<boolean>[] = []
      for (let start = 0; start < taken.length && !closing?.aborted; start += AT_ONCE) {
        const turn = taken.slice(start, start + AT_ONCE)
        results.push(...(await Promise.allSettled(turn.map(finish))))
      }
      const failed = results.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
      const told = results.filter((result) => result.status === 'fulfilled' && result.value).length
      return { told, left: taken.length - told }
    },
  }

  async function finish(revocation: Revocation): Promise<boolean> {
    // Whoever put it in has vanished before the first try came to an end: nobody here may know yet, either.
    const isLeft = revocation.attempts === 0
    if (isLeft) await endHere(revocation)
    const told = await tellRevocation(revocation)
    if (isLeft && !told.isDone && told.error !== null) tellTrouble(revocation, told.error)
    return told.isDone
  }

  /** Told twice rather than never: a card that is grey already stays as it is. */
  async function endHere(revocation: Revocation): Promise<void> {
    const { cause } = revocation
    // Tokens that were never kept have no grant.
    if (cause === 'mismatch' || cause === 'not_kept') return
    await endGrant(revocation, cause, (grant) => isSameConsent(grant, revocation))
    events.emit(grantRevoked(revocation, cause, cause))
  }

  function tellTrouble({ appId, openId, sessionId, grantVersion }: Revocation, error: unknown) {
    if (grantVersion === null) {
      events.emit({ type: 'stray_token_kept', appId, sessionId, error })
    } else events.emit({ type: 'revocation_not_told', appId, openId, error })
  }
}
