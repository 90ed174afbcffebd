import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { RefreshReply } from '../../src/auth/refresh-outcome.ts'
import type { FeishuEmulator } from '../../src/emulator/index.ts'
import { ERROR_CODES } from '../../src/feishu/error-codes/error-codes.ts'
import { createOAuthClient } from '../../src/feishu/oauth-client.ts'
import { createEmulatorBench, someone } from '../support/emulator-bench.ts'
import { consentedTokens } from './consented-tokens.ts'
import { documentedAtRefresh } from './documented-at-refresh.ts'
import { appAt, createFeishuBench, STUB_APP } from './feishu-bench.ts'
import { SELF_SIGNED } from './self-signed.ts'
import { answerJson, type StubAnswer, startStub } from './stub-server.ts'

const REFRESH_TOKEN = 'ur-canary-refresh-token-0123456789'
const TOKEN_ROUTE = 'POST /open-apis/authen/v2/oauth/token'
const bench = createEmulatorBench()
afterEach(() => bench.close())

async function onEmulator(options: Parameters<typeof bench.start>[0] = {}, timeoutMs?: number) {
  const emulator = await bench.start({ now: () => Date.parse('2026-11-20T08:00:00Z'), ...options })
  const feishu = createFeishuBench(timeoutMs)
  const app = appAt(emulator.url, emulator.app)
  const oauth = createOAuthClient({ apps: [app], http: feishu.http })
  const { refreshToken } = await consentedTokens(emulator, oauth, app)
  const refresh = (token = refreshToken) => oauth.refresh({ appId: app.appId, refreshToken: token })
  return { emulator, feishu, app, oauth, refresh, refreshToken, person: someone(emulator) }
}

function refresherAt(url: string, timeoutMs?: number) {
  const feishu = createFeishuBench(timeoutMs)
  const app = appAt(url, STUB_APP)
  const oauth = createOAuthClient({ apps: [app], http: feishu.http })
  const refresh = () => oauth.refresh({ appId: app.appId, refreshToken: REFRESH_TOKEN })
  return { feishu, app, oauth, refresh }
}

async function onStub(answer: StubAnswer, timeoutMs?: number) {
  const stub = await startStub(answer)
  bench.keep(stub)
  return { stub, ...refresherAt(stub.url, timeoutMs) }
}

/** A reply without its error, which is looked at apart. */
function bare(reply: RefreshReply): Record<string, unknown> {
  const { error: _error, ...rest } = { error: null, ...reply }
  return rest
}

const APP_WIDE = { kind: 'app_wide' }
const NETWORK = { kind: 'setback', reason: 'network', retryAfterSeconds: null }

