import { afterAll, describe, expect, it, vi } from 'vitest'
import { openSqliteFile } from '../../support/processes/databases.ts'
import { until } from '../../support/processes/until.ts'
import { createInstallation } from './installation.ts'
import { delayRefreshes } from './scenarios.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

const PEOPLE = 15
/** What Feishu may take, and a second. */
const LONGEST_STOP_MS = 11_000

const database = await openSqliteFile()
const installation = await createInstallation(database.url)
afterAll(async () => {
  await installation.close()
  await database.stop()
})

describe('a service told to stop by SIGTERM under load', () => {
  it('loses no rotation, and does not dawdle', async () => {
    const { deployment, emulator } = installation
    const people = Array.from({ length: PEOPLE }, () => installation.someone())
    for (const openId of people) await installation.grantThatRanOut(openId)
    const leaving = await deployment.start()
    installation.refreshes()
    delayRefreshes(installation, 800, PEOPLE)
    const calls = people.map((openId) =>
      deployment.api(leaving.url, `/v1/tokens/${openId}`).catch((error: unknown) => error),
    )
    const left = () => emulator.sim.state().faults[0]?.left ?? 0
    await until('Feishu is at work', () => Number(left()) < PEOPLE / 2)
    const toldAt = performance.now()
    expect(await leaving.end('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(performance.now() - toldAt).toBeLessThan(LONGEST_STOP_MS)
    await Promise.all(calls)

    const { posts, reuses } = installation.refreshes()
    expect([posts > PEOPLE / 2, reuses]).toEqual([true, 0])
    emulator.sim.clearFaults()
    const next = await installation.start()
    for (const openId of people) {
      const { outcomes } = await next.ask(openId)
      expect(installation.works(outcomes[0]?.[0])).toBe(true)
    }
    // Each grant was refreshed once: by the process that left, or by the next one.
    expect(posts + installation.refreshes().posts).toBe(PEOPLE)
    for (const openId of people) expect(await installation.canRefresh(openId)).toBe(true)
  })
})
