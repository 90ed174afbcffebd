import { abortAtEveryMillisecond, stopUnderLoad } from '../test/refresh/processes/scenarios.ts'
import { type OpenDatabase, type Proof, withInstallation } from './with-installation.ts'

const PEOPLE = 15

/** R6: a service is stopped by SIGTERM while Feishu works on a growing share of everybody's refreshes. */
export async function proveStops(open: OpenDatabase, rounds: number): Promise<Proof> {
  const seen = { rounds, lost: 0, reuses: 0, 'longest stop, s': 0 }
  for (let round = 0; round < rounds; round++) {
    const stop = await withInstallation(open, PEOPLE, (installation) =>
      stopUnderLoad(installation, PEOPLE, (round + 1) / (rounds + 1)),
    )
    seen.lost += stop.lost
    seen.reuses += stop.reuses
    seen['longest stop, s'] = Math.max(seen['longest stop, s'], Math.round(stop.ms / 100) / 10)
  }
  return { isKept: seen.lost + seen.reuses === 0, ...seen }
}

/** R7: callers leave at every millisecond of a refresh. */
export async function proveLeavingCallers(open: OpenDatabase): Promise<Proof> {
  const seen = await withInstallation(open, 201, abortAtEveryMillisecond)
  return { isKept: seen.saved === 201 && seen.reuses === 0, ...seen }
}
