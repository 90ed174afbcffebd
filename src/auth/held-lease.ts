import { StoreUnavailableError } from '../errors.ts'
import type { Background } from './background.ts'
import type { EventSink } from './events.ts'
import type { Clock } from './ports.ts'
import type { GrantKey, Lease, LeaseResult, Upkeep, UpkeepStore } from './upkeep.ts'

/** A lease as long as this process works under it: renewed in the background until it is given back. */
export interface HeldLease {
  upkeep: Upkeep
  takenAt: Date
  /** Tells whether the lease is surely still ours for this many milliseconds. */
  isHeldFor(milliseconds: number): boolean
  openIntent(intent: NonNullable<Upkeep['intent']>): Promise<boolean>
  release(result: LeaseResult): Promise<boolean>
}

/** Renewal makes a short lease safe: a vanished holder blocks others no longer than this. */
export const LEASE_MS = 10_000
const RENEW_MS = 3000

type Neighbours = {
  upkeeps: UpkeepStore
  clock: Clock
  background: Background
  events: EventSink
  owner: string
}

/** Takes the lease of a grant and keeps it renewed; null when another holds it. */
export async function takeLease(
  { upkeeps, clock, background, events, owner }: Neighbours,
  key: GrantKey,
): Promise<HeldLease | null> {
  const now = clock.now()
  const upkeep = await upkeeps.claim(key, owner, now, new Date(now.getTime() + LEASE_MS))
  if (!upkeep?.lease) return null
  const lease: Lease = { ...upkeep.lease }
  const released = new AbortController()
  let isLost = false

  async function keepRenewed(): Promise<void> {
    while (!released.signal.aborted) {
      await clock.sleep(RENEW_MS, released.signal)
      if (released.signal.aborted) return
      const until = new Date(clock.now().getTime() + LEASE_MS)
      // A lost lease is not taken back: another holder may be at work by now.
      const renewed = await upkeeps.renew(key, lease, until).catch(keepTrying)
      if (renewed) lease.until = until
      if (renewed === false) {
        lease.until = new Date(0)
        tellLost()
        return
      }
    }
  }

  function tellLost(): void {
    if (!isLost) events.emit({ type: 'lease_lost', appId: key.appId })
    isLost = true
  }

  /** Every statement under a lease tells whether it was still ours. */
  async function orLost(isOurs: Promise<boolean>): Promise<boolean> {
    if (await isOurs) return true
    tellLost()
    return false
  }

  background.run(keepRenewed)

  return {
    upkeep,
    takenAt: now,
    isHeldFor: (milliseconds) => lease.until.getTime() - clock.now().getTime() > milliseconds,
    openIntent: (intent) => orLost(upkeeps.openIntent(key, lease, intent)),
    release(result) {
      released.abort()
      return orLost(upkeeps.release(key, lease, result))
    },
  }
}

/** A database that is away for a moment does not take the lease away. */
function keepTrying(error: unknown): null {
  if (error instanceof StoreUnavailableError) return null
  throw error
}
