import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { OAUTH_ERROR_CODES } from '../../src/feishu/error-codes/oauth-error-codes.ts'
import { createOAuthClient } from '../../src/feishu/oauth-client.ts'
import { translateError } from '../../src/feishu/translate-error.ts'
import { WireError } from '../../src/feishu/wire-error.ts'
import { createEmulatorBench, someone } from '../support/emulator-bench.ts'
import { consentedTokens } from './consented-tokens.ts'
import { appAt, createFeishuBench, rejection, STUB_APP } from './feishu-bench.ts'
import { answerJson, type StubAnswer, startStub } from './stub-server.ts'

const VERIFIER = 'canary-verifier-0123456789-0123456789-0123456789'
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
const bench = createEmulatorBench()
afterEach(() => bench.close())

async function onEmulator() {
  // Lifetimes come in whole seconds: the clock stands still.
  const emulator = await bench.start({ now: () => Date.parse('2026-11-20T08:00:00Z') })
  const feishu = createFeishuBench()
  const app = appAt(emulator.url, emulator.app)
  const oauth = createOAuthClient({ apps: [app], http: feishu.http })
  return { emulator, feishu, app, oauth, person: someone(emulator) }
}

async function onStub(answer: StubAnswer, timeoutMs?: number) {
  const stub = await startStub(answer)
  bench.keep(stub)
  const feishu = createFeishuBench(timeoutMs)
  const app = appAt(stub.url, STUB_APP)
  const oauth = createOAuthClient({ apps: [app], http: feishu.http })
  const exchange = () =>
    oauth.exchangeCode({ appId: app.appId, code: 'canary-code', codeVerifier: VERIFIER })
  return { stub, feishu, app, oauth, exchange }
}

type OnEmulator = Awaited<ReturnType<typeof onEmulator>>

async function approvedCode({ emulator, app, oauth, person }: OnEmulator, scopes: string[]) {
  const url = oauth.authorizeUrl({ appId: app.appId, scopes, state: 's', codeChallenge: CHALLENGE })
  const outcome = await emulator.sim.approve({ authorizeUrl: url.href, openId: person.openId })
  if (!('redirect' in outcome)) throw new Error(`page error ${outcome.pageError}`)
  return new URL(outcome.redirect).searchParams.get('code') ?? ''
}

describe('the authorize page', () => {
  it('is asked with PKCE S256, and every scope once', async () => {
    const oauth = createOAuthClient({
      apps: [appAt('https://accounts.example.com', STUB_APP)],
      http: createFeishuBench().http,
    })
    const url = oauth.authorizeUrl({
      appId: STUB_APP.appId,
      scopes: ['a:read', 'offline_access', 'a:read'],
      state: 'st&te',
      codeChallenge: CHALLENGE,
    })
    expect(url.origin + url.pathname).toBe(
      'https://accounts.example.com/open-apis/authen/v1/authorize',
    )
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: STUB_APP.appId,
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1:9999/callback',
      scope: 'a:read offline_access',
      state: 'st&te',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
    })
  })

  it('is never asked for more than fifty scopes', () => {
    const oauth = createOAuthClient({
      apps: [appAt('https://accounts.example.com', STUB_APP)],
      http: createFeishuBench().http,
    })
    const scopes = Array.from({ length: 60 }, (_, i) => `scope:${i}`)
    const url = oauth.authorizeUrl({
      appId: STUB_APP.appId,
      scopes,
      state: 's',
      codeChallenge: 'c',
    })
    expect(url.searchParams.get('scope')?.split(' ')).toHaveLength(50)
  })
})

