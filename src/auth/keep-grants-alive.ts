import type { Clock, Store } from './ports.ts'
import type { RefreshBudget } from './refresh-budget.ts'
import type { RefreshGrant } from './refresh-grant.ts'
import { UPSTREAM_CAP_MS } from './refresh-grant.ts'
import type { RefreshSchedule } from './refresh-schedule.ts'
import type { GrantKey, Upkeep } from './upkeep.ts'
import type { UseNotes } from './use-notes.ts'

/** The upkeep that nobody waits for. */
export interface KeepGrantsAlive {
  /** Refreshes what is due: tokens in use before they run out, refresh tokens before they die unused. */
  due(): Promise<{ looked: number; refreshed: number }>
  /** Settles what a crash left open: one probe each, and the person is asked when the rotation was lost. */
  recover(): Promise<{ settled: number }>
  /** Takes up nothing more; what is begun comes to its end. */
  close(): void
}

type Neighbours = {
  store: Pick<Store, 'grants' | 'upkeeps'>
  clock: Clock
  schedule: RefreshSchedule
  budget: RefreshBudget
  refreshGrant: RefreshGrant
  useNotes: Pick<UseNotes, 'write'>
}

/** With a tick every five seconds these are twelve a second: within the budget, and callers keep the rest. */
const BATCH = 60
const AT_ONCE = 8
/** How long other instances leave a taken grant alone, and this one a grant whose look failed. */
const TAKEN_MS = 120_000

/** Creates the upkeep; every instance may run it, each grant is taken by one. */
export function createKeepGrantsAlive(neighbours: Neighbours): KeepGrantsAlive {
  const { store, clock, schedule, budget, refreshGrant, useNotes } = neighbours
  const later = (milliseconds: number) => new Date(clock.now().getTime() + milliseconds)
  const resting = createRest(clock)
  let isClosed = false

  return {
    async due() {
      await useNotes.write()
      await store.upkeeps.adopt(clock.now(), BATCH)
      const taken = await store.upkeeps.claimDue(clock.now(), later(TAKEN_MS), BATCH)
      const refreshed = await inTurns(taken, lookAt)
      return { looked: taken.length, refreshed }
    },
    async recover() {
      const before = new Date(clock.now().getTime() - UPSTREAM_CAP_MS)
      // Those that failed a moment ago must not take the place of others, however many they are.
      const limit = BATCH + resting.count()
      const open = await store.upkeeps.listOpenIntents(clock.now(), before, limit)
      const turn = open.filter((upkeep) => !resting.has(upkeep)).slice(0, BATCH)
      return { settled: await inTurns(turn, settle) }
    },
    close() {
      isClosed = true
    },
  }

  async function lookAt(upkeep: Upkeep): Promise<boolean> {
    const { appId, openId, lastUsedAt } = upkeep
    const grant = await store.grants.find(appId, openId)
    if (!grant) {
      await store.upkeeps.deleteOrphan(upkeep)
      return false
    }
    if (!schedule.isTimeFor(grant, lastUsedAt, clock.now())) {
      const look = schedule.nextLook(grant, lastUsedAt, clock.now())
      await store.upkeeps.schedule(upkeep, look)
      return false
    }
    // Without room it stays taken for now, and is looked at again.
    if (!(await budget.hasRoom(appId))) return false
    const result = await refreshGrant({
      appId,
      openId,
      insists: false,
      isEnough: ({ version }) => version > grant.version,
    })
    // A use after the end has scheduled it again.
    if (result.kind === 'finished') await store.upkeeps.schedule(upkeep, null)
    return result.kind === 'fresh'
  }

  async function settle(upkeep: Upkeep): Promise<boolean> {
    const { appId, openId, intent } = upkeep
    const settling = refreshGrant({
      appId,
      openId,
      insists: false,
      isEnough: ({ version }) => version > (intent?.version ?? 0),
    })
    const result = await settling.catch((error: unknown) => {
      resting.begin(upkeep)
      throw error
    })
    return result.kind !== 'setback'
  }

  /** One that fails does not keep the others from their turn; its error is told when all have had theirs. */
  async function inTurns(
    upkeeps: readonly Upkeep[],
    work: (upkeep: Upkeep) => Promise<boolean>,
  ): Promise<number> {
    const results: PromiseSettledResult<boolean>[] = []
    for (let start = 0; start < upkeeps.length && !isClosed; start += AT_ONCE) {
      const turn: Promise<PromiseSettledResult<boolean>[]>[] = []
      for (const upkeep of upkeeps.slice(start, start + AT_ONCE)) {
        turn.push(Promise.allSettled([work(upkeep)]))
        // An embedded database answers without ever letting go of the event loop, so the next one waits until others had it.
        await clock.sleep(0)
      }
      results.push(...(await Promise.all(turn)).flat())
    }
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    return results.filter((result) => result.status === 'fulfilled' && result.value).length
  }
}

/** The grants whose look has failed within the last two minutes, as this process knows. */
function createRest(clock: Clock) {
  const until = new Map<string, number>()
  const nameOf = ({ appId, openId }: GrantKey) => `${appId} ${openId}`
  return {
    begin: (key: GrantKey) => void until.set(nameOf(key), clock.now().getTime() + TAKEN_MS),
    has: (key: GrantKey) => until.has(nameOf(key)),
    count(): number {
      const now = clock.now().getTime()
      for (const [name, instant] of until) if (instant <= now) until.delete(name)
      return until.size
    },
  }
}
