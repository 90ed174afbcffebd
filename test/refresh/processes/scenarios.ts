import type { RefreshStep } from '../../../src/auth/grant-events.ts'
import { until } from '../../support/processes/until.ts'
import { newestCard } from '../../support/service.ts'
import type { Installation } from './installation.ts'
import type { Worker } from './worker.ts'

/** Every step at which a process can die during a refresh. */
export const STEPS: readonly RefreshStep[] = [
  'lease_taken',
  'intent_open',
  'token_sent',
  'reply_received',
  'pair_saved',
]
/** What a death here has spent is in nobody's hands. */
const LOST_AT: RefreshStep = 'reply_received'

const TOKEN_ROUTE = 'POST /open-apis/authen/v2/oauth/token'

/** What a race of many processes came to. */
export type Race = { posts: number; reuses: number; fresh: number; distinct: number }

/** Each worker has so many callers for one token that has run out, all at the same time. */
export async function race(
  installation: Installation,
  workers: readonly Worker[],
  calls: number,
): Promise<Race> {
  const openId = installation.someone()
  await installation.grantThatRanOut(openId)
  installation.refreshes()
  const answers = await Promise.all(workers.map((worker) => worker.ask(openId, calls)))
  const outcomes = answers.flatMap((answer) => answer.outcomes)
  const fresh = outcomes
    .filter(([token]) => installation.works(token))
    .reduce((sum, [, callers]) => sum + callers, 0)
  const distinct = new Set(outcomes.map(([outcome]) => outcome)).size
  return { ...installation.refreshes(), fresh, distinct }
}

/** What became of the grants of processes that were killed, one at each step. */
export type Deaths = {
  ends: Aftermath[]
  posts: number
  reuses: number
  /** Whether Feishu still takes the stored refresh token of each. */
  refreshable: boolean[]
  /** How many pending requests there are. */
  askedFor: number
  /** How long after the start of the next process the card of the lost one was there, while nobody had asked for a token. */
  recardedAfterMs: number
}

/** Longer than a lease and than a request can be on its way. */
const LATER_SECONDS = 21

/** A process dies at each step; then the service comes back on a later clock. */
export async function diedAtEveryStep(installation: Installation): Promise<Deaths> {
  const { emulator, deployment } = installation
  installation.refreshes()
  const people = await Promise.all(STEPS.map((step) => killAt(installation, step)))
  emulator.sim.advanceClock({ seconds: LATER_SECONDS })
  const service = await deployment.startHere()
  const startedAt = performance.now()
  const lost = people[STEPS.indexOf(LOST_AT)] ?? ''
  await until('the card, though nobody asks', () => newestCard(emulator, lost))
  const recardedAfterMs = performance.now() - startedAt
  const ends = await Promise.all(
    STEPS.map((step, index) => aftermath(installation, service, step, people[index] ?? '')),
  )
  const { posts, reuses } = installation.refreshes()
  const pending = await deployment.sessions(service.url, '?state=pending')
  const refreshable: boolean[] = []
  for (const openId of people) refreshable.push(await installation.canRefresh(openId))
  const askedFor = pending.filter(({ open_id: openId }) => people.some((each) => each === openId))
  await service.close()
  return { ends, posts, reuses, refreshable, askedFor: askedFor.length, recardedAfterMs }
}

/** A process is killed at a step of a refresh; resolves with whose grant it was. */
async function killAt(installation: Installation, step: RefreshStep): Promise<string> {
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
type Aftermath = { step: RefreshStep; token: 'works' | 'asked'; cards: number }

/** Asks the service that came back for the token of each; where the rotation is lost, the card counts. */
async function aftermath(
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

/** What a stop under load came to. */
export type Stop = { exit: unknown; ms: number; lost: number; reuses: number; posts: number }

/** A service is told to stop while Feishu works on as large a share of everybody's refreshes. */
export async function stopUnderLoad(
  installation: Installation,
  people: number,
  share: number,
): Promise<Stop> {
  const { deployment, emulator } = installation
  const everybody = Array.from({ length: people }, () => installation.someone())
  for (const openId of everybody) await installation.grantThatRanOut(openId)
  const leaving = await deployment.start()
  installation.refreshes()
  delayRefreshes(installation, 800, people)
  const calls = everybody.map((openId) =>
    deployment.api(leaving.url, `/v1/tokens/${openId}`).catch((error: unknown) => error),
  )
  const left = () => Number(emulator.sim.state().faults[0]?.left ?? 0)
  await until('Feishu is at work', () => left() <= people * (1 - share))
  const toldAt = performance.now()
  const exit = await leaving.end('SIGTERM')
  const ms = performance.now() - toldAt
  await Promise.all(calls)
  emulator.sim.clearFaults()

  // Whatever the one that left had begun is there for the next one.
  const next = await installation.start()
  let lost = 0
  for (const openId of everybody) {
    const { outcomes } = await next.ask(openId)
    if (!installation.works(outcomes[0]?.[0])) lost += 1
  }
  return { exit, ms, lost, ...installation.refreshes() }
}

/** For each millisecond from 0 to 200 somebody hangs up, then, on a refresh that takes 100. */
export async function abortAtEveryMillisecond(
  installation: Installation,
): Promise<{ saved: number; reuses: number; posts: number }> {
  const { deployment } = installation
  const people = Array.from({ length: 201 }, () => installation.someone())
  for (const openId of people) await installation.grantThatRanOut(openId)
  const service = await deployment.startHere()
  installation.refreshes()
  delayRefreshes(installation, 100, people.length)
  for (const [millisecond, openId] of people.entries()) {
    const signal = AbortSignal.timeout(millisecond)
    const headers = { authorization: `Bearer ${deployment.env.API_KEYS?.split(':')[1]}` }
    const call = fetch(`${service.url}/v1/tokens/${openId}`, { headers, signal })
    await call.then((answer) => answer.text()).catch(() => undefined)
  }
  await service.close()
  installation.emulator.sim.clearFaults()
  const seen = installation.refreshes()
  let saved = 0
  const next = await installation.start()
  for (const openId of people) {
    const { outcomes } = await next.ask(openId)
    const isSaved = installation.works(outcomes[0]?.[0]) && (await installation.canRefresh(openId))
    if (isSaved) saved += 1
  }
  return { saved, ...seen }
}
