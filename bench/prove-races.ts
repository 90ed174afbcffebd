import { race } from '../test/refresh/processes/scenarios.ts'
import { type OpenDatabase, type Proof, withInstallation } from './with-installation.ts'

/** R1 and R2: many callers in some processes want one token that has run out, at the same time. */
export function proveRaces(
  open: OpenDatabase,
  { processes, calls, races }: { processes: number; calls: number; races: number },
): Promise<Proof> {
  return withInstallation(open, races, async (installation) => {
    const workers = await Promise.all(Array.from({ length: processes }, () => installation.start()))
    const seen = { races, callers: races * processes * calls, fresh: 0, posts: 0, reuses: 0 }
    for (let run = 0; run < races; run++) {
      const { posts, reuses, fresh } = await race(installation, workers, calls)
      seen.fresh += fresh
      seen.posts += posts
      seen.reuses += reuses
    }
    const isKept = seen.fresh === seen.callers && seen.posts === races && seen.reuses === 0
    return { isKept, ...seen }
  })
}

/** R5: how long a pair is in memory alone, which is the window in which a sudden death costs a grant. */
export function proveWindow(open: OpenDatabase, refreshes: number): Promise<Proof> {
  return withInstallation(open, refreshes, async (installation) => {
    const worker = await installation.start()
    for (let run = 0; run < refreshes; run++) await race(installation, [worker], 1)
    const { savedAfterMs } = await worker.ask('ou_nobody')
    const sorted = savedAfterMs.sort((one, other) => one - other)
    const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(2)
    const isKept = sorted.length === refreshes
    return { isKept, refreshes, 'p50 ms': at(0.5), 'p99 ms': at(0.99) }
  })
}
