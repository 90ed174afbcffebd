import { afterEach, describe, expect, it, vi } from 'vitest'
import { apiNameOf } from '../../src/feishu/api-names.ts'
import { createTenantTokens } from '../../src/feishu/tenant-tokens.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { appAt, createFeishuBench, rejection, STUB_APP } from './feishu-bench.ts'
import { answerJson, type StubAnswer, type StubServer, startStub } from './stub-server.ts'

const stubs: StubServer[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const stub of stubs.splice(0)) await stub.close()
})

async function stubbed(answer: StubAnswer): Promise<StubServer> {
  const stub = await startStub(answer)
  stubs.push(stub)
  return stub
}

describe('the HTTP client', () => {
  it('reaches this machine directly, whatever proxy the environment names', async () => {
    const stub = await stubbed((_, response) => answerJson(response, { code: 0 }))
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1')
    vi.stubEnv('http_proxy', 'http://127.0.0.1:1')
    vi.stubEnv('NO_PROXY', '')
    vi.stubEnv('no_proxy', '')
    const { http } = createFeishuBench()
    await http.send({ apiName: 'other', method: 'GET', url: `${stub.url}/x` })
    expect(stub.requests).toHaveLength(1)
  })

  it('sends calls to other hosts through the proxy of the environment', async () => {
    const proxy = await stubbed((_, response) => answerJson(response, { code: 0 }))
    vi.stubEnv('http_proxy', proxy.url)
    vi.stubEnv('NO_PROXY', '')
    vi.stubEnv('no_proxy', '')
    const { http } = createFeishuBench()
    await http.send({ apiName: 'other', method: 'GET', url: 'http://feishu.example.com/x' })
    expect(proxy.requests).toMatchObject([{ path: 'http://feishu.example.com/x' }])
  })

  it('tells of every call once, with its log id', async () => {
    const stub = await stubbed((_, response) => answerJson(response, { code: 0 }))
    const { http, calls } = createFeishuBench()
    await http.send({ apiName: 'revoke', method: 'POST', url: `${stub.url}/x` })
    expect(calls).toEqual([
      {
        ...{ apiName: 'revoke', status: 'ok', seconds: expect.any(Number), logId: 'log-stub-1' },
        ...{ method: 'POST', host: '127.0.0.1', template: '/x' },
      },
    ])
  })

  it('finds the log id in the body where the header is missing', async () => {
    const stub = await stubbed((_, response) => {
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ code: 99991672, msg: 'no', error: { log_id: 'log-body-7' } }))
    })
    const { http, linesOf } = createFeishuBench()
    const error = await rejection(
      http.send({ apiName: 'other', method: 'GET', url: `${stub.url}/x` }),
    )
    expect(error).toMatchObject({ facts: { logId: 'log-body-7', feishuCode: 99991672 } })
    expect(linesOf('feishu_call_failed')).toMatchObject([{ fields: { log_id: 'log-body-7' } }])
  })
})

describe('apiNameOf', () => {
  it.each([
    ['POST', 'https://x/open-apis/im/v1/messages?receive_id_type=open_id', 'send_card'],
    ['patch', 'https://x/open-apis/im/v1/messages/om_1', 'update_card'],
    ['GET', 'https://x/open-apis/authen/v1/user_info', 'user_info'],
    ['GET', 'https://x/open-apis/bot/v3/info', 'bot_info'],
    ['POST', 'http://x/prefix/open-apis/auth/v3/tenant_access_token/internal', 'tenant_token'],
    ['post', 'https://x/callback/ws/endpoint', 'ws_endpoint'],
    ['POST', 'https://x/oauth/v1/revoke', 'revoke'],
    ['GET', 'https://x/open-apis/contact/v3/users/ou_1', 'other'],
    ['GET', '/open-apis/bot/v3/info', 'bot_info'],
  ])('calls %s %s by its name', (method, url, name) => {
    expect(apiNameOf(method, url)).toBe(name)
  })
})

describe('the tenant access token', () => {
  it('is fetched once by all who ask, and again three minutes before its end', async () => {
    let given = 0
    const stub = await stubbed((_, response) => {
      given += 1
      answerJson(response, { code: 0, tenant_access_token: `t-${given}`, expire: 7200 })
    })
    const { http } = createFeishuBench()
    const clock = createFakeClock()
    const tokens = createTenantTokens({ app: appAt(stub.url, STUB_APP), http, clock })
    const asked = await Promise.all(Array.from({ length: 50 }, () => tokens.current()))
    expect(new Set(asked)).toEqual(new Set(['t-1']))
    clock.advance(7019_000)
    expect(await tokens.current()).toBe('t-1')
    clock.advance(1000)
    expect(await tokens.current()).toBe('t-2')
  })

  it('is dropped only when it is the one that was refused', async () => {
    let given = 0
    const stub = await stubbed((_, response) => {
      given += 1
      answerJson(response, { code: 0, tenant_access_token: `t-${given}`, expire: 7200 })
    })
    const { http } = createFeishuBench()
    const clock = createFakeClock()
    const tokens = createTenantTokens({ app: appAt(stub.url, STUB_APP), http, clock })
    const first = await tokens.current()
    tokens.drop(first)
    const second = await tokens.current()
    tokens.drop(first)
    expect([second, await tokens.current()]).toEqual(['t-2', 't-2'])
  })

  it('is asked for again after a failure', async () => {
    let asked = 0
    const stub = await stubbed((_, response) => {
      asked += 1
      if (asked === 1) answerJson(response, { code: 10014, msg: 'app status unavailable' })
      else answerJson(response, { code: 0, tenant_access_token: 't-ok', expire: 7200 })
    })
    const { http } = createFeishuBench()
    const clock = createFakeClock()
    const tokens = createTenantTokens({ app: appAt(stub.url, STUB_APP), http, clock })
    expect(await rejection(tokens.current())).toMatchObject({ facts: { feishuCode: 10014 } })
    expect(await tokens.current()).toBe('t-ok')
  })
})
