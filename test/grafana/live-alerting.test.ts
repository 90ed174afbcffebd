import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manyPeople } from '../support/many-people.ts'
import { type Service, startService } from '../support/service.ts'
import { missingPrograms } from './debian-programs.ts'
import { type LiveAlerting, startAlerting, type Told } from './live-alerting.ts'

const TOKEN_ENDPOINT = 'POST /open-apis/authen/v2/oauth/token'
const PATIENCE_MS = 80_000

const missing = missingPrograms('prometheus', 'prometheus-alertmanager')
describe.skipIf(missing !== '')(
  `an outage of Feishu, with a real Prometheus and Alertmanager${missing}`,
  () => {
    let service: Service
    let alerting: LiveAlerting
    let people: string[]

    beforeAll(async () => {
      service = await startService({ emulatorOptions: { people: manyPeople(150) } })
      people = service.emulator.people.map(({ openId }) => openId)
      alerting = await startAlerting(service.metricsUrl)
    })
    afterAll(async () => {
      await alerting?.close()
      await service?.close()
    })

    it('pages while it lasts, and tells that it is over', {
      timeout: 2 * PATIENCE_MS,
    }, async () => {
      await until(() => alerting.isScraping(), 'Prometheus scrapes')
      for (let count = 0; count < 3; count++) await tryToAuthorize()
      expect(pages()).toEqual([])

      service.emulator.sim.injectFault({ match: TOKEN_ENDPOINT, status: 503, times: 0 })
      await until(async () => {
        await tryToAuthorize()
        return (
          isTold('LarkAuthErrorBudgetBurn', 'firing') &&
          isTold('LarkAuthNoSuccessfulAuthorizations', 'firing')
        )
      }, 'somebody is paged')
      const [burn] = pages().filter(({ labels }) => labels.alertname === 'LarkAuthErrorBudgetBurn')
      expect(burn).toMatchObject({
        status: 'firing',
        labels: { severity: 'critical', job: 'lark-auth', app_id: service.emulator.app.appId },
        annotations: {
          summary: `Authorizations with ${service.emulator.app.appId} fail so often that 2 % of the 30-day budget went in an hour`,
          description: expect.stringMatching(/^\d[\d.]*% of the attempts of the last hour failed/),
          runbook_url: expect.stringMatching(/\/LarkAuthErrorBudgetBurn\.md$/),
          dashboard_url: expect.stringMatching(/\/lark-auth-overview$/),
        },
      })

      service.emulator.sim.clearFaults()
      await until(async () => {
        await tryToAuthorize()
        return (
          isTold('LarkAuthErrorBudgetBurn', 'resolved') &&
          isTold('LarkAuthNoSuccessfulAuthorizations', 'resolved')
        )
      }, 'somebody is told that it is over')
      const blamed = new Set(pages().map(({ labels }) => labels.alertname))
      expect([...blamed].sort()).toEqual([
        'LarkAuthErrorBudgetBurn',
        'LarkAuthNoSuccessfulAuthorizations',
      ])
    })

    /** The next person is asked, taps and grants; whether that works is up to Feishu. */
    async function tryToAuthorize(): Promise<void> {
      const openId = people.shift()
      if (openId === undefined) return
      await service.ask(openId)
      const { authorizeUrl, cookie } = await service.tap(openId)
      const consent = await service.emulator.sim.approve({ authorizeUrl, openId })
      if (!('redirect' in consent)) throw new Error('Feishu did not come back')
      await (await fetch(consent.redirect, { headers: { cookie } })).text()
    }

    /** In seconds for minutes, a scrape that a busy machine answers late looks like a process that is down. */
    function pages(): Told[] {
      return alerting
        .told()
        .filter(
          ({ receiver, labels }) => receiver === 'page' && labels.alertname !== 'LarkAuthDown',
        )
    }

    function isTold(name: string, status: Told['status']): boolean {
      return pages().some((alert) => alert.labels.alertname === name && alert.status === status)
    }
  },
)

async function until(look: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