describe('a refresh', () => {
  const CHALLENGE = 'https://open.feishu.cn/challenge?ticket=canary-ticket'

  it.each([
    ['beside the code', { challenge_url: CHALLENGE, cli_hint: 'Open it.' }],
    ['in the data', { data: { challenge_url: CHALLENGE } }],
    ['in the error', { error: { challenge_url: CHALLENGE } }],
  ])('that a rule of the organisation stops tells the page of its check: %s', async (_, where) => {
    const { refresh, feishu } = await onStub((_request, response) =>
      answerJson(response, { code: 21001, msg: 'a check is due', ...where }, 400),
    )
    expect(await refresh()).toMatchObject({
      kind: 'setback',
      reason: 'policy',
      error: { code: 'person_not_allowed', feishuCode: 21001, challengeUrl: CHALLENGE },
    })
    expect(feishu.everything()).not.toContain('canary-ticket')
  })

  it.each([
    ['plain http', 'http://open.feishu.cn/challenge'],
    ['another host', 'https://feishu.cn.evil.example/challenge'],
    ['a host that ends alike', 'https://evilfeishu.cn/challenge'],
    ['credentials', 'https://open.feishu.cn@evil.example/challenge'],
    ['a name in front of the host', 'https://you@open.feishu.cn/challenge'],
    ['a script', 'javascript:alert(1)'],
    ['no address', 'challenge'],
    ['endless', `https://open.feishu.cn/${'a'.repeat(2048)}`],
    ['no text', 7],
  ])('tells of no page of a check with %s', async (_, challenge_url) => {
    const { refresh } = await onStub((_request, response) =>
      answerJson(response, { code: 21000, msg: 'forbidden', challenge_url }, 400),
    )
    expect(await refresh()).toMatchObject({ reason: 'policy', error: { challengeUrl: null } })
  })

  it('tells of no page of a check with another code', async () => {
    const { refresh } = await onStub((_request, response) =>
      answerJson(response, { code: 20010, challenge_url: CHALLENGE }, 400),
    )
    expect(await refresh()).toMatchObject({ error: { challengeUrl: null } })
  })

  it('spends the token for a new pair', async () => {
    const { refresh, refreshToken, emulator, person, feishu } = await onEmulator()
    const reply = await refresh()
    expect(reply).toEqual({
      kind: 'tokens',
      reply: {
        accessToken: expect.any(String),
        expiresIn: 7200,
        refreshToken: expect.any(String),
        refreshTokenExpiresIn: 604_800,
        scopes: ['auth:user.id:read', 'offline_access'],
      },
    })
    if (reply.kind !== 'tokens') return
    expect(reply.reply.refreshToken).not.toBe(refreshToken)
    expect(emulator.sim.tokenOwner(reply.reply.accessToken)).toMatchObject({
      openId: person.openId,
      works: true,
    })
    expect(feishu.calls.at(-1)).toMatchObject({ apiName: 'refresh_token', status: 'ok' })
    expect(await refresh(reply.reply.refreshToken ?? '')).toMatchObject({ kind: 'tokens' })
  })

  it('sends the client and the token in the form body, and no scope', async () => {
    const { refresh, stub } = await onStub((_, response) =>
      answerJson(response, { code: 0, access_token: 'u-1', token_type: 'Bearer' }),
    )
    await refresh()
    const [request] = stub.requests
    expect(request?.path).toBe('/open-apis/authen/v2/oauth/token')
    expect(request?.headers.authorization).toBeUndefined()
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: STUB_APP.appId,
      client_secret: STUB_APP.appSecret,
      refresh_token: REFRESH_TOKEN,
    })
  })

  it('has a connection of its own each time', async () => {
    const sockets = new Set<unknown>()
    const { refresh, stub } = await onStub((_, response) => {
      sockets.add(response.socket)
      answerJson(response, { code: 0, access_token: 'u-1', token_type: 'Bearer' })
    })
    await refresh()
    await refresh()
    expect(sockets.size).toBe(2)
    expect(stub.requests.map(({ headers }) => headers.connection)).toEqual(['close', 'close'])
  })

  it.each([
    ['no refresh token', {}, { refreshToken: null, refreshTokenExpiresIn: null }],
    ['an empty one', { refresh_token: '' }, { refreshToken: null }],
    ['one of a strange type', { refresh_token: 17 }, { refreshToken: null }],
    ['a scope of a strange type', { refresh_token: 'ur-2', scope: ['a'] }, { scopes: [] }],
    ['a lifetime of nothing', { refresh_token: 'ur-2', expires_in: 0 }, { expiresIn: 7200 }],
    ['an id token nobody asked for', { refresh_token: 'ur-2', id_token: 'x' }, {}],
  ])('keeps the tokens of a reply with %s', async (_, fields, expected) => {
    const { refresh } = await onStub((_request, response) =>
      answerJson(response, { code: 0, access_token: 'u-1', token_type: 'Bearer', ...fields }),
    )
    expect(await refresh()).toMatchObject({
      kind: 'tokens',
      reply: { accessToken: 'u-1', ...expected },
    })
  })

  it('of an app nobody configured is an outcome as well', async () => {
    const { oauth } = refresherAt('http://127.0.0.1:1')
    expect(await oauth.refresh({ appId: 'cli_unknown', refreshToken: 'ur-1' })).toMatchObject({
      kind: 'app_wide',
      error: { code: 'unknown_app' },
    })
  })

  it.each([
    ['plain http to another machine', 'http://feishu.example.com', REFRESH_TOKEN],
    ['an empty token', 'http://127.0.0.1:1', ''],
  ])('is not sent with %s', async (_, url, refreshToken) => {
    const { oauth, app, feishu } = refresherAt(url)
    expect(await oauth.refresh({ appId: app.appId, refreshToken })).toMatchObject({
      kind: 'setback',
      reason: 'internal',
      retryAfterSeconds: 60,
      error: { code: 'app_misconfigured' },
    })
    expect(feishu.calls).toEqual([])
  })
})

