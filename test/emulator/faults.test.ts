import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { approvedCode, exchange, refresh, tokensOf, userInfo, v2, v3 } from './oauth-steps.ts'

let emulator: FeishuEmulator
beforeEach(async () => {
  emulator = await startFeishuEmulator()
})
afterEach(() => emulator.close())

const tenantToken = '/open-apis/auth/v3/tenant_access_token/internal'
const botInfo = '/open-apis/bot/v3/info'
const get = (path: string) => fetch(`${emulator.url}${path}`)

describe('a fault with a status alone', () => {
  it.each([v2, v3])('answers the way the token endpoint %s does', async (path) => {
    const code = await approvedCode(emulator)
    emulator.sim.injectFault({ match: `POST ${path}`, status: 500 })
    expect(await exchange(emulator, code, {}, path)).toEqual({
      status: 500,
      body: {
        code: 20050,
        error: 'server_error',
        error_description: 'An unexpected server error occurred. Please retry your request.',
      },
    })
    emulator.sim.injectFault({ match: `POST ${path}`, status: 503 })
    expect(await exchange(emulator, code, {}, path)).toMatchObject({
      status: 503,
      body: { code: 20072 },
    })
    expect((await exchange(emulator, code, {}, path)).status).toBe(200)
  })

  it('answers an API with code, msg and log id', async () => {
    emulator.sim.injectFault({ match: `GET ${botInfo}`, status: 500 })
    const answer = await get(botInfo)
    expect(answer.status).toBe(500)
    const logId = answer.headers.get('x-tt-logid')
    expect(await answer.json()).toMatchObject({ code: 2200, error: { log_id: logId } })
  })

  it('answers 429 with the seconds to wait', async () => {
    emulator.sim.injectFault({
      match: `GET ${botInfo}`,
      status: 429,
      headers: { 'X-Ogw-RateLimit-Reset': '52' },
    })
    const answer = await get(botInfo)
    expect(answer.status).toBe(429)
    expect(answer.headers.get('x-ogw-ratelimit-reset')).toBe('52')
    expect(await answer.json()).toEqual({ code: 99991400, msg: 'request trigger frequency limit' })
  })
})

describe('a fault with a code', () => {
  it('answers with the status and message of that code', async () => {
    const { access_token, refresh_token } = await tokensOf(emulator)
    emulator.sim.injectFault({ match: `POST ${v2}`, code: 20026 })
    expect(await refresh(emulator, refresh_token)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: expect.stringContaining('invalid') },
    })
    emulator.sim.injectFault({ match: 'GET /open-apis/authen/v1/user_info', code: 99991677 })
    expect(await userInfo(emulator, `Bearer ${access_token}`)).toMatchObject({
      status: 400,
      body: { code: 99991677, msg: 'token expire' },
    })
    expect((await refresh(emulator, refresh_token)).status).toBe(200)
  })
})

describe('a fault with a body', () => {
  it('sends text as a page, as a proxy on the way would', async () => {
    emulator.sim.injectFault({ match: '*', status: 502, body: '<h1>Bad Gateway</h1>' })
    const answer = await get(botInfo)
    expect(answer.status).toBe(502)
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(await answer.text()).toBe('<h1>Bad Gateway</h1>')
  })

  it('sends anything else as JSON, with the content type it is told', async () => {
    emulator.sim.injectFault({
      match: '*',
      body: { code: 0, access_token: 5 },
      contentType: 'application/problem+json',
    })
    const answer = await get(botInfo)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toEqual({ code: 0, access_token: 5 })
  })
})

describe('a cut', () => {
  it('before leaves the request undone', async () => {
    const code = await approvedCode(emulator)
    emulator.sim.injectFault({ match: `POST ${v2}`, cut: 'before' })
    await expect(exchange(emulator, code)).rejects.toThrow()
    expect((await exchange(emulator, code)).status).toBe(200)
  })

  it('after leaves the request done: the refresh token is spent and nobody got the new one', async () => {
    const { refresh_token } = await tokensOf(emulator)
    emulator.sim.injectFault({ match: `POST ${v2}`, cut: 'after' })
    await expect(refresh(emulator, refresh_token)).rejects.toThrow()
    expect((await refresh(emulator, refresh_token)).body.code).toBe(20073)
  })
})

it('a delay lets a later request overtake', async () => {
  emulator.sim.injectFault({ match: `GET ${botInfo}`, delayMs: 200 })
  const order: string[] = []
  const slow = get(botInfo).then(() => order.push('slow'))
  const quick = get('/open-apis/application/v6/scopes').then(() => order.push('quick'))
  await Promise.all([slow, quick])
  expect(order).toEqual(['quick', 'slow'])
})

describe('matching', () => {
  const statusOf = async (path: string) => (await get(path)).status

  it('strikes as often as it is told, then never again', async () => {
    emulator.sim.injectFault({ match: `GET ${botInfo}`, status: 500, times: 2 })
    expect(await statusOf(botInfo)).toBe(500)
    expect(emulator.sim.state().faults).toMatchObject([{ id: 'fault-1', left: 1 }])
    expect(await statusOf(botInfo)).toBe(500)
    expect(await statusOf(botInfo)).toBe(400)
    expect(emulator.sim.state().faults).toEqual([])
  })

  it('strikes until cleared with times 0', async () => {
    emulator.sim.injectFault({ match: 'GET /open-apis/*', status: 503, times: 0 })
    for (let round = 0; round < 3; round += 1) expect(await statusOf(botInfo)).toBe(503)
    emulator.sim.clearFaults()
    expect(await statusOf(botInfo)).toBe(400)
  })

  it('understands parameters, and leaves other methods and paths alone', async () => {
    emulator.sim.injectFault({ match: 'GET /open-apis/im/v1/messages/:id', status: 500, times: 0 })
    expect(await statusOf('/open-apis/im/v1/messages/om_1')).toBe(500)
    expect(await statusOf('/open-apis/im/v1/messages/om_1/reply')).toBe(404)
    expect(await statusOf(botInfo)).toBe(400)
    const patch = await fetch(`${emulator.url}/open-apis/im/v1/messages/om_1`, { method: 'PATCH' })
    expect(patch.status).toBe(400)
  })

  it('never strikes the sandbox itself', async () => {
    emulator.sim.injectFault({ match: '*', status: 500, times: 0 })
    expect(await statusOf('/sim/state')).toBe(200)
    expect(await statusOf(tenantToken)).toBe(500)
  })
})
