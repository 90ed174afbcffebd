import { afterEach, describe, expect, it } from 'vitest'
import { newestCard, type Service, type ServiceOptions, startService } from '../support/service.ts'

const DAY = 86_400
const READ = 'docx:document:readonly'
const WRITE = 'task:task:write'
/** Refresh tokens that live as long as a consent, so that nothing but the calendar ends it. */
const YEAR_LONG = { refreshTokenSeconds: 365 * DAY }

/** Nothing but the test runs these jobs. */
const NEVER = { cron: '0 0 0 1 1 *', everySeconds: 31_536_000 }
const AHEAD: ServiceOptions = {
  env: { REAUTHORIZE_AHEAD_DAYS: '7', REAUTHORIZE_QUIET_HOURS: '00:00-00:00' },
  emulatorOptions: YEAR_LONG,
  app: { schedules: { token_refresh: NEVER, reauth_notice: NEVER } },
}

describe('authorizations that end', () => {
  let service: Service
  let openId: string
  afterEach(() => service.close())

  async function start(options: ServiceOptions = {}): Promise<void> {
    service = await startService(options)
    openId = service.emulator.people[0]?.openId ?? ''
  }

  async function approve(): Promise<void> {
    const { authorizeUrl } = await service.tap(openId)
    const consent = await service.emulator.sim.approve({ authorizeUrl, openId })
    await fetch('redirect' in consent ? consent.redirect : '')
    await service.cardTurns(openId, 'green')
  }

  const cardText = () => JSON.stringify(newestCard(service.emulator, openId)?.content)
  const askForToken = () => service.api('/v1/tokens', { method: 'POST', body: { open_id: openId } })

  it('are asked for again by the next caller, with one card that says why', async () => {
    await start()
    await service.ask(openId, { locale: 'en' })
    await approve()
    service.emulator.sim.advanceClock({ seconds: 8 * DAY })
    expect((await askForToken()).status).toBe(202)
    expect((await askForToken()).status).toBe(202)
    await service.cardTurns(openId, 'orange')
    expect(cardText()).toContain('ran out. Until you authorize it again, it cannot act as you.')
    const cards = await service.metric('lark_service_card_updates_total', { card: 'reauth' })
    expect(cards).toBe(1)
    await approve()
    expect((await askForToken()).status).toBe(200)
  })

  it('are asked for whole again by a caller who needs more, for Feishu has forgotten them', async () => {
    await start()
    const post = (scopes: string[]) =>
      service.api('/v1/tokens', { method: 'POST', body: { open_id: openId, scopes } })
    expect((await post([READ, 'offline_access'])).status).toBe(202)
    await approve()
    await service.emulator.sim.revoke({ openId })
    await service.cardTurns(openId, 'grey')
    expect((await post([READ, WRITE])).status).toBe(202)
    await service.cardTurns(openId, 'orange')
    await approve()
    expect((await post([READ, WRITE])).status).toBe(200)
    service.emulator.sim.advanceClock({ seconds: DAY })
    const answer = await post([READ, WRITE])
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ scopes: expect.arrayContaining([READ, WRITE]) })
  })

  it('are asked for ahead of time when that is turned on, and go on for another year', async () => {
    await start(AHEAD)
    const { jobs, store } = service.app.parts
    await service.ask(openId, { locale: 'en', reason: 'Weekly report' })
    await approve()
    await store.upkeeps.adopt(service.emulator.now(), 9)
    service.emulator.sim.advanceClock({ seconds: 359 * DAY })
    const before = await store.grants.find(service.emulator.app.appId, openId)
    await jobs.runNow('reauth_notice')
    await jobs.runNow('reauth_notice')
    await service.cardTurns(openId, 'orange')
    expect(cardText()).toContain('nothing changes until then')
    expect(cardText()).toContain('Weekly report')
    expect((await service.api(`/v1/tokens/${openId}`)).status).toBe(200)
    await approve()
    const after = await store.grants.find(service.emulator.app.appId, openId)
    expect(after?.authorizedAt.getTime()).toBeGreaterThan(before?.authorizedAt.getTime() ?? 0)
    expect(await service.metric('lark_service_auth_session_total')).toBe(2)
  })

  it('go on to their end when the person says no to a card ahead of time', async () => {
    await start(AHEAD)
    const { jobs, store } = service.app.parts
    await service.ask(openId, { locale: 'en' })
    await approve()
    await store.upkeeps.adopt(service.emulator.now(), 9)
    service.emulator.sim.advanceClock({ seconds: 359 * DAY })
    await jobs.runNow('reauth_notice')
    await service.cardTurns(openId, 'orange')
    const messageId = newestCard(service.emulator, openId)?.message_id ?? ''
    const button = { text: 'Not now' }
    const tapped = await service.emulator.sim.click({ messageId, openId, button })
    const said = 'All right. Nothing changes until it ends'
    expect(tapped).toMatchObject({ toast: { i18n: { en_us: said } } })
    await service.cardTurns(openId, 'grey')
    expect(cardText()).toContain('goes on until')
    expect((await service.api(`/v1/tokens/${openId}`)).status).toBe(200)
  })
})
