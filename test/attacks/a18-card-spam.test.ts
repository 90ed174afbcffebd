import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { EVERYTHING } from '../../src/access/permits.ts'
import { startFeishuEmulator } from '../../src/emulator/index.ts'
import { DEFAULT_RATE_LIMITS } from '../../src/http/rate-limits.ts'
import { newestCard, type Service, startService } from '../support/service.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const PER_PERSON = 10
const PER_GROUP = 30
const PER_KEY = 300

describe('A18: a bot in a loop', () => {
  let service: Service
  const people = Array.from({ length: PER_GROUP + PER_KEY + 20 }, (_, index) => {
    const id = `a18${String(index).padStart(29, '0')}`
    return {
      openId: `ou_${id}`,
      unionId: `on_${id}`,
      userId: `u${index}`,
      name: `Person ${index}`,
      enName: `Person ${index}`,
      tenantKey: '2ed263bf32cf1651',
      locale: 'en_us' as const,
      status: 'active' as const,
      available: true,
    }
  })
  let met = 0
  const newcomer = () => {
    met += 1
    return people[met - 1]?.openId ?? ''
  }

  beforeAll(async () => {
    service = await startService({ emulator: await startFeishuEmulator({ people }) })
  })
  afterAll(async () => {
    const { emulator } = service
    await service.close()
    await emulator.close()
  })

  const ask = (openId: string, extra: object = {}) =>
    service.api('/v1/sessions', { method: 'POST', body: { open_id: openId, ...extra } })

  const cards = () =>
    service.emulator.sim.state().messages.filter(({ msg_type }) => msg_type === 'interactive')

  const expectTooMany = async (answer: Response, reason: string) => {
    expect(answer.status).toBe(429)
    const wait = Number(answer.headers.get('retry-after'))
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(3600)
    expect(await answer.json()).toMatchObject({ code: 'too_many_cards', status: 429, reason })
  }

  const expectNothingSaved = async () =>
    expect(await service.app.parts.store.grants.list({ limit: 9 })).toEqual([])

  it('sends a person ten cards in an hour at most, whatever it asks for and withdraws', async () => {
    const openId = newcomer()
    const before = cards().length
    for (let round = 0; round < PER_PERSON; round++) {
      const asked = await ask(openId, { scopes: [`scope:${round}`] })
      expect(asked.status).toBe(201)
      const { session_id } = (await asked.json()) as { session_id: string }
      await service.api(`/v1/sessions/${session_id}/invalidate`, { method: 'POST' })
    }
    await expectTooMany(await ask(openId), 'person')
    const one = await service.api('/v1/tokens', { method: 'POST', body: { open_id: openId } })
    await expectTooMany(one, 'person')
    expect(cards().length - before).toBe(PER_PERSON)
    expect((await ask(newcomer())).status).toBe(201)
    expect(
      await service.metric('lark_service_rate_limited_total', { endpoint: '/v1/sessions' }),
    ).toBe(1)
    await expectNothingSaved()
  })

  it('joins the card that waits, however often it asks', async () => {
    const openId = newcomer()
    const before = cards().length
    for (let round = 0; round < 50; round++) {
      expect((await ask(openId)).status).toBe(round === 0 ? 201 : 200)
    }
    expect(cards().length - before).toBe(1)
    await expectNothingSaved()
  })

  it('leaves a person alone who declined, while their own button still works', async () => {
    const openId = newcomer()
    const { session_id } = await service.ask(openId)
    const before = cards().length
    const card = newestCard(service.emulator, openId)
    const tap = (action: string) =>
      service.emulator.sim.click({
        messageId: card?.message_id ?? '',
        openId,
        button: { value: { action, session: session_id } },
      })
    await tap('decline')
    await expectTooMany(await ask(openId), 'cool_down')
    expect(cards().length).toBe(before)
    await tap('send_again')
    await expect.poll(() => cards().length, { timeout: 20_000 }).toBe(before + 1)
    await expectNothingSaved()
  })

  it('is quiet for longer with every card that is ignored', async () => {
    const openId = newcomer()
    const waits: number[] = []
    for (let round = 0; round < 3; round++) {
      expect((await ask(openId)).status).toBe(201)
      service.emulator.sim.advanceClock({ seconds: 601 })
      const refused = await ask(openId)
      expect(refused.status).toBe(429)
      const wait = Number(refused.headers.get('retry-after'))
      waits.push(wait)
      service.emulator.sim.advanceClock({ seconds: wait })
    }
    expect(waits).toEqual([30, 60, 120])
    await expectNothingSaved()
  })

  it('puts thirty cards into a group in an hour at most, whoever they are for', async () => {
    const group = service.emulator.sim.state().chats.find(({ kind }) => kind === 'group')
    const chat_id = group?.chat_id ?? ''
    for (let card = 0; card < PER_GROUP; card++) {
      expect((await ask(newcomer(), { chat_id })).status).toBe(201)
    }
    const openId = newcomer()
    await expectTooMany(await ask(openId, { chat_id }), 'chat')
    expect((await ask(openId)).status).toBe(201)
    await expectNothingSaved()
  })

  it('gives one API key a part of what the app may send, and leaves the rest to others', async () => {
    const made = await service.app.parts.access.apiKeys.create('looping-bot', EVERYTHING)
    const loop = (path: string) =>
      fetch(service.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${made?.secret}`, 'content-type': 'application/json' },
        body: JSON.stringify({ open_id: newcomer() }),
      })
    const answers = await Promise.all(
      Array.from({ length: PER_KEY + 1 }, (_, call) =>
        loop(call % 2 === 0 ? '/v1/sessions' : '/v1/tokens'),
      ),
    )
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(1)
    const [one] = refused
    if (one) await expectTooMany(one, 'key')
    expect((await ask(newcomer())).status).toBe(201)
    await expectNothingSaved()
  })
})

describe('A18: a script that calls from one address', () => {
  let service: Service
  beforeAll(async () => {
    service = await startService()
  })
  afterAll(() => service.close())

  // A stranger's tickets and states: what is limited is limited before anything is looked up.
  const ticket = 'a'.repeat(43)
  it.each([
    ['links', 'GET', `/auth/${ticket}`, '/auth/{ticket}', DEFAULT_RATE_LIMITS.authLinks],
    ['callbacks', 'GET', '/callback?code=a&state=b', '/callback', DEFAULT_RATE_LIMITS.callbacks],
    [
      'new cards',
      'POST',
      `/auth/${ticket}/card`,
      '/auth/{ticket}/card',
      DEFAULT_RATE_LIMITS.newCards,
    ],
  ] as const)('gets so many %s a minute, and every other address its own', async (...row) => {
    const [name, method, path, endpoint, limit] = row
    const call = async (from: string) => {
      const headers = { 'x-forwarded-for': from }
      const answer = await fetch(`${service.url}${path}`, { method, headers, redirect: 'manual' })
      await answer.arrayBuffer()
      return answer
    }
    const address = `203.0.113.${name.length}`
    for (let calls = 0; calls < limit; calls++) expect((await call(address)).status).not.toBe(429)
    const refused = await call(address)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await call('198.51.100.1')).status).not.toBe(429)
    expect(await service.metric('lark_service_rate_limited_total', { endpoint })).toBe(1)
    expect(await service.app.parts.store.grants.list({ limit: 9 })).toEqual([])
  })
})
