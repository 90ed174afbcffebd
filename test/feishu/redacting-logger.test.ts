import axios from 'axios'
import { afterEach, describe, expect, it } from 'vitest'
import { maskText } from '../../src/feishu/mask-secrets.ts'
import { createCardMessenger } from '../../src/feishu/messenger.ts'
import { createOAuthClient } from '../../src/feishu/oauth-client.ts'
import { createSdkLogger } from '../../src/feishu/redacting-logger.ts'
import { Client, DefaultCache, LoggerLevel } from '../../src/feishu/sdk.ts'
import {
  appAt,
  createFeishuBench,
  createSleeplessClock,
  rejection,
  STUB_APP,
  sessionOf,
} from './feishu-bench.ts'
import { answerJson, type StubAnswer, type StubServer, startStub } from './stub-server.ts'

const TOKEN = 't-canary.tenant-token_91'
const UAT = 'eyJcanary.user.access-token'
const CODE = 'canary-authorization-code-77'
const VERIFIER = 'canary-verifier-0123456789-0123456789-0123456789'
const LINK = 'https://auth.example.com/auth/canary-ticket'
const CANARIES = [STUB_APP.appSecret, TOKEN, UAT, CODE, VERIFIER, 'canary']

const stubs: StubServer[] = []
afterEach(async () => {
  for (const stub of stubs.splice(0)) await stub.close()
})

async function stubbed(answer: StubAnswer): Promise<StubServer> {
  const stub = await startStub(answer)
  stubs.push(stub)
  return stub
}

function expectNoCanary(text: string): void {
  for (const canary of CANARIES) expect(text).not.toContain(canary)
}

/** Every way Feishu can fail, each echoing back what it was sent. */
const FAILURES: readonly [string, StubAnswer][] = [
  [
    'a refusal',
    (request, response) => answerJson(response, { code: 230001, msg: echo(request) }, 400),
  ],
  [
    'a refusal in prose',
    (request, response) => answerJson(response, { code: 230001, msg: valuesOf(request) }, 400),
  ],
  [
    'a refusal with 200',
    (request, response) => answerJson(response, { code: 10014, msg: echo(request) }),
  ],
  [
    'a server error',
    (request, response) =>
      answerJson(response, { code: 20050, error_description: echo(request) }, 500),
  ],
  ['a page', (request, response) => response.writeHead(502).end(`<html>${echo(request)}</html>`)],
  [
    'too many requests',
    (request, response) =>
      answerJson(response, { code: 99991400, msg: echo(request) }, 429, {
        'x-ogw-ratelimit-reset': '60',
      }),
  ],
  [
    'a stale token',
    (request, response) => answerJson(response, { code: 99991663, msg: echo(request) }, 400),
  ],
  ['a cut', (_, response) => response.destroy()],
  ['silence', () => undefined],
]

function echo({ headers, body }: { headers: object; body: string }): string {
  return `you sent ${body} with ${JSON.stringify(headers)}`
}

/** What was sent without the names that tell a secret. */
function valuesOf({ headers, body }: { headers: object; body: string }): string {
  const values = body.startsWith('{')
    ? Object.values(JSON.parse(body))
    : [...new URLSearchParams(body).values()]
  return `you sent ${values.join(' ')} as ${Reflect.get(headers, 'authorization')}`
}

describe('no secret reaches the log, a metric or an error', () => {
  it.each(FAILURES)('when sending meets %s', async (_, answer) => {
    const stub = await stubbed((request, response) =>
      request.path.includes('tenant_access_token')
        ? answerJson(response, { code: 0, tenant_access_token: TOKEN, expire: 7200 })
        : answer(request, response),
    )
    const feishu = createFeishuBench(60)
    const app = appAt(stub.url, STUB_APP)
    const clock = createSleeplessClock()
    const messenger = createCardMessenger({
      apps: [app],
      http: feishu.http,
      log: feishu.log,
      clock,
    })
    const error = await rejection(messenger.sendCard(sessionOf(app, 'ou_x'), LINK))
    expect(feishu.linesOf('feishu_call_failed').length).toBeGreaterThan(0)
    expectNoCanary(feishu.everything() + asText(error))
  })

  it.each(FAILURES)('when the tenant token meets %s', async (_, answer) => {
    const stub = await stubbed(answer)
    const feishu = createFeishuBench(60)
    const app = appAt(stub.url, STUB_APP)
    const clock = createSleeplessClock()
    const messenger = createCardMessenger({
      apps: [app],
      http: feishu.http,
      log: feishu.log,
      clock,
    })
    const error = await rejection(messenger.sendCard(sessionOf(app, 'ou_x'), LINK))
    expect(feishu.linesOf('feishu_call_failed').length).toBeGreaterThan(0)
    expectNoCanary(feishu.everything() + asText(error))
  })

  it.each(FAILURES)('when OAuth meets %s', async (_, answer) => {
    const stub = await stubbed(answer)
    const feishu = createFeishuBench(60)
    const app = appAt(stub.url, STUB_APP)
    const oauth = createOAuthClient({ apps: [app], http: feishu.http })
    const { appId } = app
    const errors = [
      await rejection(oauth.exchangeCode({ appId, code: CODE, codeVerifier: VERIFIER })),
      await rejection(oauth.fetchTokenOwner(appId, UAT)),
      await rejection(oauth.revokeAccessToken(appId, UAT)),
      await rejection(oauth.revokeRefreshToken(appId, UAT)),
      Reflect.get(await oauth.refresh({ appId, refreshToken: UAT }), 'error'),
    ]
    expect(feishu.linesOf('feishu_call_failed')).toHaveLength(5)
    expectNoCanary(feishu.everything() + errors.map(asText).join())
  })

  it('when a good reply has a part that nobody can use', async () => {
    const stub = await stubbed((_, response) =>
      answerJson(response, {
        code: 0,
        access_token: UAT,
        token_type: 'Bearer',
        expires_in: -1,
        refresh_token: UAT,
      }),
    )
    const feishu = createFeishuBench()
    const app = appAt(stub.url, STUB_APP)
    const oauth = createOAuthClient({ apps: [app], http: feishu.http })
    const { appId } = app
    await oauth.exchangeCode({ appId, code: CODE, codeVerifier: VERIFIER })
    expect(await oauth.refresh({ appId, refreshToken: UAT })).toMatchObject({ kind: 'tokens' })
    expectNoCanary(feishu.everything())
  })
})

