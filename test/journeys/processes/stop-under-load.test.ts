import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createInstallation, type Installation } from '../../refresh/processes/installation.ts'
import { findDatabases, type SharedDatabase } from '../../support/processes/databases.ts'
import { createPerson } from '../../support/processes/person.ts'
import { until } from '../../support/processes/until.ts'
import { createCallers } from './callers-in-parallel.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000 })

const TOKEN_ROUTE = 'POST /open-apis/authen/v2/oauth/token'
const READERS = 4
const REFRESHERS = 3
const RAN_OUT = 8
const CONSENTING = 10
const ROUNDS = 3

const { kinds, stop: stopServer } = await findDatabases()
afterAll(stopServer)

describe.each(kinds)('a service on $name that is told to stop under load', ({ open }) => {
  if (open === null) return void it.skip('is not tested', () => {})

  let database: SharedDatabase
  let installation: Installation
  beforeAll(async () => {
    database = await open()
    const each = READERS + REFRESHERS + RAN_OUT + CONSENTING + 1
    installation = await createInstallation(database.url, { people: ROUNDS * each })
  })
  afterAll(async () => {
    await installation?.close()
    await database?.stop()
  })

  it.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))(
    'answers whoever asked while it was ready, and loses no token, round %s',
    async () => {
      const stop = await stopUnderLoad(installation)
      expect(stop.failed).toEqual([])
      // At its limit of 25 seconds it would have said 1.
      expect(stop.exit).toEqual({ code: 0, signal: null })
      expect(stop.lost).toEqual([])
      expect(stop.reuses).toBe(0)
      // There was a load: of every kind, and some of it after the signal.
      const kindsOfCalls = ['consent', 'read', 'read what ran out', 'refresh', 'wait']
      expect(Object.keys(stop.answered).sort()).toEqual(kindsOfCalls)
      expect(stop.answeredWhileLeaving).toBeGreaterThan(0)
      expect(stop.refreshesAfterwards).toBeGreaterThan(0)
    },
  )
})

/** A process is told to stop while callers read, refresh, wait and consent. */
async function stopUnderLoad({ deployment, emulator, ...installation }: Installation) {
  const some = (count: number) => Array.from({ length: count }, () => installation.someone())
  const [readers, refreshers, ranOut] = [some(READERS), some(REFRESHERS), some(RAN_OUT)]
  for (const openId of [...readers, ...refreshers]) await installation.consentAgain(openId)
  for (const openId of ranOut) await installation.grantThatRanOut(openId)
  const leaving = await deployment.start({ env: { SHUTDOWN_DELAY_SECONDS: '3' } })
  const { url } = leaving
  const token = (openId: string) => `/v1/tokens/${openId}`
  const [waiting = ''] = some(1)
  const { session_id: waitedFor } = await deployment.ask(url, waiting)
  installation.refreshes()
  emulator.sim.injectFault({ match: TOKEN_ROUTE, delayMs: 400, times: 0 })

  const callers = createCallers(deployment, url)
  const consented: string[] = []
  for (const openId of readers) {
    callers.begin('read', [() => deployment.api(url, token(openId))])
  }
  for (const openId of refreshers) {
    callers.begin('refresh', [() => deployment.api(url, `${token(openId)}/refresh`, {})])
  }
  callers.begin('wait', [() => deployment.api(url, `/v1/sessions/${waitedFor}?wait=30`)])
  const toConsent = some(CONSENTING)
  callers.begin('consent', [() => consent(toConsent)])
  callers.begin('consent', [() => consent(toConsent)])
  // They ask shortly before the signal comes, so that it meets their refreshes.
  await until('people have consented', () => consented.length >= 2)
  for (const openId of ranOut) {
    callers.begin('read what ran out', [() => deployment.api(url, token(openId))])
  }
  await until('refreshes are under way', () => installation.refreshes().posts > 0)

  const before = sum(callers.calls.answered)
  const exit = await leaving.end('SIGTERM')
  await callers.end()
  emulator.sim.clearFaults()
  const { posts: refreshesAfterwards, reuses } = installation.refreshes()
  const lost: string[] = []
  for (const openId of [...readers, ...refreshers, ...ranOut, ...consented]) {
    if (!(await installation.canRefresh(openId))) lost.push(openId)
  }
  const { answered, failed } = callers.calls
  return {
    ...{ exit, answered, failed, lost, reuses, refreshesAfterwards },
    answeredWhileLeaving: sum(answered) - before,
  }

  /** Asks a person and lets them consent, as far as the service is ready; the answer is the last page. */
  async function consent(people: string[]): Promise<Response> {
    const openId = people.pop()
    if (openId === undefined) return deployment.api(url, '/livez')
    const person = createPerson(emulator, openId)
    const scopes = ['offline_access']
    const asked = await deployment.api(url, '/v1/sessions', { open_id: openId, scopes })
    if (asked.status >= 300 || !callers.isReady()) return asked
    const callback = await person.consents()
    if (!callers.isReady()) return new Response()
    const page = await fetch(callback)
    if (page.status === 200) consented.push(openId)
    return page
  }
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
