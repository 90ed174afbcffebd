import type { RefreshStep } from '../../../src/auth/grant-events.ts'
import { until } from '../../support/processes/until.ts'
import { newestCard } from '../../support/service.ts'
import type { Installation } from './installation.ts'
import type { Worker } from './worker.ts'

/** Every step at which a process can die during a refresh. */
export const STEPS: readonly RefreshStep[] = [
  'lease_taken',
  'intent_open',
  'reply_received',
  'pair_saved',
]

const TOKEN_ROUTE = 'POST /open-apis/authen/v2/oauth/token'

/** What a race of many processes came to. */
export type Race = { posts: number; reuses: number; fresh: number; distinct: number; ms: number }

/** Each worker has so many callers for one token that has run out, all at the same time. */
export async function race(
  installation: Installation,
  workers: readonly Worker[],
  calls: number,
): Promise<Race> {
  const openId = installation.someone()
  await installation.grantThatRanOut(openId)
  installation.refreshes()
  const startedAt = performance.now()
  const answers = await Promise.all(workers.map((worker) => worker.ask(openId, calls)))
  const ms = performance.now() - startedAt
  const outcomes = answers.flatMap((answer) => answer.outcomes)
  const fresh = outcomes
    .filter(([token]) => installation.works(token))
    .reduce((sum, [, callers]) => sum + callers, 0)
  const distinct = new Set(outcomes.map(([outcome]) => outcome)).size
  return { ...installation.refreshes(), fresh, distinct, ms }
}

/** A process is killed at a step of a refresh; resolves with whose grant it was. */
export async function killAt(installation: Installation, step: RefreshStep): Promise<string> {
  const openId = installation.someone()
  await installation.grantThatRanOut(openId)
  const worker = await installation.start({ TEST_DIE_AT: step })
  const isKilled = await worker.ask(openId).then(
    () => false,
    () => true,
  )
  const { signal } = await worker.exited
  if (!isKilled || signal !== 'SIGKILL') throw new Error(`nobody died at ${step}`)
  return openId
}

/** What became of a grant whose process was killed, once the service is back. */
export type Aftermath = { step: RefreshStep; token: 'works' | 'asked'; cards: number }

/** Asks the service that came back for the token of each; where the rotation is lost, the card counts. */
export async function aftermath(
  installation: Installation,
  service: { url: string },
  step: RefreshStep,
  openId: string,
): Promise<Aftermath> {
  const token = await until(`the end of ${step}`, async () => {
    const answer = await installation.deployment.api(service.url, `/v1/tokens/${openId}`)
    // A probe that must wait for its time is told as an answer to come back for.
    if (answer.status === 503) return null
    if (answer.status === 404) return 'asked' as const
    if (!answer.ok) throw new Error(`${step}: ${answer.status} ${await answer.text()}`)
    const { access_token: accessToken } = (await answer.json()) as { access_token: string }
    if (!installation.works(accessToken)) throw new Error(`a stale token was handed out: ${step}`)
    return 'works' as const
  })
  const asked = () => newestCard(installation.emulator, openId) !== undefined
  if (token === 'asked') await until('the card', asked)
  return { step, token, cards: asked() ? 1 : 0 }
}

/** Makes Feishu's next answers to refreshes late. */
export function delayRefreshes(installation: Installation, delayMs: number, times: number): void {
  installation.emulator.sim.injectFault({ match: TOKEN_ROUTE, delayMs, times })
}

/** Resolves when so many requests have reached the faults that delay them. */
export function delayHasStruck(installation: Installation): Promise<unknown> {
  const { sim } = installation.emulator
  return until('Feishu has the request', () => sim.state().faults.length === 0)
}
