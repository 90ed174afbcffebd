import { describe, expect, it } from 'vitest'
import { hashSecret } from '../../src/auth/one-time-secret.ts'
import type { SessionFilter } from '../../src/auth/ports.ts'
import type { AuthSession } from '../../src/auth/session.ts'
import * as errors from '../../src/errors.ts'
import { PROBLEMS } from '../../src/http/problem.ts'
import { problemReply, sessionPage, sessionReply, tokenReply } from '../../src/http/v1/schemas.ts'
import { accessOf } from './access-of.ts'
import { aSession, fakeAuth } from './fake-auth.ts'
import { API_KEY, serve } from './serve.ts'

const SESSIONS = '/v1/sessions'
const ID = aSession().id
const created = fakeAuth({
  requestAuthorization: async () => ({ session: aSession(), created: true }),
})
const json = (body: unknown): RequestInit => ({
  method: 'POST',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})

describe('an API key', () => {
  it.each([
    ['is missing', {}],
    ['is wrong', { authorization: 'Bearer not-the-key' }],
    ['is empty', { authorization: 'Bearer ' }],
    ['is its own hash', { authorization: `Bearer ${hashSecret(API_KEY)}` }],
    ['comes by another scheme', { authorization: `Basic ${API_KEY}` }],
    ['has a word too many', { authorization: `Bearer ${API_KEY} x` }],
    ['is 10 KB long', { authorization: `Bearer ${'a'.repeat(10_000)}` }],
  ])('that %s is answered 401', async (_name, headers: Record<string, string>) => {
    const { get } = await serve(fakeAuth())
    const response = await get(SESSIONS, headers)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    const problem = problemReply.parse(await response.json())
    expect(problem.code).toBe('unauthenticated')
    expect(problem.request_id).toBe(response.headers.get('x-request-id'))
  })

  it('guards every route of /v1, whatever the method', async () => {
    const { url } = await serve(fakeAuth())
    const tokens = ['/v1/tokens', '/v1/tokens/ou_a', '/v1/tokens/ou_a/refresh']
    for (const path of [SESSIONS, `${SESSIONS}/x`, `${SESSIONS}/x/invalidate`, ...tokens]) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        expect((await fetch(url + path, { method })).status, `${method} ${path}`).toBe(401)
      }
    }
  })

  it('is known by its name in the log, and never shown', async () => {
    const { api, lines, untilObserved } = await serve(created)
    await api(SESSIONS)
    await untilObserved(1)
    expect(lines[0]?.fields.client).toBe('calendar-bot')
    expect(JSON.stringify(lines)).not.toContain(API_KEY)
  })

  it('cannot be guessed at speed, and a good caller is never counted', async () => {
    const { api, get, limited } = await serve(fakeAuth(), { rateLimits: { apiKeyFailures: 3 } })
    for (let call = 0; call < 5; call++) expect((await api(SESSIONS)).status).toBe(200)
    for (let guess = 0; guess < 3; guess++) expect((await get(SESSIONS)).status).toBe(401)
    const refused = await get(SESSIONS)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ code: 'rate_limited' })
    expect(limited).toEqual([SESSIONS])
  })

  it('passes when it is right, however many wrong ones came from its address', async () => {
    const { api, get, url } = await serve(fakeAuth(), { rateLimits: { apiKeyFailures: 3 } })
    const wrong = { authorization: 'Bearer another-key-that-is-wrong' }
    const statuses: number[] = []
    for (let guess = 0; guess < 4; guess++) statuses.push((await get(SESSIONS, wrong)).status)
    expect(statuses).toEqual([401, 401, 401, 429])
    expect((await api(SESSIONS)).status).toBe(200)
    expect((await fetch(url + SESSIONS)).status).toBe(429)
  })

  it('opens nothing when none is configured', async () => {
    const { api } = await serve(fakeAuth(), { access: accessOf({}) })
    expect((await api(SESSIONS)).status).toBe(401)
  })
})

