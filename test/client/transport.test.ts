import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CardAuthError, createCardAuthClient } from '../../src/client/index.ts'
import {
  type Answer,
  API_KEY,
  createStubbedClient,
  json,
  noNetwork,
  problem,
  session,
  silence,
  TOKEN,
} from './stub-service.ts'

const NOW = new Date('2026-11-20T10:00:00.000Z')
const openId = 'ou_1'

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a call', () => {
  it('goes to the address of the service with the key, and under a path in front of it', async () => {
    const { client, sent } = createStubbedClient([json(TOKEN)], {
      baseUrl: 'https://example.com/bots/auth/',
      appId: 'cli_1',
    })
    const scopes = ['a:b', 'c']
    await client.readUserAccessToken({ openId: 'ou_1/..', scopes, minValidity: 5 })
    const query = 'app_id=cli_1&scopes=a%3Ab%2Cc&min_validity=5'
    expect(sent[0]).toMatchObject({
      method: 'GET',
      url: `https://example.com/bots/auth/v1/tokens/ou_1%2F..?${query}`,
      headers: { authorization: `Bearer ${API_KEY}` },
    })
    expect(sent[0]?.headers).not.toHaveProperty('idempotency-key')
  })

  it.each(['', '.', '..'])(
    'with the id "%s" is not sent, for it would lead elsewhere',
    async (id) => {
      const { client, sent } = createStubbedClient([json(session())])
      await expect(client.revokeUserAccessToken({ openId: id })).rejects.toMatchObject({
        code: 'invalid_request',
      })
      expect(sent).toEqual([])
    },
  )

  it('names the app of the client unless it names another', async () => {
    const { client, sent } = createStubbedClient([json(session())], { appId: 'cli_1' })
    await client.requestAuthorization({ openId, scopes: [] })
    await client.requestAuthorization({ openId, appId: 'cli_2' })
    expect(sent.map(({ body }) => body)).toEqual([
      { open_id: openId, app_id: 'cli_1' },
      { open_id: openId, app_id: 'cli_2' },
    ])
  })
})

