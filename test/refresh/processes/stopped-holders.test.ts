import { afterAll, describe, expect, it, vi } from 'vitest'
import { openSqliteFile } from '../../support/processes/databases.ts'
import { createInstallation } from './installation.ts'
import { delayHasStruck, delayRefreshes } from './scenarios.ts'
import type { Asked, Worker } from './worker.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

/** Longer than a lease. */
const STOPPED_MS = 11_000

const database = await openSqliteFile()
const installation = await createInstallation(database.url)
afterAll(async () => {
  await installation.close()
  await database.stop()
})

const tokenOf = ({ outcomes }: Asked) => outcomes[0]?.[0]
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Someone whose token has run out, and a process of their own to ask for it. */
async function someoneAt(worker: Worker) {
  const openId = installation.someone()
  await installation.grantThatRanOut(openId)
  return { openId, ask: () => worker.ask(openId) }
}

describe('a process that stood still past its lease (SIGSTOP, SIGCONT)', () => {
  it('never overwrites what is newer, and never loses what is newest', async () => {
    const [before, midway, overtaken, other] = await Promise.all([
      installation.start({ TEST_STOP_AT: 'intent_open' }),
      installation.start(),
      installation.start(),
      installation.start(),
    ])
    installation.refreshes()
    // Stopped before the POST; and twice stopped with the POST on its way.
    const unsent = await someoneAt(before)
    const sent = await someoneAt(midway)
    const late = await someoneAt(overtaken)
    const unsentAsked = unsent.ask()
    delayRefreshes(installation, 1000, 2)
    const [sentAsked, lateAsked] = [sent.ask(), late.ask()]
    await delayHasStruck(installation)
    midway.signal('SIGSTOP')
    overtaken.signal('SIGSTOP')
    await sleep(STOPPED_MS)

    // Another process takes over what was not sent; a new consent overtakes what was.
    const takenOver = tokenOf(await other.ask(unsent.openId))
    expect(installation.works(takenOver)).toBe(true)
    await installation.consentAgain(late.openId)
    const consented = await installation.grantOf(late.openId)
    for (const worker of [before, midway, overtaken]) worker.signal('SIGCONT')

    // The late one is told to ask again, or finds the winner's token; it presents nothing.
    const woken = await unsentAsked
    expect(installation.works(tokenOf(woken)) || woken.outcomes[0]?.[0].includes('again')).toBe(
      true,
    )
    expect(tokenOf(await before.ask(unsent.openId))).toBe(takenOver)
    // What nobody else has touched is saved, however late.
    const saved = tokenOf(await sentAsked)
    expect(installation.works(saved)).toBe(true)
    expect(tokenOf(await other.ask(sent.openId))).toBe(saved)
    // The stale write is refused: the consent stands.
    await lateAsked
    expect(await installation.grantOf(late.openId)).toEqual(consented)

    expect(installation.refreshes()).toEqual({ posts: 3, reuses: 0 })
    for (const { openId } of [unsent, sent, late]) {
      expect(await installation.canRefresh(openId)).toBe(true)
    }
  })
})