describe('POST /v1/sessions', () => {
  it('asks the person and answers 201 with the session', async () => {
    const asked: unknown[] = []
    const requestAuthorization = async (request: unknown) => {
      asked.push(request)
      return { session: aSession(), created: true }
    }
    const { api } = await serve(fakeAuth({ requestAuthorization }))
    const response = await api(
      SESSIONS,
      json({
        open_id: 'ou_lin',
        app_id: 'cli_0123456789abcdef',
        scopes: ['calendar:calendar:readonly'],
        reason: ' 计划 <b>下周</b> ',
        locale: 'ja',
        chat_id: 'oc_a0553eda',
      }),
    )
    expect(response.status).toBe(201)
    expect(response.headers.get('location')).toBe(`${SESSIONS}/${ID}`)
    expect(asked).toEqual([
      {
        openId: 'ou_lin',
        appId: 'cli_0123456789abcdef',
        scopes: ['calendar:calendar:readonly'],
        reason: '计划 <b>下周</b>',
        locale: 'ja',
        chatId: 'oc_a0553eda',
      },
    ])
    const session = await response.json()
    expect(session).toEqual({
      session_id: ID,
      app_id: 'cli_0123456789abcdef',
      open_id: 'ou_lin',
      state: 'pending',
      end_reason: null,
      auth_method: 'websocket_card',
      scopes: ['calendar:calendar:readonly'],
      granted_scopes: null,
      reason: 'Plan the week',
      last_failure: null,
      card: { message_id: 'om_1', shows: 'pending', look: 'asking' },
      created_at: '2026-11-20T08:00:00.000Z',
      expires_at: '2026-11-20T08:10:00.000Z',
      ended_at: null,
    })
    expect(sessionReply.strict().parse(session)).toEqual(session)
  })

  it('answers 200 when a pending session already covers it', async () => {
    const requestAuthorization = async () => ({ session: aSession(), created: false })
    const { api } = await serve(fakeAuth({ requestAuthorization }))
    const response = await api(SESSIONS, json({ open_id: 'ou_lin' }))
    expect(response.status).toBe(200)
    expect(response.headers.has('location')).toBe(false)
  })

  it('reads a body whose content type was forgotten', async () => {
    const { api } = await serve(created)
    const response = await api(SESSIONS, { method: 'POST', body: '{"open_id":"ou_lin"}' })
    expect(response.status).toBe(201)
  })

  const LONG = 'a'.repeat(201)
  it.each<[string, unknown, string]>([
    ['no open_id', {}, 'open_id'],
    ['an open_id of another kind', { open_id: 'on_lin' }, 'open_id'],
    ['an open_id that is too long', { open_id: `ou_${'a'.repeat(65)}` }, 'open_id'],
    ['an open_id with a NUL', { open_id: 'ou_a\u0000' }, 'open_id'],
    ['an open_id that is a list', { open_id: ['ou_lin'] }, 'open_id'],
    ['scopes that are text', { open_id: 'ou_lin', scopes: 'a b' }, 'scopes'],
    ['no scope in the list', { open_id: 'ou_lin', scopes: [] }, 'scopes'],
    ['51 scopes', { open_id: 'ou_lin', scopes: Array(51).fill('a:b') }, 'scopes'],
    ['a scope with a space', { open_id: 'ou_lin', scopes: ['a b'] }, 'scopes.0'],
    ['a reason of 201 characters', { open_id: 'ou_lin', reason: LONG }, 'reason'],
    ['a reason with a NUL', { open_id: 'ou_lin', reason: 'a\u0000b' }, 'reason'],
    ['a reason with half a character', { open_id: 'ou_lin', reason: 'a\ud800b' }, 'reason'],
    ['a language we do not speak', { open_id: 'ou_lin', locale: 'fr' }, 'locale'],
    ['a chat_id of another kind', { open_id: 'ou_lin', chat_id: 'ou_lin' }, 'chat_id'],
    ['an app id of another kind', { open_id: 'ou_lin', app_id: '../etc' }, 'app_id'],
    ['a field there is not', { open_id: 'ou_lin', scope: ['a:b'] }, 'scope'],
    [
      'a secret where a name belongs',
      { open_id: 'ou_lin', [`eyJ${'aB3-'.repeat(20)}`]: 1 },
      'body',
    ],
    ['a list', [], 'body'],
  ])('answers 400 to %s and names the field', async (_name, body, field) => {
    const { api } = await serve(fakeAuth())
    const response = await api(SESSIONS, json(body))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      code: 'invalid_request',
      status: 400,
      errors: expect.arrayContaining([{ field, problem: expect.any(String) }]),
    })
  })

  it.each([
    ['JSON that is not JSON', '{"open_id":'],
    ['a bare word', 'hello'],
    ['a number', '1'],
    ['null', 'null'],
    ['nothing', ''],
    ['bytes that are not text', '\u0000\u0001'],
  ])('answers 400 to %s', async (_name, body) => {
    const { api } = await serve(fakeAuth())
    const response = await api(SESSIONS, json(body))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'invalid_request' })
  })

  it('counts characters, not bytes or halves, in the reason', async () => {
    const { api } = await serve(created)
    const response = await api(SESSIONS, json({ open_id: 'ou_lin', reason: '𠮷'.repeat(200) }))
    expect(response.status).toBe(201)
  })

  it('answers 413 to a body of more than 64 KB', async () => {
    const { api } = await serve(fakeAuth())
    const response = await api(SESSIONS, json({ open_id: 'ou_lin', reason: 'a'.repeat(70_000) }))
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ code: 'payload_too_large' })
  })
})

