import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../../src/emulator/index.ts'
import { manyPeople } from '../../support/many-people.ts'
import { findDatabases, type SharedDatabase } from '../../support/processes/databases.ts'
import { createDeployment, type Deployment } from '../../support/processes/deployment.ts'
import { createPerson, type Person } from '../../support/processes/person.ts'
import { until } from '../../support/processes/until.ts'
import { type Service, startService } from '../../support/service.ts'

vi.setConfig({ testTimeout: 50_000, hookTimeout: 120_000 })
// Longer than a test may take, and nobody is looked after: whoever is answered was woken.
const WAIT = 60

const { kinds, stop: stopServer } = await findDatabases()
afterAll(stopServer)

describe.each(kinds)('whoever waits beside another process on $name', ({ open }) => {
  if (open === null) return void it.skip('is not tested', () => {})

  let emulator: FeishuEmulator
  let database: SharedDatabase
  let deployment: Deployment
  /** Nobody is looked after here. */
  let here: Service
  let elsewhere: string
  let people: Person[]
  beforeAll(async () => {
    emulator = await startFeishuEmulator({ people: manyPeople(4) })
    people = emulator.people.map(({ openId }) => createPerson(emulator, openId))
    database = await open()
    deployment = await createDeployment(emulator, database.url)
    const anyPort = { CALLBACK_SERVER_PORT: '0' }
    elsewhere = (await deployment.start({ env: anyPort })).url
    const env = { ...deployment.env, ...anyPort }
    here = await startService({ emulator, env, onlyEventsWake: true })
    // The connection that listens is opened by whoever waits first, and only from then on is all heard.
    await endsWhileWaitedFor(elsewhere)
  })
  afterAll(async () => {
    await here?.close()
    await deployment?.close()
    await emulator?.close()
    await database?.stop()
  })

  /** Somebody waits here for a session that ends there; resolves with what both doors answered. */
  async function endsWhileWaitedFor(origin: string) {
    const { openId } = people.shift() ?? expect.unreachable()
    const { session_id: id } = await deployment.ask(here.url, openId)
    const looking = deployment.session(here.url, id, WAIT)
    const asking = deployment.api(here.url, '/v1/tokens', { open_id: openId, wait: WAIT })
    await until('they wait', async () => (await here.metric('lark_service_waiters')) === 2)
    await deployment.api(origin, `/v1/sessions/${id}/invalidate`, {})
    return { session: await looking, token: (await asking).status }
  }

  const ended = { session: { state: 'expired', end_reason: 'invalidated' }, token: 410 }

  it('is woken by the tidings of an end there', async () => {
    expect(await endsWhileWaitedFor(elsewhere)).toMatchObject(ended)
  })

  it('is woken by the event of an end here', async () => {
    expect(await endsWhileWaitedFor(here.url)).toMatchObject(ended)
  })
})
