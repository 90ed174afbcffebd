import { diedAtEveryStep, STEPS } from '../test/refresh/processes/scenarios.ts'
import { CALLBACK_STEPS, diedInCallback } from '../test/support/processes/callback-deaths.ts'
import { type OpenDatabase, type Proof, withInstallation } from './with-installation.ts'

/** R5: only the window between the answer and the database may cost a grant, and then a card is out. */
export async function proveRefreshDeaths(open: OpenDatabase, rounds: number): Promise<Proof> {
  const seen = { deaths: 0, stale: 0, lost: 0, 'told and asked': 0 }
  let slowest = 0
  for (let round = 0; round < rounds; round++) {
    // A stale token that is handed out ends the script.
    const { ends, refreshable, recardedAfterMs } = await withInstallation(
      open,
      STEPS.length,
      diedAtEveryStep,
    )
    seen.deaths += ends.length
    seen.lost += refreshable.filter((isAlive) => !isAlive).length
    seen['told and asked'] += ends.filter(({ token, cards }) => token === 'asked' && cards).length
    slowest = Math.max(slowest, recardedAfterMs)
  }
  const isKept = seen.lost === rounds && seen['told and asked'] === rounds
  return { isKept, ...seen, 'slowest card after the restart, s': (slowest / 1000).toFixed(1) }
}

/** R5: no death in a callback costs more than one more tap, and none after the token is stored costs that. */
export async function proveCallbackDeaths(open: OpenDatabase, rounds: number): Promise<Proof> {
  const seen = { deaths: 0, 'well in the end': 0, 'tapped again': 0 }
  for (let round = 0; round < rounds; round++) {
    for (const step of CALLBACK_STEPS) {
      const database = await open()
      const { isWell, tappedAgain } = await diedInCallback(database, step)
      await database.stop()
      seen.deaths += 1
      if (isWell) seen['well in the end'] += 1
      if (tappedAgain) seen['tapped again'] += 1
    }
  }
  const isKept = seen['well in the end'] === seen.deaths && seen['tapped again'] === 2 * rounds
  return { isKept, ...seen }
}
