import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GrantCounts } from '../../src/auth/grant-census.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'
import { APP } from './a-session.ts'
import { anEmptyStore } from './an-empty-store.ts'

/** A census that is going on, and how a test ends it. */
type Census = { ends: (active: number) => void; fails: () => void }

describe('a scrape while the grants are being counted', () => {
  let clock: FakeClock
  let running: Census[]
  let scrape: () => Promise<string | null>
  beforeEach(() => {
    clock = createFakeClock()
    running = []
    const metrics = createMetrics({
      ...{ appIds: [APP], jobIntervalSeconds: {}, version: '1.2.3' },
      ...{ clock, log: () => {} },
    })
    metrics.watchStore({
      ...anEmptyStore(),
      census: {
        count: () =>
          new Promise((resolve, reject) => {
            running.push({
              ends: (active) => resolve(countsOf(active)),
              fails: () => reject(new Error('no database')),
            })
          }),
      },
    })
    scrape = async () => {
      const found = /^lark_service_token_active_count\{.*\} (\d+)$/m.exec(await metrics.render())
      return found?.[1] ?? null
    }
  })
  afterEach(() => {
    for (const { ends } of running) ends(0)
  })

  /** Scrapes, lets so many milliseconds pass, and tells what came of it. */
  async function scrapeFor(milliseconds: number): Promise<string | null> {
    const scraped = scrape()
    await clock.untilSomebodySleeps()
    clock.advance(milliseconds)
    return scraped
  }
  async function countedOnce(active: number): Promise<void> {
    const first = scrape()
    await clock.untilSomebodySleeps()
    running[0]?.ends(active)
    expect(await first).toBe(String(active))
    clock.advance(5000)
  }

  it('gets the count of before, and the next one gets this one', async () => {
    await countedOnce(7)
    expect(await scrapeFor(100)).toBe('7')
    running[1]?.ends(8)
    await settled()
    expect(await scrape()).toBe('8')
  })

  it('starts no second count, however long the one takes', async () => {
    await countedOnce(7)
    expect(await scrapeFor(100)).toBe('7')
    clock.advance(10_000)
    expect(await scrapeFor(100)).toBe('7')
    clock.advance(10_000)
    expect(await scrapeFor(100)).toBe('7')
    expect(running).toHaveLength(2)
  })

  it('gets no count that is older than a minute', async () => {
    await countedOnce(7)
    expect(await scrapeFor(100)).toBe('7')
    clock.advance(60_000)
    expect(await scrapeFor(5000)).toBeNull()
    running[1]?.ends(9)
    await settled()
    expect(await scrapeFor(100)).toBe('9')
  })

  it('waits for the first count, but not until it is given up', async () => {
    expect(await scrapeFor(5000)).toBeNull()
    expect(await scrapeFor(5000)).toBeNull()
    expect(running).toHaveLength(1)
    running[0]?.ends(3)
    await settled()
    expect(await scrapeFor(100)).toBe('3')
  })

  it('shows none once a count has failed, and counts anew', async () => {
    await countedOnce(7)
    expect(await scrapeFor(100)).toBe('7')
    running[1]?.fails()
    await settled()
    const next = scrape()
    await clock.untilSomebodySleeps()
    expect(running).toHaveLength(3)
    running[2]?.ends(8)
    expect(await next).toBe('8')
  })
})

function countsOf(active: number): GrantCounts {
  const byState = [{ appId: APP, state: 'active', count: active } as const]
  return { byState, byTimeLeft: [], byKey: [], oldestIssue: [], oldestDue: [] }
}

/** Whatever has ended is noted by then. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
