import type { Installation } from '../test/refresh/processes/installation.ts'
import { delayRefreshes } from '../test/refresh/processes/scenarios.ts'
import { startStoppable, stopPastLease } from '../test/refresh/processes/stop-past-lease.ts'
import { type OpenDatabase, type Proof, withInstallation } from './with-installation.ts'

const DELAYS_MS = [1000, 5000, 10_000, 20_000, 50_000]

/** R3: Feishu takes up to five leases to answer, and another process wants the same token. */
export function proveSlowAnswers(open: OpenDatabase): Promise<Proof> {
  return withInstallation(open, DELAYS_MS.length, slowAnswers)
}

async function slowAnswers(installation: Installation): Promise<Proof> {
  const patience = { TEST_FEISHU_TIMEOUT_MS: '60000' }
  const [one, other] = await Promise.all([installation.start(patience), installation.start()])
  const seen = { delays: 0, posts: 0, reuses: 0 }
  for (const delayMs of DELAYS_MS) {
    const openId = installation.someone()
    await installation.grantThatRanOut(openId)
    installation.refreshes()
    delayRefreshes(installation, delayMs, 1)
    const asked = one.ask(openId, 10)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const waited = await other.ask(openId, 10)
    const { outcomes } = await asked
    const { posts, reuses } = installation.refreshes()
    const isFresh = outcomes.every(([token]) => installation.works(token))
    const isHonest = waited.outcomes.every(
      ([outcome]) => installation.works(outcome) || outcome.includes('Error'),
    )
    if (!isFresh || !isHonest) throw new Error(`a stale token at ${delayMs} ms`)
    seen.delays += 1
    seen.posts += posts
    seen.reuses += reuses
  }
  return { isKept: seen.posts === seen.delays && seen.reuses === 0, ...seen }
}

/** R4: holders stand still past their leases; the newest grant survives every time. */
export function proveStopped(open: OpenDatabase, rounds: number): Promise<Proof> {
  return withInstallation(open, rounds * 3, async (installation) => {
    const workers = await startStoppable(installation)
    const seen = { stops: 0, newest: 0, posts: 0, reuses: 0, refreshable: 0 }
    for (let round = 0; round < rounds; round++) {
      const { unsent, sent, overtaken, ...counted } = await stopPastLease(installation, workers)
      const isHonest = unsent.isTakenOver && unsent.isHonest && unsent.keepsTheWinner
      seen.stops += 3
      seen.newest += [isHonest, sent.isSaved, overtaken.consentStands].filter(Boolean).length
      seen.posts += counted.posts
      seen.reuses += counted.reuses
      seen.refreshable += counted.refreshable
    }
    const { stops, newest, posts, reuses, refreshable } = seen
    const isKept = [newest, posts, refreshable].every((count) => count === stops) && reuses === 0
    return { isKept, ...seen }
  })
}
