import { describe, it, vi } from 'vitest'
import { consentRaces } from './histories/consent-races.ts'
import { failingDatabase } from './histories/failing-database.ts'
import { lostAnswers } from './histories/lost-answers.ts'
import { playHistories } from './histories/play-histories.ts'
import { skewedClocks, skewedRefreshes } from './histories/skewed-clocks.ts'

// Many more of each are played by bench/prove-refresh.ts.
vi.setConfig({ testTimeout: 120_000 })

const numRuns = Number(process.env.REFRESH_HISTORIES ?? 60)

describe('whatever the order of what happens,', () => {
  it('consents that race refreshes leave the newest consent and lose no token', () =>
    playHistories(consentRaces, { numRuns }))

  it('a database that fails and comes back costs no pair, and no token is presented twice', () =>
    playHistories(failingDatabase, { numRuns }))

  it('lost answers end in a fresh token or with the person asked once, and never in a loop', () =>
    playHistories(lostAnswers, { numRuns: Math.ceil(numRuns / 3) }))
})

describe('processes whose clocks are up to five minutes off', () => {
  it('hand out no token that is valid for less than was asked, by their own clock', () =>
    playHistories(skewedClocks, { numRuns }))

  it('may present a token twice, all at once, but never lose the pair that came of it', () =>
    playHistories(skewedRefreshes, { numRuns }))
})