describe('what passes by itself', () => {
  const passing: [string, Answer][] = [
    ['a network that fails', noNetwork()],
    ['a full queue', problem('rate_limited', 429)],
    ['a proxy without a service', () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
    ['a service without Feishu', problem('feishu_unavailable', 503)],
    ['a proxy that waited too long', () => new Response('', { status: 504 })],
    [
      'a narrower consent at this moment',
      problem('authorization_in_progress', 409, { headers: { 'retry-after': '1' } }),
    ],
    ['silence', silence()],
  ]

  it.each(passing)('is tried again under one idempotency key: %s', async (_, trouble) => {
    const { client, sent } = createStubbedClient([trouble, trouble, json(session())])
    const asked = client.requestAuthorization({ openId })
    await vi.runAllTimersAsync()
    expect(await asked).toMatchObject({ sessionId: 's1' })
    const keys = sent.map(({ headers }) => headers['idempotency-key'])
    expect(keys).toHaveLength(3)
    expect(keys[0]).toMatch(/^[\w-]{20,}$/)
    expect(new Set(keys).size).toBe(1)
  })

  it('is named in the end, with its cause', async () => {
    const { client, sent } = createStubbedClient([noNetwork()])
    const error = await failureOf(client.getSession('s1'))
    expect(sent).toHaveLength(4)
    expect(error).toMatchObject({ code: 'service_unreachable', status: undefined })
    expect(error.cause).toMatchObject({
      name: 'TypeError',
      message: 'fetch failed',
      cause: { code: 'ECONNREFUSED' },
    })
  })

  it('is waited for as long as the service says, and no longer than a caller would like', async () => {
    const soon = problem('feishu_unavailable', 503, { headers: { 'retry-after': '5' } })
    const patient = createStubbedClient([soon, json(TOKEN)])
    const token = patient.client.readUserAccessToken({ openId })
    await vi.advanceTimersByTimeAsync(4999)
    expect(patient.sent).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(300)
    expect(await token).toMatchObject({ accessToken: 'u-1' })

    const inAMinute = new Date(Date.now() + 60_000).toUTCString()
    for (const header of ['60', inAMinute]) {
      const late = problem('rate_limited', 429, { headers: { 'retry-after': header } })
      const { client, sent } = createStubbedClient([late])
      const error = await failureOf(client.readUserAccessToken({ openId }))
      expect(sent).toHaveLength(1)
      expect(error.retryAfter).toBeGreaterThan(58)
      expect(error.retryAfter).toBeLessThanOrEqual(60)
    }
  })

  it('is not tried again by a client that may not', async () => {
    const { client, sent } = createStubbedClient([noNetwork()], { retries: 0 })
    await failureOf(client.getSession('s1'))
    expect(sent).toHaveLength(1)
  })
})

describe('what does not pass by itself', () => {
  it.each([
    [400, 'invalid_request'],
    [401, 'unauthenticated'],
    [404, 'authorization_required'],
    [409, 'session_not_pending'],
    [422, 'person_unreachable'],
    [429, 'too_many_cards'],
    [500, 'internal_error'],
    [502, 'app_misconfigured'],
  ])('is told at once: %d %s', async (status, code) => {
    const { client, sent } = createStubbedClient([problem(code, status, { missing_scopes: ['a'] })])
    const error = await failureOf(client.getSession('s1'))
    expect(sent).toHaveLength(1)
    expect(error).toMatchObject({
      code,
      status,
      detail: 'D',
      message: 'D',
      requestId: 'r1',
      missingScopes: ['a'],
      problem: { code },
    })
  })

  it.each<[string, Answer]>([
    ['a page', () => new Response('<h1>Welcome</h1>')],
    ['a redirect', () => new Response(null, { status: 301, headers: { location: 'https://x' } })],
    ['other JSON', json({ hello: 'world' })],
    ['nothing', () => new Response(null, { status: 204 })],
    ['a list', json([])],
  ])('is not taken for an answer of the service: %s', async (_, answer) => {
    const { client, sent } = createStubbedClient([answer])
    for (const call of [
      () => client.getSession('s1'),
      () => client.readUserAccessToken({ openId }),
      () => client.listSessions(),
      () => client.getUserAccessToken({ openId }),
    ]) {
      expect(await failureOf(call())).toMatchObject({ code: 'unexpected_answer' })
    }
    expect(sent).toHaveLength(4)
  })
})

describe('the wait for a person', () => {
  const asked = json(session(), 202)
  const pending = json(session())
  const completed = json(session({ state: 'completed', granted_scopes: ['offline_access'] }))
  const waitsOf = (sent: { url: string }[]) =>
    sent.flatMap(({ url }) => new URL(url).searchParams.get('wait') ?? [])

  it('is split into calls of a minute at most', async () => {
    const { client, sent } = createStubbedClient([asked, held(pending)])
    const waiting = client.getUserAccessToken({ openId, wait: '150s' })
    expect(await failureOf(waiting)).toMatchObject({ code: 'authorization_required', status: 404 })
    expect(waitsOf(sent)).toEqual(['60', '60', '30'])
  })

  it('ends with the advice that the service has for an operator', async () => {
    const advised = json({ ...session(), advice: 'Turn it on.' }, 202)
    const { client, sent } = createStubbedClient([advised, pending])
    const error = await failureOf(client.getUserAccessToken({ openId, forceRefresh: true }))
    expect(error).toMatchObject({
      code: 'authorization_required',
      message: expect.stringContaining('Turn it on.'),
      advice: 'Turn it on.',
    })
    expect(sent[0]?.body).toEqual({ open_id: openId, force_refresh: true })
    const told = createStubbedClient([problem('authorization_required', 404, { advice: 'Do.' })])
    expect(await failureOf(told.client.readUserAccessToken({ openId }))).toMatchObject({
      advice: 'Do.',
      challengeUrl: undefined,
    })
    const challenge_url = 'https://feishu.cn/c'
    const stopped = createStubbedClient([problem('person_not_allowed', 403, { challenge_url })])
    expect(await failureOf(stopped.client.readUserAccessToken({ openId }))).toMatchObject({
      challengeUrl: challenge_url,
    })
  })

  it('asks again and again while a request goes first that its key may not see', async () => {
    const earlier = problem('authorization_in_progress', 409, {
      headers: { 'retry-after': '5' },
      session_id: 's0',
    })
    const hidden = problem('session_not_found', 404)
    const { client, sent } = createStubbedClient([earlier, hidden, earlier, hidden, json(TOKEN)])
    const waiting = client.getUserAccessToken({ openId, wait: '1m' })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await waiting).toMatchObject({ accessToken: 'u-1' })
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST', 'GET', 'POST'])
    const impatient = createStubbedClient([earlier, hidden]).client
    expect(await failureOf(impatient.getUserAccessToken({ openId }))).toMatchObject({
      code: 'authorization_in_progress',
    })
  })

  it('outlasts a service that is gone for longer than a call is tried', async () => {
    const gone = Array.from({ length: 20 }, noNetwork)
    const { client, sent } = createStubbedClient([asked, ...gone, completed, json(TOKEN)])
    const waiting = client.getUserAccessToken({ openId, wait: '10m' })
    await vi.advanceTimersByTimeAsync(120_000)
    expect(await waiting).toMatchObject({ accessToken: 'u-1' })
    expect(sent).toHaveLength(23)
  })

  it('does not press a service that answers early because it is about to stop', async () => {
    const { client, sent } = createStubbedClient([asked, pending])
    const waiting = client.getUserAccessToken({ openId, wait: '10s' })
    expect(await failureOf(waiting)).toMatchObject({ code: 'authorization_required' })
    expect(sent.length).toBeLessThanOrEqual(12)
  })

  it('says what the person did not grant', async () => {
    const scopes = ['offline_access', 'a:b']
    const ended = json(session({ state: 'completed', scopes, granted_scopes: ['offline_access'] }))
    const { client } = createStubbedClient([asked, ended])
    const request = { openId, scopes: ['a:b'], wait: 60 }
    expect(await failureOf(client.getUserAccessToken(request))).toMatchObject({
      code: 'insufficient_scope',
      missingScopes: ['a:b'],
    })
    const lacking = problem('authorization_required', 404, { missing_scopes: ['c:d'] })
    const stepped = createStubbedClient([asked, completed, lacking]).client
    expect(await failureOf(stepped.getUserAccessToken({ ...request, scopes: [] }))).toMatchObject({
      code: 'insufficient_scope',
      missingScopes: ['c:d'],
    })
  })

  it.each(['soon', -1, Number.NaN])('is a length of time, which %s is not', async (wait) => {
    const { client, sent } = createStubbedClient([asked])
    // @ts-expect-error The type does not take what the wait cannot be; JavaScript would.
    await expect(client.getUserAccessToken({ openId, wait })).rejects.toThrow(TypeError)
    expect(sent).toEqual([])
  })

  /** Answers when the wait that was asked for is over. */
  function held(answer: Answer): Answer {
    return async (request) => {
      const wait = Number(new URL(request.url).searchParams.get('wait'))
      await new Promise((resolve) => setTimeout(resolve, wait * 1000))
      return answer(request)
    }
  }
})

