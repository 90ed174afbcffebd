import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../../src/emulator/index.ts'
import { findDatabases, type SharedDatabase } from '../../support/processes/databases.ts'
import { createDeployment, type Deployment } from '../../support/processes/deployment.ts'
import { createPerson, type Person } from '../../support/processes/person.ts'
import { MORTAL, type ServiceProcess } from '../../support/processes/service-process.ts'
import { until } from '../../support/processes/until.ts'
import type { Service } from '../../support/service.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

const KILLED = { code: null, signal: 'SIGKILL' }
/** After this a dead worker's card is taken over; see `show-card.ts`. */
const CLAIM_SECONDS = 16
/** After this a dead callback no longer holds its session; see `complete-authorization.ts`. */
const HOLD_SECONDS = 46

const { kinds, stop: stopServer } = await findDatabases()
afterAll(stopServer)

describe.each(kinds)('a process killed on $name', ({ name, open }) => {
  if (open === null) return void it.skip('is not tested', () => {})
  /** What differs between the engines is in the store; the rest is told once. */
  const itOnFilesOnly = name === 'Postgres' ? () => {} : it

  let emulator: FeishuEmulator
  let database: SharedDatabase
  let deployment: Deployment
  let lin: Person

  beforeEach(async () => {
    emulator = await startFeishuEmulator()
    database = await open()
    deployment = await createDeployment(emulator, database.url)
    lin = createPerson(emulator, emulator.people[0]?.openId ?? '')
  })
  afterEach(async () => {
    await deployment.close()
    await emulator.close()
    await database.stop()
  })

  const startMortal = (diesAt?: string) =>
    deployment.start({ script: MORTAL, env: diesAt === undefined ? {} : { TEST_DIE_AT: diesAt } })

  /** Waits until a request has reached the fault that keeps it. */
  const faultHasStruck = () =>
    until('Feishu has the request', () => emulator.sim.state().faults.length === 0)

  /** A whole authorization up to the callback that the process does not survive. */
  const dieInCallback = async (diesAt: string): Promise<string> => {
    const mortal = await startMortal(diesAt)
    const { session_id: id } = await deployment.ask(mortal.url, lin.openId)
    const callback = await lin.consents()
    await expect(fetch(callback)).rejects.toThrow()
    expect(await mortal.exited).toEqual(KILLED)
    return id
  }

  const isComplete = async (service: Service, id: string) => {
    expect(await deployment.session(service.url, id, 20)).toMatchObject({ state: 'completed' })
    const token = await deployment.token(service.url, lin.openId)
    expect(emulator.sim.tokenOwner(token ?? '')).toMatchObject({ openId: lin.openId, works: true })
    await lin.cardTurns('green')
    expect(lin.cards()).toBe(1)
  }

  const authorizesNow = async (service: Service, id: string) => {
    expect((await fetch(await lin.consents())).status).toBe(200)
    await isComplete(service, id)
  }

  it('before the exchange leaves a card that still works, though its sign-in is spent', async () => {
    const id = await dieInCallback('callback_received')
    const service = await deployment.startHere()
    expect(await deployment.session(service.url, id)).toMatchObject({ state: 'pending' })
    expect(await deployment.token(service.url, lin.openId)).toBe(null)
    expect(lin.colour()).toBe('blue')
    await authorizesNow(service, id)
  })

  itOnFilesOnly('before the exchange lets nobody spend that code once more', async () => {
    const mortal = await startMortal('callback_received')
    const { session_id: id } = await deployment.ask(mortal.url, lin.openId)
    const callback = await lin.consents()
    await expect(fetch(callback)).rejects.toThrow()
    expect(await mortal.exited).toEqual(KILLED)
    const service = await deployment.startHere()
    // While the dead callback may still be at work a second one would wait for it.
    emulator.sim.advanceClock({ seconds: HOLD_SECONDS })
    expect((await fetch(callback)).status).toBe(400)
    expect(await deployment.token(service.url, lin.openId)).toBe(null)
    await authorizesNow(service, id)
  })

  it('between exchange and store leaves a card that still works', async () => {
    const id = await dieInCallback('code_exchanged')
    const service = await deployment.startHere()
    expect(await deployment.session(service.url, id)).toMatchObject({ state: 'pending' })
    expect(await deployment.token(service.url, lin.openId)).toBe(null)
    expect(lin.colour()).toBe('blue')
    await authorizesNow(service, id)
  })

  itOnFilesOnly(
    'between exchange and store can still be declined, once the hold is over',
    async () => {
      const id = await dieInCallback('code_exchanged')
      const service = await deployment.startHere()
      await lin.taps('Not now')
      expect(await deployment.session(service.url, id)).toMatchObject({ state: 'pending' })
      emulator.sim.advanceClock({ seconds: HOLD_SECONDS })
      await lin.taps('Not now')
      expect(await deployment.session(service.url, id)).toMatchObject({ state: 'rejected' })
      await lin.cardTurns('grey')
      expect(await deployment.token(service.url, lin.openId)).toBe(null)
    },
  )

  itOnFilesOnly('between exchange and store runs out like any other request', async () => {
    const id = await dieInCallback('code_exchanged')
    emulator.sim.advanceClock({ seconds: 601 })
    const service = await deployment.startHere()
    const ended = await deployment.session(service.url, id, 20)
    expect(ended).toMatchObject({ state: 'expired', end_reason: 'timed_out' })
    await lin.cardTurns('grey')
  })

  it('between store and completion has completed after the restart', async () => {
    const id = await dieInCallback('token_stored')
    await isComplete(await deployment.startHere(), id)
  })

  itOnFilesOnly(
    'between store and completion keeps the grant though the request ran out',
    async () => {
      const id = await dieInCallback('token_stored')
      emulator.sim.advanceClock({ seconds: 601 })
      await isComplete(await deployment.startHere(), id)
    },
  )

  itOnFilesOnly('between completion and card turns the card after the restart', async () => {
    const id = await dieInCallback('session_ended')
    expect(lin.colour()).toBe('blue')
    await isComplete(await deployment.startHere(), id)
  })

  itOnFilesOnly('while it redraws a card lets the next process redraw it', async () => {
    const mortal = await startMortal()
    const { session_id: id } = await deployment.ask(mortal.url, lin.openId)
    const callback = await lin.consents()
    emulator.sim.injectFault({
      match: 'PATCH /open-apis/im/v1/messages/:id',
      delayMs: 500,
      cut: 'before',
    })
    expect((await fetch(callback)).status).toBe(200)
    await faultHasStruck()
    expect(await mortal.end('SIGKILL')).toEqual(KILLED)
    const service = await deployment.startHere()
    expect(lin.colour()).toBe('blue')
    emulator.sim.advanceClock({ seconds: CLAIM_SECONDS })
    await isComplete(service, id)
  })

  itOnFilesOnly('before it sends the card lets the next process send it', async () => {
    const mortal = await startMortal('session_created')
    await dieWhileAsked(mortal)
    expect(lin.cards()).toBe(0)
    const service = await deployment.startHere()
    await lin.cardTurns('blue')
    await authorizesNow(service, await theOnlySession(service))
  })

  itOnFilesOnly('while it sends the card never sends a second one', async () => {
    const mortal = await startMortal()
    emulator.sim.injectFault({ match: 'POST /open-apis/im/v1/messages', delayMs: 500 })
    const asked = dieWhileAsked(mortal)
    await faultHasStruck()
    mortal.end('SIGKILL')
    await asked
    await lin.cardTurns('blue')
    const service = await deployment.startHere()
    const id = await theOnlySession(service)
    emulator.sim.advanceClock({ seconds: CLAIM_SECONDS })
    await until('the row knows the card', async () => {
      const { card } = await deployment.session(service.url, id)
      return card && typeof card === 'object' && 'shows' in card && card.shows === 'pending'
    })
    expect(lin.cards()).toBe(1)
    await authorizesNow(service, id)
  })

  async function dieWhileAsked(mortal: ServiceProcess) {
    await expect(deployment.ask(mortal.url, lin.openId)).rejects.toThrow()
    expect(await mortal.exited).toEqual(KILLED)
  }

  async function theOnlySession(service: Service): Promise<string> {
    const sessions = await deployment.sessions(service.url)
    expect(sessions).toHaveLength(1)
    return sessions[0]?.session_id ?? ''
  }
})