describe('a refresh that the emulator refuses', () => {
  type Refusal = readonly [string, (emulator: FeishuEmulator) => void, number, object]
  const openId = 'ou_11111111111111111111111111111111'
  const finished = (reason: string) => ({ kind: 'finished', reason })
  const REFUSALS: readonly Refusal[] = [
    ['ran out', ({ sim }) => sim.advanceClock({ seconds: 604_801 }), 20037, finished('expired')],
    [
      'was revoked by the person',
      ({ sim }) => void sim.revoke({ openId }),
      20064,
      finished('revoked'),
    ],
    [
      'belongs to somebody who left',
      ({ sim }) => sim.setPerson({ openId, status: 'resigned' }),
      20008,
      finished('user_status'),
    ],
    [
      'belongs to somebody frozen',
      ({ sim }) => sim.setPerson({ openId, status: 'frozen' }),
      20066,
      finished('user_status'),
    ],
    [
      'belongs to somebody who may not use the app',
      ({ sim }) => sim.setPerson({ openId, available: false }),
      20010,
      finished('user_status'),
    ],
    ['meets a new secret', ({ sim }) => sim.setApp({ appSecret: 'x' }), 20002, APP_WIDE],
    ['meets an app that left', ({ sim }) => sim.setApp({ installed: false }), 20009, APP_WIDE],
    ['meets a disabled app', ({ sim }) => sim.setApp({ enabled: false }), 20069, APP_WIDE],
    ['meets the switch', ({ sim }) => sim.setApp({ refreshAllowed: false }), 20074, APP_WIDE],
  ]
  it.each(REFUSALS)('because it %s', async (_, happen, feishuCode, expected) => {
    const { emulator, refresh } = await onEmulator()
    happen(emulator)
    const reply = await refresh()
    expect(bare(reply)).toEqual(expected)
    expect(reply).toMatchObject({ error: { feishuCode, logId: expect.any(String) } })
  })

  it.each([
    [20073, 'reused'],
    [20064, 'revoked'],
  ] as const)('because it was used before, told as %i', async (rotatedRefreshTokenCode, reason) => {
    const { refresh } = await onEmulator({ rotatedRefreshTokenCode })
    expect(await refresh()).toMatchObject({ kind: 'tokens' })
    expect(await refresh()).toMatchObject({
      kind: 'finished',
      reason,
      error: { code: 'authorization_required', feishuCode: rotatedRefreshTokenCode },
    })
  })

  it('because nobody knows it', async () => {
    const { refresh } = await onEmulator()
    expect(await refresh('ur-nobody')).toMatchObject({ kind: 'finished', reason: 'invalid' })
  })

  it('because too many came', async () => {
    const { emulator, refresh } = await onEmulator()
    emulator.sim.injectFault({ match: TOKEN_ROUTE, status: 429 })
    expect(bare(await refresh())).toEqual({
      kind: 'setback',
      reason: 'rate_limited',
      retryAfterSeconds: 1,
    })
    expect(await refresh()).toMatchObject({ kind: 'tokens' })
  })

  it.each([500, 503])('with its own HTTP %i, and may repeat at once', async (status) => {
    const { emulator, refresh } = await onEmulator()
    emulator.sim.injectFault({ match: TOKEN_ROUTE, status })
    expect(bare(await refresh())).toEqual({
      kind: 'setback',
      reason: 'upstream',
      retryAfterSeconds: null,
    })
    expect(await refresh()).toMatchObject({ kind: 'tokens' })
  })
})

