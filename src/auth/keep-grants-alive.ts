import type { Clock, Store } from './ports.ts'
import type { RefreshGrant } from './refresh-grant.ts'
import { UPSTREAM_CAP_MS } from './refresh-grant.ts'
import type { RefreshSchedule } from './refresh-schedule.ts'
import type { Upkeep } from './upkeep.ts'

/** The upkeep that nobody waits for. */
export interface KeepGrantsAlive {
  /** Refreshes what is due: tokens in use before they run out, refresh tokens before they die unused. */
  due(): Promise<{ looked: number; refreshed: number }>
  /** Settles what a crash left open: one probe each, and the person is asked when the rotation was lost. */
  recover(): Promise<{ settled: number }>
}

type Neighbours = {
  store: Pick<Store, 'grants' | 'upkeeps'>
  clock: Clock
  schedule: RefreshSchedule
  refreshGrant: RefreshGrant
}

/** Small batches keep a tick short, however many grants are stored; the budget sets the pace. */
const BATCH = 40
const AT_ONCE = 8
/** How long another instance leaves a taken grant alone. */
const TAKEN_MS = 120_000
const SOON_MS = 1000

/** Creates the upkeep; every instance may run it, each grant is taken by one. */
export function createKeepGrantsAlive(neighbours: Neighbours): KeepGrantsAlive {
  const { store, clock, schedule, refreshGrant } = neighbours
  const later = (milliseconds: number) => new Date(clock.now().getTime() + milliseconds)

  return {
    async due() {
      await store.upkeeps.adopt(clock.now(), BATCH)
      const taken = await store.upkeeps.claimDue(clock.now(), later(TAKEN_MS), BATCH)
      const refreshed = await inTurns(taken, lookAt)
      return { looked: taken.length, refreshed }
    },
    async recover() {
      const before = new Date(clock.now().getTime() - UPSTREAM_CAP_MS)
      const open = await store.upkeeps.listOpenIntents(clock.now(), before, BATCH)
      return { settled: await inTurns(open, settle) }
    },
  }

  async function lookAt(upkeep: Upkeep): Promise<boolean> {
    const { appId, openId, lastUsedAt } = upkeep
    const grant = await store.grants.find(appId, openId)
    if (!grant) {
      await store.upkeeps.delete(upkeep)
      return false
    }
    const look = schedule.nextLook(grant, lastUsedAt, clock.now())
    if (look === null || look > later(SOON_MS)) {
      await store.upkeeps.schedule(upkeep, look)
      return false
    }
    const result = await refreshGrant({
      appId,
      openId,
      urgency: 'background',
      insists: false,
      isEnough: ({ version }) => version > grant.version,
    })
    return result.kind === 'fresh'
  }

  async function settle({ appId, openId, intent }: Upkeep): Promise<boolean> {
    const result = await refreshGrant({
      appId,
      openId,
      urgency: 'background',
      insists: true,
      isEnough: ({ version }) => version > (intent?.version ?? 0),
    })
    return result.kind !== 'setback'
  }
}

async function inTurns<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<boolean>,
): Promise<number> {
  let done = 0
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const results = await Promise.all(items.slice(start, start + AT_ONCE).map(work))
    done += results.filter(Boolean).length
  }
  return done
}
