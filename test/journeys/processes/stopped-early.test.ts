import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createInstallation, type Installation } from '../../refresh/processes/installation.ts'
import { openSqliteFile, type SharedDatabase } from '../../support/processes/databases.ts'
import { CLI, MAIN } from '../../support/processes/programs.ts'
import { runScript } from '../../support/processes/service-process.ts'
import { until } from '../../support/processes/until.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

const TOKEN_ROUTE = 'POST /open-apis/authen/v2/oauth/token'
const CONNECTION_ROUTE = 'POST /callback/ws/endpoint'

let database: SharedDatabase
let installation: Installation
let openId: string

beforeAll(async () => {
  database = await openSqliteFile()
  installation = await createInstallation(database.url)
})
afterAll(async () => {
  await installation.close()
  await database.stop()
})

/** A person with a grant, at whom the next refresh is slow. */
async function slowRefresh(delayMs = 1500): Promise<void> {
  openId = installation.someone()
  await installation.consentAgain(openId)
  installation.refreshes()
  installation.emulator.sim.injectFault({ match: TOKEN_ROUTE, delayMs })
}

const isAtFeishu = () =>
  until('Feishu has the refresh token', () =>
    installation.emulator.sim.state().faults.every(({ match }) => match !== TOKEN_ROUTE),
  )

/** What became of the refresh; a grant whose new pair was lost is refused as spent. */
async function aftermath() {
  const canRefresh = await installation.canRefresh(openId)
  return { canRefresh, reuses: installation.refreshes().reuses }
}

const UNHARMED = { canRefresh: true, reuses: 0 }

describe('a service told to stop while it still waits for the long connection', () => {
  it('ends the refresh that a caller has asked for, waits no longer, and closes in order', async () => {
    const { emulator, deployment } = installation
    await slowRefresh()
    emulator.sim.injectFault({ match: CONNECTION_ROUTE, delayMs: 9000, times: 0 })
    const { child, exited, output } = runScript(MAIN, [], deployment.env)
    const url = `http://127.0.0.1:${deployment.env.CALLBACK_SERVER_PORT}`
    await until('it answers', () => fetch(`${url}/livez`).catch(() => null))
    const refreshing = deployment.api(url, `/v1/tokens/${openId}/refresh`, {})
    await isAtFeishu()

    child.kill('SIGTERM')
    expect((await refreshing).status).toBe(200)
    expect(await exited).toEqual({ code: 0, signal: null })
    expect(output()).not.toMatch(/"service_ready"|"start_failed"|"long_connection_late"/)
    expect(output()).toMatch(/"service_leaving".*"service_closing".*"service_closed"/s)
    emulator.sim.clearFaults()
    expect(await aftermath()).toEqual(UNHARMED)
  })
})

describe('a command that is told to stop', () => {
  it.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s ends the refresh it is at, says what came of it, and exits with %s',
    async (signal, code) => {
      await slowRefresh()
      const { child, exited, output } = refreshByCommand()
      await isAtFeishu()
      child.kill(signal)
      expect(await exited).toEqual({ code, signal: null })
      expect(output()).toContain('Refreshed, valid until')
      expect(await aftermath()).toEqual(UNHARMED)
    },
  )

  it('twice ends at once', async () => {
    await slowRefresh(9000)
    const { child, exited, output } = refreshByCommand()
    await isAtFeishu()
    child.kill('SIGINT')
    await until('it has heard', () => output().includes('once more'))
    child.kill('SIGTERM')
    expect(await exited).toEqual({ code: 130, signal: null })
    expect(output()).not.toContain('Refreshed')
  })
})

function refreshByCommand() {
  return runScript(CLI, ['tokens', 'refresh', openId], { ...installation.deployment.env })
}
