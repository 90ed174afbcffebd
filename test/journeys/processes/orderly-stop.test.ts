import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../../src/emulator/index.ts'
import { openSqliteFile, type SharedDatabase } from '../../support/processes/databases.ts'
import { createDeployment, type Deployment } from '../../support/processes/deployment.ts'
import { createPerson, type Person } from '../../support/processes/person.ts'
import { until } from '../../support/processes/until.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

describe('a process told to stop by SIGTERM', () => {
  let emulator: FeishuEmulator
  let database: SharedDatabase
  let deployment: Deployment
  let lin: Person

  beforeEach(async () => {
    emulator = await startFeishuEmulator()
    database = await openSqliteFile()
    deployment = await createDeployment(emulator, database.url)
    lin = createPerson(emulator, emulator.people[0]?.openId ?? '')
  })
  afterEach(async () => {
    await deployment.close()
    await emulator.close()
    await database.stop()
  })

  it('finishes the callback in flight, lets waiters go, turns the card and exits with 0', async () => {
    const leaving = await deployment.start()
    const { session_id: id } = await deployment.ask(leaving.url, lin.openId)
    const callback = await lin.consents()
    emulator.sim.injectFault({ match: 'POST /open-apis/authen/v2/oauth/token', delayMs: 1500 })
    const waiting = deployment.session(leaving.url, id, 30)
    const page = fetch(callback)
    await until('the code is at Feishu', () => emulator.sim.state().faults.length === 0)

    const exit = leaving.end('SIGTERM')
    expect(await waiting).toMatchObject({ session_id: id, state: 'pending' })
    expect((await page).status).toBe(200)
    expect(await exit).toEqual({ code: 0, signal: null })
    expect(leaving.output()).toContain('"service_closed"')
    expect(lin.colour()).toBe('green')

    const next = await deployment.startHere()
    expect(await deployment.session(next.url, id)).toMatchObject({ state: 'completed' })
    const token = await deployment.token(next.url, lin.openId)
    expect(emulator.sim.tokenOwner(token ?? '')).toMatchObject({ works: true })
  })
})