describe('every code at a refresh', () => {
  it.each(ERROR_CODES.map(([code]) => code))('takes %i as documented', async (code) => {
    const { refresh, feishu } = await onStub((_, response) =>
      answerJson(
        response,
        { code, error: 'invalid_grant', error_description: `refused ${REFRESH_TOKEN}` },
        code === 20050 ? 500 : 400,
      ),
    )
    const reply = await refresh()
    expect(bare(reply)).toEqual(documentedAtRefresh(code))
    expect(reply).toMatchObject({ error: { feishuCode: code, logId: 'log-stub-1' } })
    expect(feishu.everything()).not.toContain('canary')
  })

  it('takes one in no table for an answer to look into; a failure of Feishu may have spent the token', async () => {
    for (const status of [200, 400, 500, 503]) {
      const { refresh } = await onStub((_, response) =>
        answerJson(response, { code: 29999, error: 'invalid_grant' }, status),
      )
      const reply = await refresh()
      expect(bare(reply)).toEqual({ kind: 'unexplained', mayBeSpent: status >= 500 })
      expect(reply).toMatchObject({ error: { feishuCode: 29999, logId: 'log-stub-1' } })
    }
  })

  it.each([
    [20072, 503, { 'retry-after': '12' }, { reason: 'upstream', retryAfterSeconds: 12 }],
    [99991400, 400, {}, { reason: 'rate_limited', retryAfterSeconds: 5 }],
    [
      99991400,
      429,
      { 'x-ogw-ratelimit-reset': '52' },
      { reason: 'rate_limited', retryAfterSeconds: 52 },
    ],
    [20026, 429, {}, { reason: 'rate_limited', retryAfterSeconds: 5 }],
  ] as const)('waits as %i with HTTP %i and %j asks', async (code, status, headers, expected) => {
    const { refresh } = await onStub((_, response) =>
      answerJson(response, { code }, status, headers),
    )
    expect(bare(await refresh())).toEqual({ kind: 'setback', ...expected })
  })

  it.each([
    ['invalid_grant', { kind: 'finished', reason: 'invalid' }],
    ['invalid_client', { kind: 'app_wide' }],
    ['unauthorized_client', { kind: 'app_wide' }],
    ['invalid_request', { kind: 'setback', reason: 'drift', retryAfterSeconds: null }],
    ['access_denied', { kind: 'unexplained', mayBeSpent: false }],
    ['slow_down', { kind: 'setback', reason: 'rate_limited', retryAfterSeconds: 5 }],
    ['temporarily_unavailable', { kind: 'setback', reason: 'upstream', retryAfterSeconds: null }],
  ])('reads %s where there is no code', async (error, expected) => {
    const { refresh } = await onStub((_, response) => answerJson(response, { error }, 400))
    expect(bare(await refresh())).toEqual(expected)
  })
})