describe('the SDK’s own logger', () => {
  it('prints no secret, though the SDK hands it whole failed requests', async () => {
    const stub = await stubbed((request, response) =>
      request.path.includes('tenant_access_token')
        ? answerJson(response, { code: 0, tenant_access_token: TOKEN, expire: 7200 })
        : answerJson(response, { code: 230001, msg: echo(request) }, 400),
    )
    const feishu = createFeishuBench()
    // The SDK as it comes, with its own HTTP client: raw AxiosErrors reach the logger.
    const client = new Client({
      ...STUB_APP,
      domain: stub.url,
      cache: new DefaultCache(),
      logger: createSdkLogger(feishu.log, [STUB_APP.appSecret]),
      loggerLevel: LoggerLevel.trace,
    })
    await rejection(
      client.im.v1.message.create({
        params: { receive_id_type: 'open_id' },
        data: {
          receive_id: 'ou_x',
          msg_type: 'text',
          content: JSON.stringify({ access_token: UAT }),
        },
      }),
    )
    await rejection(client.request({ method: 'GET', url: '/open-apis/bot/v3/info' }))
    expect(feishu.linesOf('sdk_error').length).toBeGreaterThan(0)
    expectNoCanary(feishu.everything())
  })

  it('reduces an AxiosError to what helps', async () => {
    const stub = await stubbed((_, response) =>
      answerJson(response, { code: 230001, msg: 'x' }, 400),
    )
    const feishu = createFeishuBench()
    const error = await rejection(
      axios.post(`${stub.url}/open-apis/im/v1/messages?code=${CODE}`, {
        app_secret: STUB_APP.appSecret,
      }),
    )
    createSdkLogger(feishu.log).error([error])
    expect(feishu.linesOf('sdk_error')).toMatchObject([
      {
        fields: {
          sdk: [
            {
              name: 'AxiosError',
              method: 'POST',
              path: '/open-apis/im/v1/messages',
              status: 400,
              feishu_code: 230001,
              log_id: 'log-stub-1',
            },
          ],
        },
      },
    ])
    expectNoCanary(feishu.everything())
  })

  it('survives what cannot be printed', () => {
    const feishu = createFeishuBench()
    const ring: Record<string, unknown> = { name: 'ring' }
    ring.self = ring
    createSdkLogger(feishu.log).warn([
      ring,
      undefined,
      null,
      1n,
      Symbol('s'),
      () => 1,
      Buffer.from(UAT),
    ])
    expect(feishu.linesOf('sdk_warning')).toHaveLength(1)
    expect(String(feishu.lines[0]?.fields.sdk)).not.toContain('canary')
  })
})

describe('maskText', () => {
  it.each([
    ['Authorization: Bearer t-canary.tenant', 'Bearer ***'],
    ['wss://x/ws/v2?fpid=493&access_key=canary1&service_id=7&ticket=canary2', 'service_id=7'],
    ['go to https://x/auth/canary?a=1 now', 'go to https://x/*** now'],
    ['/callback?code=canary&state=canary', '/callback'],
    ['{"app_secret":"canary","app_id":"cli_1"}', '"app_id":"cli_1"'],
    ['{\\"client_secret\\":\\"canary\\",\\"grant_type\\":\\"x\\"}', 'grant_type'],
    ['{"code":230001,"msg":"no"}', '{"code":230001,"msg":"no"}'],
    ['token c-canary0123456789 was used', 'was used'],
    ['grant_type=refresh_token&refresh_token=canary', 'grant_type=refresh_token'],
  ])('keeps what helps of %s', (text, kept) => {
    const masked = maskText(text)
    expect(masked).toContain(kept)
    expect(masked).not.toContain('canary')
  })
})

function asText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return JSON.stringify({
    ...error,
    message: error.message,
    stack: error.stack,
    cause: asText(error.cause),
  })
}
