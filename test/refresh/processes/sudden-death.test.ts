import { afterAll, describe, expect, it, vi } from 'vitest'
import { openSqliteFile } from '../../support/processes/databases.ts'
import { createInstallation } from './installation.ts'
import { diedAtEveryStep } from './scenarios.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

const database = await openSqliteFile()
const installation = await createInstallation(database.url)
afterAll(async () => {
  await installation.close()
  await database.stop()
})

describe('a process killed in the midst of a refresh', () => {
  it('costs a grant only between the answer and the database, and then a card is sent though nobody asks', async () => {
    const { ends, posts, reuses, refreshable, askedFor } = await diedAtEveryStep(installation)
    expect(ends).toEqual([
      { step: 'lease_taken', token: 'works', cards: 0 },
      { step: 'intent_open', token: 'works', cards: 0 },
      { step: 'token_sent', token: 'works', cards: 0 },
      { step: 'reply_received', token: 'asked', cards: 1 },
      { step: 'pair_saved', token: 'works', cards: 0 },
    ])
    // Two that had sent, three ordinary refreshes afterwards, and the one probe that told of the loss.
    expect([posts, reuses]).toEqual([6, 1])
    expect(refreshable).toEqual([true, true, true, false, true])
    expect(askedFor).toBe(1)
  })
})
