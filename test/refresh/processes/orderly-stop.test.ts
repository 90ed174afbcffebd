import { afterAll, describe, expect, it, vi } from 'vitest'
import { openSqliteFile } from '../../support/processes/databases.ts'
import { createInstallation } from './installation.ts'
import { stopUnderLoad } from './scenarios.ts'

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
    const stop = await stopUnderLoad(installation, PEOPLE, 0.5)
    // Each grant was refreshed once: by the process that left, or by the next one.
    const exit = { code: 0, signal: null }
    expect(stop).toMatchObject({ exit, lost: 0, reuses: 0, posts: PEOPLE })
    expect(stop.ms).toBeLessThan(LONGEST_STOP_MS)
  })
})
