import { setTimeout as sleep } from 'node:timers/promises'
import type { Installation } from './installation.ts'
import { delayHasStruck, delayRefreshes } from './scenarios.ts'
import type { Asked, Worker } from './worker.ts'

/** Longer than a lease. */
const STOPPED_MS = 11_000

/** What three holders that stood still past their leases came to. */
export type Stops = {
  /** Stopped before the POST: another took over, and the woken one presents nothing. */
  unsent: { isTakenOver: boolean; isHonest: boolean; keepsTheWinner: boolean }
  /** Stopped with the POST on its way, and nobody else came: it saves, however late. */
  sent: { isSaved: boolean }
  /** The same, and the person consented anew meanwhile: the consent stands. */
  overtaken: { consentStands: boolean }
  posts: number
  reuses: number
  /** How many of the three grants Feishu would still refresh. */
  refreshable: number
}

/** Starts the processes that {@link stopPastLease} needs: three that will stand still, and one that goes on. */
export function startStoppable(installation: Installation): Promise<Worker[]> {
  return Promise.all([
    installation.start({ TEST_STOP_AT: 'intent_open' }),
    installation.start(),
    installation.start(),
    installation.start(),
  ])
}

/** Holders are stopped past their leases (SIGSTOP) at three places, and continued (SIGCONT). */
export async function stopPastLease(
  installation: Installation,
  [before, midway, overtaken, other]: readonly Worker[],
): Promise<Stops> {
  if (!before || !midway || !overtaken || !other) throw new Error('four processes are needed')
  const someoneAt = async (worker: Worker) => {
    const openId = installation.someone()
    await installation.grantThatRanOut(openId)
    return { openId, ask: () => worker.ask(openId) }
  }
  installation.refreshes()
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

  const takenOver = tokenOf(await other.ask(unsent.openId))
  await installation.consentAgain(late.openId)
  const consented = JSON.stringify(await installation.grantOf(late.openId))
  for (const worker of [before, midway, overtaken]) worker.signal('SIGCONT')

  const woken = await unsentAsked
  const winner = tokenOf(await before.ask(unsent.openId))
  const saved = tokenOf(await sentAsked)
  const found = tokenOf(await other.ask(sent.openId))
  await lateAsked
  const stands = JSON.stringify(await installation.grantOf(late.openId))
  const { posts, reuses } = installation.refreshes()
  let refreshable = 0
  for (const { openId } of [unsent, sent, late]) {
    if (await installation.canRefresh(openId)) refreshable += 1
  }
  return {
    unsent: {
      isTakenOver: installation.works(takenOver),
      // It finds the winner's token, or is told to ask again.
      isHonest: tokenOf(woken) === takenOver || tokenOf(woken)?.includes('again') === true,
      keepsTheWinner: winner === takenOver,
    },
    sent: { isSaved: installation.works(saved) && found === saved },
    overtaken: { consentStands: stands === consented },
    posts,
    reuses,
    refreshable,
  }
}

function tokenOf({ outcomes }: Asked): string | undefined {
  return outcomes[0]?.[0]
}
