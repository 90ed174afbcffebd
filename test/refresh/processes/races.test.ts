import { afterAll, describe, expect, it, vi } from 'vitest'
import { findDatabases } from '../../support/processes/databases.ts'
import { createInstallation } from './installation.ts'
import { race } from './scenarios.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

const PROCESSES = 2
const CALLS = 250
const RACES = 5

const { kinds, stop } = await findDatabases()
afterAll(stop)

describe.each(kinds)('processes on $name', ({ open }) => {
  if (open === null) return void it.skip('are not tested', () => {})

  it('refresh a token once, however many callers of theirs want it at the same time', async () => {
    const database = await open()
    const installation = await createInstallation(database.url)
    try {
      const workers = await Promise.all(
        Array.from({ length: PROCESSES }, () => installation.start()),
      )
      for (let run = 0; run < RACES; run++) {
        expect(await race(installation, workers, CALLS)).toMatchObject({
          posts: 1,
          reuses: 0,
          fresh: PROCESSES * CALLS,
          distinct: 1,
        })
      }
    } finally {
      await installation.close()
      await database.stop()
    }
  })
})
