import { afterAll, describe, expect, it, vi } from 'vitest'
import { findDatabases } from '../../support/processes/databases.ts'
import { createInstallation } from './installation.ts'
import { aftermath, killAt, STEPS } from './scenarios.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

/** Longer than a lease and than a request can be on its way. */
const LATER_SECONDS = 21

const { kinds, stop } = await findDatabases()
afterAll(stop)

describe.each(kinds)(
  'a process killed in the midst of a refresh on $name',
  ({ open: openDatabase }) => {
    if (openDatabase === null) return void it.skip('is not tested', () => {})

    it('costs a grant only between the answer and the database, and then a card is sent', async () => {
      const database = await openDatabase()
      const installation = await createInstallation(database.url)
      try {
        const people = await Promise.all(STEPS.map((step) => killAt(installation, step)))
        // One POST where nothing was sent yet, one where it was; the service comes back on a later clock.
        expect(installation.refreshes()).toEqual({ posts: 2, reuses: 0 })
        installation.emulator.sim.advanceClock({ seconds: LATER_SECONDS })
        const service = await installation.deployment.startHere()
        const ends = await Promise.all(
          STEPS.map((step, index) => aftermath(installation, service, step, people[index] ?? '')),
        )
        expect(ends).toEqual([
          { step: 'lease_taken', token: 'works', cards: 0 },
          { step: 'intent_open', token: 'works', cards: 0 },
          { step: 'reply_received', token: 'asked', cards: 1 },
          { step: 'pair_saved', token: 'works', cards: 0 },
        ])
        // Two ordinary refreshes, and the one probe that told of the loss.
        expect(installation.refreshes()).toEqual({ posts: 3, reuses: 1 })
        const [unsent, sent, lost, saved] = people
        for (const openId of [unsent, sent, saved])
          expect(await installation.canRefresh(openId ?? '')).toBe(true)
        const sessions = await installation.deployment.sessions(service.url, '?state=pending')
        expect(sessions).toEqual([expect.objectContaining({ open_id: lost })])
      } finally {
        await installation.close()
        await database.stop()
      }
    })
  },
)