describe('the exchange of a code', () => {
  it('gives the tokens, the person behind them, and an end to both', async () => {
    const it_ = await onEmulator()
    const { oauth, app, person, emulator } = it_
    const code = await approvedCode(it_, ['auth:user.id:read', 'offline_access'])
    const reply = await oauth.exchangeCode({ appId: app.appId, code, codeVerifier: VERIFIER })
    expect(reply).toEqual({
      accessToken: expect.any(String),
      expiresIn: 7200,
      refreshToken: expect.any(String),
      refreshTokenExpiresIn: 604_800,
      scopes: ['auth:user.id:read', 'offline_access'],
    })

    expect(await oauth.fetchTokenOwner(app.appId, reply.accessToken)).toEqual({
      openId: person.openId,
      tenantKey: person.tenantKey,
      name: person.name,
    })

    await oauth.revokeAccessToken(app.appId, reply.accessToken)
    expect(emulator.sim.tokenOwner(reply.accessToken)?.works).toBe(false)
    expect(await rejection(oauth.fetchTokenOwner(app.appId, reply.accessToken))).toMatchObject({
      code: 'feishu_unavailable',
      feishuCode: 20005,
    })
  })

  it('tells a code used twice, a code too old and a wrong verifier apart', async () => {
    const it_ = await onEmulator()
    const { oauth, app, emulator } = it_
    const exchange = (code: string, codeVerifier = VERIFIER) =>
      oauth.exchangeCode({ appId: app.appId, code, codeVerifier })

    const used = await approvedCode(it_, ['auth:user.id:read'])
    await exchange(used)
    expect(await rejection(exchange(used))).toMatchObject({ code: 'authorization_code_used' })

    const old = await approvedCode(it_, ['auth:user.id:read'])
    emulator.sim.advanceClock({ seconds: 301 })
    expect(await rejection(exchange(old))).toMatchObject({ code: 'authorization_code_expired' })

    const fresh = await approvedCode(it_, ['auth:user.id:read'])
    const wrong = exchange(fresh, 'x'.repeat(50))
    expect(await rejection(wrong)).toMatchObject({ code: 'pkce_failed' })
  })

  it('has no refresh token when none was asked for', async () => {
    const it_ = await onEmulator()
    const code = await approvedCode(it_, ['auth:user.id:read'])
    const reply = await it_.oauth.exchangeCode({
      appId: it_.app.appId,
      code,
      codeVerifier: VERIFIER,
    })
    expect(reply).toMatchObject({ refreshToken: null, refreshTokenExpiresIn: null })
  })

  it('authenticates in one way only, in the form body', async () => {
    const { stub, exchange, app } = await onStub((_, response) =>
      answerJson(response, { code: 0, access_token: 'u-1', token_type: 'Bearer' }),
    )
    await exchange()
    const [request] = stub.requests
    expect(request?.path).toBe('/open-apis/authen/v2/oauth/token')
    expect(request?.headers.authorization).toBeUndefined()
    expect(request?.headers['content-type']).toContain('application/x-www-form-urlencoded')
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'authorization_code',
      client_id: app.appId,
      client_secret: STUB_APP.appSecret,
      code: 'canary-code',
      redirect_uri: app.redirectUri,
      code_verifier: VERIFIER,
    })
  })

  it.each([
    [{}, { expiresIn: 7200, refreshToken: null, refreshTokenExpiresIn: null, scopes: [] }],
    [
      { refresh_token: 'ur-1', expires_in: null, scope: '' },
      { expiresIn: 7200, refreshToken: 'ur-1', refreshTokenExpiresIn: 604_800 },
    ],
    [
      { refresh_token: '', expires_in: '3600', scope: ' a  b a ' },
      { expiresIn: 3600, refreshToken: null, scopes: ['a', 'b'] },
    ],
    [
      { refresh_token: 'ur-1', refresh_token_expires_in: 60, expires_in: 5, token_type: 'bearer' },
      { expiresIn: 5, refreshTokenExpiresIn: 60 },
    ],
  ])('reads a reply with %j as the official clients do', async (fields, expected) => {
    const { exchange } = await onStub((_, response) =>
      answerJson(response, { code: 0, access_token: 'u-1', token_type: 'Bearer', ...fields }),
    )
    expect(await exchange()).toMatchObject({ accessToken: 'u-1', ...expected })
  })

  it.each(OAUTH_ERROR_CODES.map(([code]) => code))(
    'turns %i into its typed error',
    async (code) => {
      const { exchange, feishu } = await onStub((_, response) =>
        answerJson(
          response,
          { code, error: 'server_error', error_description: 'as documented' },
          code === 20050 ? 500 : 400,
        ),
      )
      const expected = translateError(
        new WireError({ apiName: 'exchange_code', failure: 'refused', feishuCode: code }),
        'exchange',
      )
      const error = await rejection(exchange())
      expect(error).toBeInstanceOf(expected.constructor)
      expect(error).toMatchObject({
        message: expected.message,
        feishuCode: code,
        logId: 'log-stub-1',
      })
      expect(feishu.linesOf('feishu_call_failed')).toMatchObject([
        { fields: { feishu_code: code, log_id: 'log-stub-1' } },
      ])
    },
  )

  it.each([
    [200, { code: 20065, msg: 'refused with 200' }, 'authorization_code_used'],
    [400, { error: 'invalid_grant' }, 'authorization_code_used'],
    [500, { code: 20050, error: 'server_error' }, 'feishu_unavailable'],
    [503, { code: 20072 }, 'feishu_unavailable'],
    [429, { code: 99991400 }, 'feishu_unavailable'],
    [500, {}, 'feishu_unavailable'],
    [404, {}, 'feishu_unavailable'],
  ])('takes HTTP %i with %j for what it is', async (status, body, code) => {
    const { exchange } = await onStub((_, response) => answerJson(response, body, status))
    expect(await rejection(exchange())).toMatchObject({ code })
  })

  it('keeps the wait that a rate limit asks for', async () => {
    const { exchange } = await onStub((_, response) =>
      answerJson(response, { code: 99991400 }, 429, { 'x-ogw-ratelimit-reset': '7' }),
    )
    expect(await rejection(exchange())).toMatchObject({
      reason: 'rate_limited',
      retryAfterSeconds: 7,
    })
  })

  it.each([
    ['HTML', '<html>maintenance</html>'],
    ['nothing', ''],
    ['half a reply', '{"code":0,"access_token":"u-'],
    ['a reply without a token', '{"code":0,"token_type":"Bearer"}'],
    ['a token of a strange type', '{"code":0,"access_token":"u-1","token_type":"mac"}'],
    ['a list', '[]'],
    ['a body without end', `{"x":"${'y'.repeat(2_000_000)}"}`],
  ])('takes %s for trouble of Feishu', async (_, body) => {
    const { exchange, feishu } = await onStub((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body)
    })
    expect(await rejection(exchange())).toMatchObject({
      code: 'feishu_unavailable',
      reason: 'upstream_5xx',
    })
    expect(feishu.linesOf('feishu_call_failed')).toHaveLength(1)
    expect(feishu.calls).toMatchObject([{ apiName: 'exchange_code', status: 'server_error' }])
  })

  it('ends an exchange that hangs', async () => {
    const { exchange } = await onStub(() => undefined, 40)
    expect(await rejection(exchange())).toMatchObject({
      code: 'feishu_unavailable',
      reason: 'upstream_timeout',
    })
  })

  it('sees a connection cut after the request was taken', async () => {
    const { exchange, stub } = await onStub((_, response) => response.destroy())
    expect(await rejection(exchange())).toMatchObject({ reason: 'network' })
    expect(stub.requests).toHaveLength(1)
  })

  it('sees that nobody listens', async () => {
    const { exchange, stub } = await onStub(() => undefined)
    await stub.close()
    expect(await rejection(exchange())).toMatchObject({ reason: 'network' })
  })

  it('goes over plain http to this machine alone', async () => {
    const feishu = createFeishuBench()
    const app = appAt('http://feishu.example.com', STUB_APP)
    const oauth = createOAuthClient({ apps: [app], http: feishu.http })
    const exchange = oauth.exchangeCode({ appId: app.appId, code: 'c', codeVerifier: VERIFIER })
    expect(await rejection(exchange)).toMatchObject({ code: 'feishu_unavailable' })
    expect(feishu.calls).toEqual([])
  })
})