describe('GET /v1/sessions', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 8, minute))
  const all = Array.from({ length: 5 }, (_, index) =>
    aSession({ id: `session-${5 - index}`, createdAt: at(5 - index) }),
  )
  const listSessions = async ({ before, limit }: SessionFilter): Promise<AuthSession[]> =>
    all.filter(({ createdAt }) => !before || createdAt < before.createdAt).slice(0, limit)

  it('walks through every session once, newest first', async () => {
    const { api } = await serve(fakeAuth(), { listSessions })
    const seen: string[] = []
    let cursor: string | null = ''
    let pages = 0
    while (cursor !== null) {
      const query: string = `limit=2${cursor ? `&cursor=${cursor}` : ''}`
      const page = sessionPage.parse(await (await api(`${SESSIONS}?${query}`)).json())
      seen.push(...page.sessions.map((session) => session.session_id))
      cursor = page.next_cursor
      pages++
    }
    expect(seen).toEqual(['session-5', 'session-4', 'session-3', 'session-2', 'session-1'])
    expect(pages).toBe(3)
  })

  it('has no further page when the last one is exactly full', async () => {
    const { api } = await serve(fakeAuth(), { listSessions })
    const page = sessionPage.parse(await (await api(`${SESSIONS}?limit=5`)).json())
    expect(page.next_cursor).toBeNull()
    expect(page.sessions).toHaveLength(5)
  })

  it('hands the store the filter, and the place of the cursor to the millisecond', async () => {
    const filters: SessionFilter[] = []
    const { api } = await serve(fakeAuth(), {
      listSessions: async (filter) => {
        filters.push(filter)
        return all
      },
    })
    const query = 'open_id=ou_lin&app_id=cli_0123456789abcdef&state=expired&limit=1'
    const first = sessionPage.parse(await (await api(`${SESSIONS}?${query}`)).json())
    await api(`${SESSIONS}?cursor=${first.next_cursor}`)
    expect(filters).toEqual([
      {
        openId: 'ou_lin',
        appId: 'cli_0123456789abcdef',
        state: 'expired',
        before: undefined,
        limit: 2,
      },
      { before: { createdAt: at(5), id: 'session-5' }, limit: 51 },
    ])
  })

  const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  it.each([
    ['cursor', 'cursor=nonsense'],
    ['cursor', 'cursor=%00'],
    ['cursor', `cursor=${forged([1e300, 'id'])}`],
    ['cursor', `cursor=${forged([1, "id' OR 1=1"])}`],
    ['cursor', `cursor=${forged({ a: 1 })}`],
    ['cursor', 'cursor=a&cursor=b'],
    ['cursor', `cursor=${'a'.repeat(9000)}`],
    ['state', 'state=done'],
    ['open_id', 'open_id='],
    ['limit', 'limit=0'],
    ['limit', 'limit=101'],
    ['limit', 'limit=1e1'],
    ['openid', 'openid=ou_lin'],
  ])('answers 400 about %s to ?%s', async (field, query) => {
    const { api } = await serve(fakeAuth())
    const response = await api(`${SESSIONS}?${query}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'invalid_request', errors: [{ field }] })
  })
})

describe('GET /v1/sessions/{session_id}', () => {
  it('answers at once without wait', async () => {
    const { api } = await serve(fakeAuth({ readSession: async (id) => aSession({ id }) }))
    expect(await (await api(`${SESSIONS}/some-id`)).json()).toMatchObject({ session_id: 'some-id' })
  })

  it.each(['wait=61', 'wait=-1', 'wait=1.5', 'wait=', 'wait=%20', 'wait=0x1', 'wait=1&wait=2'])(
    'answers 400 to %s',
    async (query) => {
      const { api } = await serve(fakeAuth())
      const response = await api(`${SESSIONS}/${ID}?${query}`)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ errors: [{ field: 'wait' }] })
    },
  )

  it.each(['a%00b', `${'a'.repeat(65)}`, '%E0%A4%A'])('answers 400 to the id %s', async (id) => {
    const { api } = await serve(fakeAuth())
    expect((await api(`${SESSIONS}/${id}`)).status).toBe(400)
  })

  it('stops waiting when the caller leaves', async () => {
    let left: () => void = () => {}
    let began: () => void = () => {}
    const hasLeft = new Promise<void>((resolve) => {
      left = resolve
    })
    const hasBegun = new Promise<void>((resolve) => {
      began = resolve
    })
    const { api, observed, untilObserved } = await serve(
      fakeAuth({
        readSession: async () => aSession(),
        waitForSession: async (_id, milliseconds, signal) => {
          expect(milliseconds).toBe(60_000)
          began()
          await new Promise<void>((resolve) =>
            signal?.addEventListener('abort', () => resolve(), { once: true }),
          )
          left()
          return aSession()
        },
      }),
    )
    const caller = new AbortController()
    const call = api(`${SESSIONS}/${ID}?wait=60`, { signal: caller.signal })
    await hasBegun
    caller.abort()
    await expect(call).rejects.toThrow()
    await hasLeft
    await untilObserved(1)
    expect(observed[0]).toMatchObject({ endpoint: '/v1/sessions/{session_id}', statusCode: 499 })
  })

  it('lets waiters go when the server closes, and answers them', async () => {
    let began: () => void = () => {}
    const hasBegun = new Promise<void>((resolve) => {
      began = resolve
    })
    const { api, close } = await serve(
      fakeAuth({
        readSession: async () => aSession(),
        waitForSession: async (_id, _milliseconds, signal) => {
          began()
          await new Promise<void>((resolve) =>
            signal?.addEventListener('abort', () => resolve(), { once: true }),
          )
          return aSession()
        },
      }),
    )
    const call = api(`${SESSIONS}/${ID}?wait=60`)
    await hasBegun
    await close()
    expect(await (await call).json()).toMatchObject({ state: 'pending' })
  })
})

describe('POST /v1/sessions/{session_id}/invalidate', () => {
  it('answers the session as it now is', async () => {
    const invalidateSession = async (id: string) =>
      aSession({ id, state: 'expired', endReason: 'invalidated', endedAt: new Date(0) })
    const { api } = await serve(
      fakeAuth({ readSession: async () => aSession(), invalidateSession }),
    )
    const response = await api(`${SESSIONS}/${ID}/invalidate`, { method: 'POST' })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      state: 'expired',
      end_reason: 'invalidated',
      ended_at: '1970-01-01T00:00:00.000Z',
    })
  })
})

describe('GET /v1/tokens/{open_id}', () => {
  it('hands out the token', async () => {
    const asked: unknown[] = []
    const { api, lines, untilObserved } = await serve(
      fakeAuth({
        readUserAccessToken: async (request) => {
          asked.push(request)
          return {
            accessToken: 'eyJ-secret',
            expiresAt: new Date('2026-11-20T10:00:00.000Z'),
            scopes: ['a:b', 'c:d'],
            openId: 'ou_lin',
            appId: 'cli_0123456789abcdef',
          }
        },
      }),
    )
    const query = 'scopes=a:b,%20c:d&min_validity=300&app_id=cli_0123456789abcdef'
    const response = await api(`/v1/tokens/ou_lin?${query}`)
    expect(response.status).toBe(200)
    const token = await response.json()
    expect(token).toEqual({
      access_token: 'eyJ-secret',
      token_type: 'Bearer',
      expires_at: '2026-11-20T10:00:00.000Z',
      scopes: ['a:b', 'c:d'],
      open_id: 'ou_lin',
      app_id: 'cli_0123456789abcdef',
    })
    expect(tokenReply.strict().parse(token)).toEqual(token)
    expect(asked).toEqual([
      {
        openId: 'ou_lin',
        appId: 'cli_0123456789abcdef',
        scopes: ['a:b', 'c:d'],
        minValidity: 300,
      },
    ])
    await untilObserved(1)
    expect(JSON.stringify(lines)).not.toMatch(/eyJ-secret|ou_lin/)
  })

  it.each([
    ['open_id', '/v1/tokens/nobody'],
    ['scopes', '/v1/tokens/ou_lin?scopes='],
    ['scopes.1', '/v1/tokens/ou_lin?scopes=a:b,<script>'],
    ['min_validity', '/v1/tokens/ou_lin?min_validity=-1'],
    ['min_validity', '/v1/tokens/ou_lin?min_validity=3601'],
    ['app_id', '/v1/tokens/ou_lin?app_id='],
  ])('answers 400 about %s to %s', async (field, path) => {
    const { api } = await serve(fakeAuth())
    const response = await api(path)
    expect(response.status).toBe(400)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ code: 'invalid_request', errors: [{ field }] })
    expect(text).not.toContain('<script>')
  })
})

describe('a typed error', () => {
  const facts = { feishuCode: 20050, logId: '20261120-log', cause: new Error('secret-cause') }
  const app = {
    appId: 'cli_0123456789abcdef',
    openId: 'ou_lin',
    missingScopes: ['a:b'],
    why: 'Why.',
  }
  const log = { feishu_code: 20050, log_id: '20261120-log' }
  const CASES: [errors.CardAuthError, number, Record<string, unknown>][] = [
    [
      new errors.AppMisconfiguredError('bad_client', 'The app secret is wrong.', facts),
      502,
      { reason: 'bad_client', ...log },
    ],
    [new errors.AuthorizationCodeExpiredError(facts), 400, log],
    [new errors.AuthorizationCodeUsedError(facts), 400, log],
    [new errors.AuthorizationExpiredError('It ran out.'), 410, {}],
    [new errors.AuthorizationInProgressError(), 409, {}],
    [
      new errors.AuthorizationInProgressError({ sessionId: 'x', retryAfterSeconds: 5 }),
      409,
      { session_id: 'x' },
    ],
    [new errors.AuthorizationRejectedError(), 403, {}],
    [
      new errors.AuthorizationRequiredError(app),
      404,
      { missing_scopes: ['a:b'], open_id: 'ou_lin' },
    ],
    [new errors.CardGoneError(facts), 410, log],
    [new errors.ConfigurationError([]), 500, {}],
    [
      new errors.FeishuUnavailableError('upstream_5xx', { ...facts, retryAfterSeconds: 7 }),
      503,
      { reason: 'upstream_5xx', ...log },
    ],
    [new errors.IdentityMismatchError(), 403, {}],
    [new errors.InsufficientScopeError(['a:b']), 403, { missing_scopes: ['a:b'] }],
    [new errors.PersonNotAllowedError('Not allowed.', facts), 403, log],
    [
      new errors.PersonNotAllowedError('A check is due.', { challengeUrl: 'https://feishu.cn/c' }),
      403,
      { challenge_url: 'https://feishu.cn/c' },
    ],
    [new errors.PersonUnreachableError('No card reaches them.', facts), 422, log],
    [new errors.PkceFailedError(facts), 400, log],
    [new errors.SchemaTooNewError(9, 8), 500, {}],
    [new errors.AuthSessionNotFoundError('x'), 404, {}],
    [new errors.SessionNotPendingError('x', 'completed'), 409, { state: 'completed' }],
    [new errors.InvalidStateError(), 400, {}],
    [new errors.StoreUnavailableError('find', facts.cause), 503, {}],
    [new errors.TokenRefreshFailedError('ambiguous', 5), 503, { reason: 'ambiguous' }],
    [new errors.TokenUnreadableError('bad_key'), 500, {}],
    [new errors.TooManyCardsError('cool_down', 30), 429, { reason: 'cool_down' }],
    [new errors.UnknownAppError('cli_x'), 422, {}],
  ]

  it.each(CASES.map(([error, ...rest]) => [error.code, error, ...rest] as const))(
    '%s leaves as a problem',
    async (code, error, status, members) => {
      const { api, lines, untilObserved } = await serve(
        fakeAuth({ requestAuthorization: () => Promise.reject(error) }),
      )
      const response = await api(SESSIONS, json({ open_id: 'ou_lin' }))
      expect(response.status).toBe(status)
      expect(response.headers.get('content-type')).toContain('application/problem+json')
      const problem = problemReply.parse(await response.json())
      expect(problem).toMatchObject({
        type: `urn:feishu-card-auth:problem:${code}`,
        status,
        code,
        detail: error.message,
        ...members,
      })
      await untilObserved(1)
      expect(lines[0]?.fields).toMatchObject({ code, error_name: error.name })
      expect(JSON.stringify([problem, lines])).not.toContain('secret-cause')
    },
  )

  it('of every code is covered above', () => {
    const httpOnly = [
      'unauthenticated',
      'forbidden',
      'invalid_request',
      'idempotency_key_reused',
      'idempotency_in_progress',
      'not_found',
      'method_not_allowed',
      'rate_limited',
      'payload_too_large',
      'internal_error',
    ]
    const covered = [...new Set(CASES.map(([error]) => error.code)), ...httpOnly]
    expect(covered.sort()).toEqual(Object.keys(PROBLEMS).sort())
  })

  it.each([
    [new errors.FeishuUnavailableError('rate_limited', { retryAfterSeconds: 6.2 }), '7'],
    [new errors.FeishuUnavailableError('network', { retryAfterSeconds: 0 }), '1'],
    [new errors.TokenRefreshFailedError('ambiguous', 8.2), '9'],
    [new errors.AuthorizationInProgressError(), '1'],
    [new errors.AuthorizationInProgressError({ sessionId: 'x', retryAfterSeconds: 5 }), '5'],
    [new errors.StoreUnavailableError('find', null), '5'],
  ])('that may pass says when to try again (%#)', async (error, seconds) => {
    const { api } = await serve(fakeAuth({ readSession: () => Promise.reject(error) }))
    const response = await api(`${SESSIONS}/${ID}`)
    expect(response.headers.get('retry-after')).toBe(seconds)
  })

  it('is told from an unforeseen one, of which nothing is said', async () => {
    const error = new TypeError('secret eyJhbGciOi at https://x/?code=1', {
      cause: new RangeError('secret'),
    })
    const { api, lines, untilObserved } = await serve(
      fakeAuth({ readSession: () => Promise.reject(error) }),
    )
    const response = await api(`${SESSIONS}/${ID}`)
    expect(response.status).toBe(500)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ code: 'internal_error' })
    await untilObserved(1)
    expect(lines[0]).toMatchObject({
      level: 'error',
      event: 'http_error',
      fields: { error_name: 'TypeError', cause_name: 'RangeError' },
    })
    expect(lines[0]?.fields.stack).toMatch(/^ {4}at /)
    expect(text + JSON.stringify(lines)).not.toMatch(/secret|eyJ|code=1/)
  })
})