describe('a refresh without a reply of Feishu', () => {
  it('is ambiguous when the connection is cut before Feishu worked on it, and the token lives', async () => {
    const { emulator, refresh } = await onEmulator()
    emulator.sim.injectFault({ match: TOKEN_ROUTE, cut: 'before' })
    expect(await refresh()).toMatchObject({ kind: 'ambiguous', error: { reason: 'network' } })
    expect(await refresh()).toMatchObject({ kind: 'tokens' })
  })

  it('is ambiguous when it is cut after, and the token is spent', async () => {
    const { emulator, refresh } = await onEmulator()
    emulator.sim.injectFault({ match: TOKEN_ROUTE, cut: 'after' })
    expect(bare(await refresh())).toEqual({ kind: 'ambiguous' })
    expect(await refresh()).toMatchObject({ kind: 'finished', reason: 'reused' })
  })

  it('is ambiguous beyond the cap', async () => {
    const { emulator, refresh } = await onEmulator({}, 200)
    emulator.sim.injectFault({ match: TOKEN_ROUTE, delayMs: 60_000 })
    expect(await refresh()).toMatchObject({
      kind: 'ambiguous',
      error: { reason: 'upstream_timeout' },
    })
  })

  it.each([502, 200, 404])('is ambiguous with the page of a proxy and HTTP %i', async (status) => {
    const { emulator, refresh } = await onEmulator()
    emulator.sim.injectFault({ match: TOKEN_ROUTE, status, body: '<html>Bad gateway</html>' })
    expect(bare(await refresh())).toEqual({ kind: 'ambiguous' })
  })

  it.each([
    [500, {}],
    [500, { error: 'server_error' }],
    [503, { message: 'no healthy upstream' }],
    [400, {}],
    [200, { code: 0 }],
    [200, { code: 0, access_token: '', token_type: 'Bearer' }],
    [200, { code: 0, access_token: 'u-1', token_type: 'mac' }],
    [200, []],
  ])('is ambiguous with HTTP %i and %j', async (status, body) => {
    const { refresh } = await onStub((_, response) => answerJson(response, body, status))
    expect(bare(await refresh())).toEqual({ kind: 'ambiguous' })
  })

  it('is no guess when the rate is limited without a word: nothing was spent', async () => {
    const { refresh } = await onStub((_, response) => response.writeHead(429).end())
    expect(await refresh()).toMatchObject({ kind: 'setback', reason: 'rate_limited' })
  })

  it.each([200, 400])('is ambiguous when the body of HTTP %i is cut', async (status) => {
    const body = JSON.stringify({ code: 20064, access_token: 'u-1', token_type: 'Bearer' })
    const { refresh } = await onStub((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': 500 })
      response.write(body, () => response.destroy())
    })
    expect(bare(await refresh())).toEqual({ kind: 'ambiguous' })
  })

  it('is ambiguous when the body drips in without end', async () => {
    const { refresh } = await onStub((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"code":0,')
    }, 200)
    expect(bare(await refresh())).toEqual({ kind: 'ambiguous' })
  })
})

describe('a refresh that never left', () => {
  it('is told when nobody listens', async () => {
    const { stub, refresh } = await onStub(() => undefined)
    await stub.close()
    const reply = await refresh()
    expect(bare(reply)).toEqual(NETWORK)
    expect(reply).toMatchObject({ error: { code: 'feishu_unavailable', reason: 'network' } })
  })

  it('is told when the other side does not speak TLS', async () => {
    const { stub } = await onStub((_, response) => answerJson(response, { code: 20064 }))
    const { refresh } = refresherAt(stub.url.replace('http:', 'https:'))
    expect(bare(await refresh())).toEqual(NETWORK)
    expect(stub.requests).toEqual([])
  })

  it('is told when the certificate is not to be trusted', async () => {
    let requests = 0
    const server = createTlsServer(SELF_SIGNED, (_, response) => {
      requests += 1
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    bench.keep({ close: () => server.close() })
    const { port } = server.address() as AddressInfo
    const { refresh } = refresherAt(`https://127.0.0.1:${port}`)
    expect(bare(await refresh())).toEqual(NETWORK)
    expect(requests).toBe(0)
  })

  it('is told when the handshake hangs beyond the cap', async () => {
    const server = createTcpServer((socket) => {
      bench.keep({ close: () => socket.destroy() })
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    bench.keep({ close: () => server.close() })
    const { port } = server.address() as AddressInfo
    const { refresh } = refresherAt(`https://127.0.0.1:${port}`, 200)
    expect(bare(await refresh())).toEqual(NETWORK)
  })
})
