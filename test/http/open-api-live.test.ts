import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import type { Permissions } from '../../src/access/permissions.ts'
import { newestCard, type Service, startService } from '../support/service.ts'
import { openApi31, schemaIn } from './open-api-schema.ts'

const SOON = { timeout: 10_000, interval: 10 }

let service: Service
let document: z.infer<typeof openApi31>
const told = new Set<string>()

beforeAll(async () => {
  service = await startService()
  document = openApi31.parse(await (await fetch(`${service.url}/openapi.json`)).json())
})
afterAll(() => service.close())

type Method = 'get' | 'post' | 'delete'
type Call = { body?: unknown; headers?: Record<string, string> }

/** Calls the running service and holds its answer against what the document says of it. */
async function call(method: Method, path: string, { body, headers = {} }: Call = {}) {
  const answer = await fetch(service.url + path, {
    method: method.toUpperCase(),
    headers: { authorization: `Bearer ${service.apiKey}`, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  const pattern = patternOf(new URL(path, service.url).pathname)
  const where = `${method} ${pattern} ${answer.status}`
  const described = document.paths[pattern]?.[method]?.responses[answer.status]
  if (!described) throw new Error(`the document does not know of ${where}: ${text}`)
  told.add(where)
  const type = answer.headers.get('content-type')?.split(';')[0]
  expect(Object.keys(described.content ?? {}), where).toEqual(type ? [type] : [])
  for (const name of ['location', 'retry-after', 'idempotency-replayed', 'x-request-id']) {
    if (!answer.headers.has(name)) continue
    const names = Object.keys(described.headers ?? {}).map((each) => each.toLowerCase())
    expect(names, `${where} ${name}`).toContain(name)
  }
  if (!type) return { answer, body: null }
  const schema = described.content?.[type]?.schema ?? {}
  const parsed: unknown = JSON.parse(text)
  expect(schemaIn(document, schema).safeParse(parsed).error, where).toBeUndefined()
  return { answer, body: z.looseObject({}).parse(parsed) }
}

function patternOf(path: string): string {
  return path
    .replace(/^(\/v1\/sessions\/)[^/]+/, '$1{session_id}')
    .replace(/^(\/v1\/tokens\/)[^/]+/, '$1{open_id}')
}

it('answers of the running service are what the document says', async () => {
  const [lin, alex] = service.emulator.people
  if (!lin || !alex) throw new Error('the emulator has nobody')
  const ask = { open_id: lin.openId, reason: 'Plan the week' }

  const { body: session } = await call('post', '/v1/sessions', { body: ask })
  await call('post', '/v1/sessions', { body: ask })
  await call('post', '/v1/sessions', { body: { open_id: 7 } })
  await call('post', '/v1/sessions', { body: { ...ask, app_id: 'cli_ffffffffffffffff' } })
  await call('post', '/v1/sessions', { body: `{"reason":"${'x'.repeat(70_000)}"}` })
  await call('post', '/v1/sessions', { headers: { authorization: 'Bearer wrong' }, body: ask })
  await call('get', '/v1/sessions?limit=1')
  await call('get', '/v1/sessions?limit=101')
  await call('get', `/v1/sessions/${session?.session_id}?wait=0`)
  await call('get', `/v1/sessions/${session?.session_id}?wait=61`)
  await call('get', '/v1/sessions/nobody-knows-this')
  await call('get', `/v1/tokens/${alex.openId}`)
  await call('get', `/v1/tokens/${alex.openId}?min_validity=3601`)
  await call('post', `/v1/tokens/${alex.openId}/refresh`)

  const { authorizeUrl, cookie } = await service.tap(lin.openId)
  const consent = await service.emulator.sim.approve({ authorizeUrl, openId: lin.openId })
  if (!('redirect' in consent)) throw new Error('no redirect')
  await fetch(consent.redirect, { headers: { cookie } })
  await call('get', `/v1/tokens/${lin.openId}`)
  await call('post', '/v1/tokens', { body: { open_id: lin.openId, scopes: ['offline_access'] } })
  await call('post', `/v1/tokens/${lin.openId}/refresh`)
  await call('post', `/v1/sessions/${session?.session_id}/invalidate`)

  const again = { headers: { 'idempotency-key': 'once' }, body: { open_id: alex.openId } }
  const { body: waiting } = await call('post', '/v1/tokens', again)
  const { answer } = await call('post', '/v1/tokens', again)
  expect(answer.headers.get('idempotency-replayed')).toBe('true')
  await call('post', '/v1/tokens', { ...again, body: { ...again.body, wait: 0 } })
  await call('post', `/v1/sessions/${waiting?.session_id}/invalidate`)
  await call('post', '/v1/tokens', { body: { open_id: alex.openId, wait: 61 } })
  await call('delete', `/v1/tokens/${lin.openId}`)
  await call('delete', `/v1/tokens/${lin.openId}?app_id=nonsense`)
  expect(told.size).toBeGreaterThan(22)
})

it('refusals that pass are what the document says, with the time to come again', async () => {
  const { openId } = service.emulator.people[2] ?? {}
  if (!openId) throw new Error('the emulator has too few people')
  const ask = { body: { open_id: openId } }
  const key = async (name: string, permissions: Permissions) => {
    const made = await service.app.parts.access.apiKeys.create(name, permissions)
    return { authorization: `Bearer ${made?.secret}` }
  }
  const expectLater = ({ answer }: { answer: Response }) =>
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)

  const nothing = await key('nothing', { actions: [], appIds: [], scopes: [], people: [] })
  const { body: session } = await call('post', '/v1/sessions', ask)
  for (const [method, path, body] of [
    ['post', '/v1/sessions', ask.body],
    ['get', '/v1/sessions', undefined],
    ['get', `/v1/sessions/${session?.session_id}`, undefined],
    ['post', `/v1/sessions/${session?.session_id}/invalidate`, undefined],
    ['post', '/v1/tokens', ask.body],
    ['get', `/v1/tokens/${openId}`, undefined],
    ['post', `/v1/tokens/${openId}/refresh`, undefined],
    ['delete', `/v1/tokens/${openId}`, undefined],
  ] as const) {
    const { answer } = await call(method, path, { headers: nothing, body })
    expect(answer.status).toBe(403)
  }

  // The same key twice at once: one of the two has come too early.
  const repeated = { ...ask, headers: { 'idempotency-key': 'at-once' } }
  const waiting = { ...repeated, body: { ...ask.body, wait: 60 } }
  const first = call('post', '/v1/tokens', waiting)
  await expect.poll(() => service.app.parts.auth.waiters.count(), SOON).toBe(1)
  const second = await call('post', '/v1/tokens', waiting)
  expect(second.body).toMatchObject({ status: 409, code: 'idempotency_in_progress' })
  expectLater(second)

  const messageId = newestCard(service.emulator, openId)?.message_id ?? ''
  await service.emulator.sim.click({ messageId, openId, button: { text: 'Not now' } })
  expect((await first).body).toMatchObject({ status: 403, code: 'authorization_rejected' })
  for (const path of ['/v1/sessions', '/v1/tokens']) {
    const refused = await call('post', path, ask)
    expect(refused.body).toMatchObject({ status: 429, code: 'too_many_cards' })
    expectLater(refused)
  }

  service.emulator.sim.advanceClock({ seconds: 3600 })
  await service.ask(openId)
  const { authorizeUrl } = await service.tap(openId)
  const consent = await service.emulator.sim.approve({ authorizeUrl, openId })
  await fetch('redirect' in consent ? consent.redirect : '')
  service.emulator.sim.injectFault({
    match: 'POST /open-apis/authen/v2/oauth/token',
    status: 503,
    times: 0,
  })
  service.emulator.sim.advanceClock({ seconds: 7200 })
  for (const [method, path, body] of [
    ['get', `/v1/tokens/${openId}`, undefined],
    ['post', '/v1/tokens', ask.body],
    ['post', `/v1/tokens/${openId}/refresh`, undefined],
  ] as const) {
    const refused = await call(method, path, { body })
    expect(refused.answer.status).toBe(503)
    expectLater(refused)
  }
})
