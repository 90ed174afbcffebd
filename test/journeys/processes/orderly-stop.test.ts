import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../../src/emulator/index.ts'
import { openSqliteFile, type SharedDatabase } from '../../support/processes/databases.ts'
import { createDeployment, type Deployment } from '../../support/processes/deployment.ts'
import { createPerson, type Person } from '../../support/processes/person.ts'
import { MORTAL } from '../../support/processes/service-process.ts'
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

  it('says so first, and goes on answering; a second signal ends it at once', async () => {
    const leaving = await deployment.start({ env: { SHUTDOWN_DELAY_SECONDS: '10' } })
    const exit = leaving.end('SIGTERM')
    const notReady = await until('it is not ready', async () => {
      const answer = await fetch(`${leaving.url}/readyz`)
      return answer.status === 503 && answer
    })
    expect(notReady.headers.get('connection')).toBe('close')
    expect(await notReady.json()).toMatchObject({ checks: [{ name: 'stopping', ok: false }] })
    expect((await fetch(`${leaving.url}/livez`)).status).toBe(200)
    const { session_id: id } = await deployment.ask(leaving.url, lin.openId)
    expect(await deployment.session(leaving.url, id)).toMatchObject({ state: 'pending' })
    leaving.end('SIGINT')
    expect(await exit).toEqual({ code: 1, signal: null })
  })

  it('names what is unfinished when its time is over, and exits with 1', async () => {
    const env = { TEST_STOP_LIMIT_SECONDS: '1' }
    const leaving = await deployment.start({ script: MORTAL, env })
    await deployment.ask(leaving.url, lin.openId)
    const callback = await lin.consents()
    emulator.sim.injectFault({ match: 'POST /open-apis/authen/v2/oauth/token', delayMs: 20_000 })
    const page = fetch(callback).catch(() => 'cut off')
    await until('the code is at Feishu', () => emulator.sim.state().faults.length === 0)

    expect(await leaving.end('SIGTERM')).toEqual({ code: 1, signal: null })
    expect(await page).toBe('cut off')
    const line = leaving.output().match(/^.*"close_timed_out".*$/m)?.[0] ?? '{}'
    expect(JSON.parse(line)).toMatchObject({
      ...{ level: 'error', after_seconds: 1, requests: 1, background: 1, unsaved_tokens: 0 },
      jobs: [],
    })
  })
})
