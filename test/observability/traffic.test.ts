import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manyPeople } from '../support/many-people.ts'
import { newestCard, type Service, startService } from '../support/service.ts'

let service: Service
let granted = ''
beforeAll(async () => {
  service = await startService({ emulatorOptions: { people: manyPeople(5) } })
  granted = personAt(0)
  await service.ask(granted)
  const { authorizeUrl } = await service.tap(granted)
  const consent = await service.emulator.sim.approve({ authorizeUrl, openId: granted })
  await fetch('redirect' in consent ? consent.redirect : '')
  await service.cardTurns(granted, 'green')
})
afterAll(() => service.close())

const personAt = (index: number) => service.emulator.people[index]?.openId ?? ''
const metric = (name: string, labels?: Record<string, string>) =>
  service.metric(`lark_service_${name}`, labels)

describe('requests for tokens', () => {
  it('are counted by who asked, what came of them and what they waited for', async () => {
    expect((await service.api(`/v1/tokens/${granted}`)).status).toBe(200)
    expect((await service.api(`/v1/tokens/${personAt(3)}`)).status).toBe(404)
    const client = 'tests'
    expect(await metric('token_reads_total', { client, outcome: 'hit' })).toBe(1)
    expect(await metric('token_reads_total', { client, outcome: 'needs_auth' })).toBe(1)
    expect(await metric('token_get_duration_seconds_count', { path: 'hot' })).toBe(2)

    const method = 'POST'
    expect((await service.api(`/v1/tokens/${granted}/refresh`, { method })).status).toBe(200)
    expect(await metric('token_reads_total', { client, outcome: 'refreshed' })).toBe(1)
    expect(await metric('token_get_duration_seconds_count', { path: 'refresh' })).toBe(1)

    const body = { open_id: personAt(4), wait: 1 }
    expect((await service.api('/v1/tokens', { method, body })).status).toBe(202)
    expect(await metric('token_reads_total', { client, outcome: 'needs_auth' })).toBe(2)
    expect(await metric('token_get_duration_seconds_count', { path: 'wait' })).toBe(1)
    expect(
      await metric('http_requests_total', { endpoint: '/v1/tokens', status_code: '202' }),
    ).toBe(1)
  })

  it('are counted as denied where the key was not given them', async () => {
    const people = [personAt(1)]
    const created = await service.app.parts.access.apiKeys.create('narrow', {
      actions: ['read'],
      appIds: ['*'],
      scopes: ['*'],
      people,
    })
    const secret = created?.secret
    const headers = { authorization: `Bearer ${secret}` }
    const answer = await fetch(`${service.url}/v1/tokens/${granted}`, { headers })
    expect(answer.status).toBe(403)
    expect(await metric('token_reads_total', { client: 'other', outcome: 'denied' })).toBe(1)
  })

  it('tell of a token that cannot be opened', async () => {
    const grant = await service.app.parts.store.grants.find(service.emulator.app.appId, granted)
    if (!grant) throw new Error('There is no grant.')
    const damaged = { ...grant, sealedAccessToken: grant.sealedAccessToken.replace(/.$/, '_') }
    await service.app.parts.store.grants.reseal([{ grant, pair: damaged }])
    expect((await service.api(`/v1/tokens/${granted}`)).status).toBe(500)
    expect(await metric('token_decrypt_failure_total')).toBe(1)
    await service.app.parts.store.grants.reseal([{ grant: { ...grant, ...damaged }, pair: grant }])
  })
})

describe('events', () => {
  it('are counted by what came of them, and doubles apart', async () => {
    const openId = personAt(2)
    await service.ask(openId)
    const { sim } = service.emulator
    sim.duplicateEvents({ times: 1 })
    const messageId = newestCard(service.emulator, openId)?.message_id ?? ''
    await sim.click({ messageId, openId, button: { text: 'Not now' } })
    await service.cardTurns(openId, 'grey')
    const event_type = 'card.action.trigger'
    await expect.poll(() => metric('event_duplicates_total', { event_type })).toBe(1)
    expect(await metric('websocket_events_total', { event_type, outcome: 'ok' })).toBe(2)
    expect(await metric('card_callback_duration_seconds_count', { action: 'decline' })).toBe(2)

    await sim.say({ openId, text: 'hello' })
    const message = { event_type: 'im.message.receive_v1', outcome: 'ignored' }
    await expect.poll(() => metric('websocket_events_total', message)).toBe(1)
    const age = Date.now() / 1000 - (await metric('websocket_last_event_timestamp_seconds'))
    expect(age).toBeLessThan(60)
  })
})

describe('what is done for a card', () => {
  it('is counted where it meets a limit, although it comes through', async () => {
    const match = 'POST /open-apis/im/v1/messages'
    service.emulator.sim.injectFault({ match, code: 230020, status: 400 })
    await service.ask(personAt(5))
    expect(await metric('card_rate_limited_total')).toBe(1)
    expect(await metric('card_outbox_depth')).toBe(0)
  })
})

describe('statements of the database', () => {
  it('are timed by name where somebody waits for them', async () => {
    const operation = 'grants.find'
    expect(await metric('db_query_duration_seconds_count', { operation })).toBeGreaterThan(0)
    expect(await metric('db_query_duration_seconds_count', { operation: 'other' })).toBe(0)
    expect(await metric('db_errors_total')).toBe(0)
  })
})