describe('a caller who leaves', () => {
  it.each<[string, Answer]>([
    ['an answer', silence()],
    ['another try', noNetwork()],
  ])('is let go at once while waiting for %s', async (_, answer) => {
    const { client, sent } = createStubbedClient([answer])
    const leaving = new AbortController()
    const { signal } = leaving
    const waiting = expect(client.getSession('s1', { signal })).rejects.toBe('enough')
    await vi.advanceTimersByTimeAsync(100)
    leaving.abort('enough')
    await waiting
    expect(sent).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('before the call sends nothing', async () => {
    const { client, sent } = createStubbedClient([json(TOKEN)])
    const signal = AbortSignal.abort('gone')
    await expect(client.getUserAccessToken({ openId, signal })).rejects.toBe('gone')
    expect(sent).toEqual([])
  })
})

describe('the API key', () => {
  it('is in no error, whatever fetch says of the request', async () => {
    const { client } = createStubbedClient([
      ({ headers }) => {
        const inner = Object.assign(new Error(`sent ${headers.authorization}`), { headers })
        throw Object.assign(new TypeError(`failed with ${API_KEY}`, { cause: inner }), {
          code: `E${API_KEY}`,
          request: { headers },
        })
      },
    ])
    const error = await failureOf(client.getSession('s1'))
    expect(error.code).toBe('service_unreachable')
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(API_KEY)
    expect(inspect(client, { depth: 9, showHidden: true })).not.toContain(API_KEY)
  })

  it.each(['', 'two words', 'line\nbreak', 'schlüssel'])('cannot be "%s"', (apiKey) => {
    const create = () => createCardAuthClient({ baseUrl: 'http://a', apiKey })
    expect(create).toThrow(TypeError)
    if (apiKey !== '') expect(create).not.toThrow(apiKey)
  })

  it.each(['', 'localhost:8000', 'ftp://a', 'http://u:p@a', 'http://a?b', 'http://a#b'])(
    'is not sent to "%s"',
    (baseUrl) => {
      expect(() => createCardAuthClient({ baseUrl, apiKey: API_KEY })).toThrow(TypeError)
    },
  )
})

/** The error of a call, whose pauses are passed over. */
async function failureOf(call: Promise<unknown>): Promise<CardAuthError> {
  const settled = call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  await vi.runAllTimersAsync()
  const error = await settled
  if (!(error instanceof CardAuthError)) throw new Error(`it is no CardAuthError: ${error}`)
  return error
}
