import { consentRaces } from '../test/refresh/histories/consent-races.ts'
import { failingDatabase } from '../test/refresh/histories/failing-database.ts'
import { lostAnswers } from '../test/refresh/histories/lost-answers.ts'
import { outages } from '../test/refresh/histories/outages.ts'
import { type History, playHistories } from '../test/refresh/histories/play-histories.ts'
import { skewedClocks, skewedRefreshes } from '../test/refresh/histories/skewed-clocks.ts'
import type { Proof } from './with-installation.ts'

/** Histories of one promise; `perRun` is how many are played for each of `--runs`. */
type Histories = {
  promise: string
  what: string
  perRun: number
  play: (options: { numRuns: number; seed: number | undefined }) => Promise<void>
}

/** The promises that hold whatever the order of what happens. */
export const HISTORIES: readonly Histories[] = [
  histories('R8', 'consents that race refreshes of three processes', 200, consentRaces),
  histories('R9', 'a database that fails and comes back', 40, failingDatabase),
  histories('R10', 'outages of Feishu, 12 people each', 1, outages),
  histories('R12', 'answers that are lost', 10, lostAnswers),
  histories('R14', 'clocks five minutes off', 40, skewedClocks),
  histories('R14', 'clocks five minutes off, all at once', 20, skewedRefreshes),
]

/** Plays them; the smallest history that breaks the promise is told. */
export async function proveHistory(
  { perRun, play }: Histories,
  runs: number,
  seed: number | undefined,
): Promise<Proof> {
  const numRuns = Math.max(1, Math.round(runs * perRun))
  try {
    await play({ numRuns, seed })
    return { isKept: true, histories: numRuns, violations: 0 }
  } catch (error) {
    console.error(error)
    return { isKept: false, histories: numRuns }
  }
}

function histories<Input>(
  promise: string,
  what: string,
  perRun: number,
  history: History<Input>,
): Histories {
  return { promise, what, perRun, play: (options) => playHistories(history, options) }
}
