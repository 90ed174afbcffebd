import { afterAll, describe, expect, it, vi } from 'vitest'
import { openSqliteFile } from '../../support/processes/databases.ts'
import { createInstallation } from './installation.ts'
import { startStoppable, stopPastLease } from './stop-past-lease.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

const database = await openSqliteFile()
const installation = await createInstallation(database.url)
afterAll(async () => {
  await installation.close()
  await database.stop()
})

describe('a process that stood still past its lease (SIGSTOP, SIGCONT)', () => {
  it('never overwrites what is newer, and never loses what is newest', async () => {
    const workers = await startStoppable(installation)
    expect(await stopPastLease(installation, workers)).toEqual({
      unsent: { isTakenOver: true, isHonest: true, keepsTheWinner: true },
      sent: { isSaved: true },
      overtaken: { consentStands: true },
      posts: 3,
      reuses: 0,
      refreshable: 3,
    })
  })
})