describe('the person behind a token', () => {
  it.each([20021, 20022, 20023, 20008])(
    'may not use the app after %i with HTTP 200',
    async (code) => {
      const { oauth, app } = await onStub((_, response) =>
        answerJson(response, { code, msg: 'no' }),
      )
      expect(await rejection(oauth.fetchTokenOwner(app.appId, 'u-1'))).toMatchObject({
        code: 'person_not_allowed',
        feishuCode: code,
      })
    },
  )

  it.each([{}, { data: null }, { data: { open_id: 'ou_1' } }, { data: { tenant_key: 't' } }])(
    'is not guessed from %j',
    async (body) => {
      const { oauth, app } = await onStub((_, response) =>
        answerJson(response, { code: 0, ...body }),
      )
      expect(await rejection(oauth.fetchTokenOwner(app.appId, 'u-1'))).toMatchObject({
        reason: 'upstream_5xx',
      })
    },
  )
})

describe('the end of a token', () => {
  it('is that of refreshing for a refresh token, and the access token lives on', async () => {
    const { emulator, oauth, app } = await onEmulator()
    const { accessToken, refreshToken } = await consentedTokens(emulator, oauth, app)
    await oauth.revokeRefreshToken(app.appId, refreshToken)
    expect(await oauth.refresh({ appId: app.appId, refreshToken })).toMatchObject({
      kind: 'finished',
      reason: 'revoked',
    })
    expect(emulator.sim.tokenOwner(accessToken)?.works).toBe(true)
  })

  it('names the kind of token, though Feishu takes it for a hint', async () => {
    const { oauth, app, stub } = await onStub((_, response) => response.writeHead(200).end())
    await oauth.revokeRefreshToken(app.appId, 'ur-canary-token')
    expect(Object.fromEntries(new URLSearchParams(stub.requests[0]?.body))).toMatchObject({
      token: 'ur-canary-token',
      token_type_hint: 'refresh_token',
    })
  })

  it('takes an empty answer for a good one', async () => {
    const { oauth, app, stub } = await onStub((_, response) => response.writeHead(200).end())
    await oauth.revokeAccessToken(app.appId, 'u-canary-token')
    const body = new URLSearchParams(stub.requests[0]?.body)
    expect(stub.requests[0]?.path).toBe('/oauth/v1/revoke')
    expect(Object.fromEntries(body)).toEqual({
      token: 'u-canary-token',
      token_type_hint: 'access_token',
      client_id: app.appId,
      client_secret: STUB_APP.appSecret,
    })
  })

  it('reports a refusal', async () => {
    const { oauth, app } = await onStub((_, response) =>
      answerJson(response, { code: 20002, error: 'invalid_client' }, 400),
    )
    expect(await rejection(oauth.revokeAccessToken(app.appId, 'u-1'))).toMatchObject({
      reason: 'bad_client',
    })
  })

  it.each([20026, 20037, 20064, 20073])(
    'tells a token that was dead before from trouble: %i',
    async (code) => {
      const { oauth, app } = await onStub((_, response) => answerJson(response, { code }, 400))
      expect(await rejection(oauth.revokeAccessToken(app.appId, 'u-1'))).toMatchObject({
        code: 'authorization_code_used',
      })
    },
  )

  it.each([
    ['a page', '<html>maintenance</html>'],
    ['a list', '[]'],
  ])('does not take %s for success', async (_, body) => {
    const { oauth, app } = await onStub((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(body)
    })
    expect(await rejection(oauth.revokeAccessToken(app.appId, 'u-1'))).toMatchObject({
      code: 'feishu_unavailable',
    })
  })
})
