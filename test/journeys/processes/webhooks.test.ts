import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../../src/emulator/index.ts'
import { findDatabases, type SharedDatabase } from '../../support/processes/databases.ts'
import { createDeployment, type Deployment } from '../../support/processes/deployment.ts'
import { MORTAL } from '../../support/processes/service-process.ts'
import { type Receiver, SECRET, startReceiver } from '../../webhooks/receiver.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

/** After this a dead try is taken over; see `webhooks.ts`. */
const CLAIM_SECONDS = 31

const { kinds, stop: stopServer } = await findDatabases()
afterAll(stopServer)

describe.each(kinds)('webhooks of processes on $name', ({ name, open }) => {
  if (open === null) return void it.skip('are not tested', () => {})
  /** What differs between the engines is in the store; the rest is told once. */
  const itOnFilesOnly = name === 'Postgres' ? () => {} : it

  let emulator: FeishuEmulator
  let database: SharedDatabase
  let deployment: Deployment
  let receiver: Receiver

  beforeEach(async () => {
    emulator = await startFeishuEmulator()
    database = await open()
    deployment = await createDeployment(emulator, database.url)
    receiver = await startReceiver()
  })
  afterEach(async () => {
    await deployment.close()
    await receiver.close()
    await emulator.close()
    await database.stop()
  })

  const start = (env: Record<string, string> = {}) =>
    deployment.start({
      script: MORTAL,
      env: {
        WEBHOOK_URL: receiver.url,
        WEBHOOK_SECRETS: SECRET,
        WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
        ...env,
      },
    })

  /** Asks a person and withdraws the request; gives the id of the message about its end. */
  async function endOne(origin: string, person = 0): Promise<string> {
    const asked = await deployment.ask(origin, emulator.people[person]?.openId ?? '')
    const path = `/v1/sessions/${asked.session_id}/invalidate`
    await deployment.api(origin, path, {}).catch(() => 'The process is dead.')
    return `end_${asked.session_id}`
  }

  const ids = () => receiver.received.map(({ headers }) => headers['webhook-id'])

  itOnFilesOnly('tell what a process ended and died of before it could note it', async () => {
    const dying = await start({ TEST_DIE_AT: 'session_ended' })
    const id = await endOne(dying.url)
    expect(await dying.exited).toMatchObject({ signal: 'SIGKILL' })
    expect(ids()).toEqual([])
    await start()
    await receiver.until(1)
    expect(ids()).toEqual([id])
  })

  itOnFilesOnly(
    'tell again, with the same id, what a process was telling when it died',
    async () => {
      receiver.answers.push(() => undefined)
      const dying = await start()
      const id = await endOne(dying.url)
      await receiver.until(1)
      await dying.end('SIGKILL')
      emulator.sim.advanceClock({ seconds: CLAIM_SECONDS })
      await start()
      await receiver.until(2)
      expect(ids()).toEqual([id, id])
      expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body)
    },
  )

  it('come once from two processes', async () => {
    const [one, two] = await Promise.all([start(), start({ CALLBACK_SERVER_PORT: '0' })])
    const people = emulator.people.map((_, person) => person)
    const ended = await Promise.all(
      people.map((person) => endOne(person % 2 === 0 ? one.url : two.url, person)),
    )
    await receiver.until(ended.length)
    // A process that leaves ends the tries that it has begun.
    await Promise.all([one.end('SIGTERM'), two.end('SIGTERM')])
    expect(ids().sort()).toEqual(ended.sort())
  })
})
