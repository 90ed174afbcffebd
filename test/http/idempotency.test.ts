import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createIdempotency } from '../../src/access/idempotency.ts'
import { createTokenCipher, type EncryptionKey } from '../../src/auth/token-cipher.ts'
import * as errors from '../../src/errors.ts'
import type { HttpAuth } from '../../src/http/http-neighbours.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createRequestsInMemory } from '../support/requests-in-memory.ts'
import { accessOf } from './access-of.ts'
import { APP, aSession, fakeAuth } from './fake-auth.ts'
import { API_KEY, serve } from './serve.ts'

const SESSIONS = '/v1/sessions'
const TOKENS = '/v1/tokens'
const REFRESH = '/v1/tokens/ou_lin/refresh'
const KEY = '8e03978e-40d5-43e8-bc93-6894a57f9324'

const OLD_KEY: EncryptionKey = { id: 'old', key: randomBytes(32) }
const NEW_KEY: EncryptionKey = { id: 'new', key: randomBytes(32) }

const token = (accessToken: string) => ({
  accessToken,
  expiresAt: new Date('2026-11-20T10:00:00.000Z'),
  scopes: ['a:b'],
  openId: 'ou_lin',
  appId: APP.appId,
})

/** The service with a memory of requests that outlives it; how often it worked is counted. */
async function begin(answers: Partial<HttpAuth> = {}, shared = memory()) {
  const served = await serve(
    fakeAuth({
      async requestAuthorization() {
        shared.worked++
        return { session: aSession(), created: true }
      },
      ...answers,
    }),
    {
      access: accessOf({ 'another-key': { name: 'other' }, [API_KEY]: { name: 'calendar-bot' } }),
      idempotency: createIdempotency({
        requests: shared.requests,
        cipher: createTokenCipher({ keys: [shared.sealingKey] }),
        clock: shared.clock,
      }),
    },
  )
  const post = (path: string, body: unknown, key: string | null = KEY, as = API_KEY) =>
    fetch(served.url + path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: {
        authorization: `Bearer ${as}`,
        ...(key === null ? {} : { 'idempotency-key': key }),
      },
    })
  return { ...served, ...shared, shared, post }
}

function memory() {
  return {
    requests: createRequestsInMemory(),
    clock: createFakeClock(),
    sealingKey: OLD_KEY,
    worked: 0,
  }
}

const LIN = { open_id: 'ou_lin' }

describe('an Idempotency-Key', () => {
  it('has a request done once; the repeat gets the same status, place and body', async () => {
    const { post, shared } = await begin()
    const [first, again] = [await post(SESSIONS, LIN), await post(SESSIONS, LIN)]
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(await again.text()).toBe(await first.text())
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
    expect(shared.worked).toBe(1)
  })

  it('is not needed: two requests without one are two', async () => {
    const { post, shared } = await begin()
    await post(SESSIONS, LIN, null)
    await post(SESSIONS, LIN, null)
    expect(shared.worked).toBe(2)
  })

  it('means the same in quotes, and the order of fields does not matter', async () => {
    const { post, shared } = await begin()
    await post(SESSIONS, '{"open_id":"ou_lin","reason":"x"}', `"${KEY}"`)
    const again = await post(SESSIONS, '{ "reason": "x", "open_id": "ou_lin" }', KEY)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(shared.worked).toBe(1)
  })

  it.each([
    ['another body', SESSIONS, { open_id: 'ou_alex' }],
    ['another path', TOKENS, LIN],
  ])('with %s is refused', async (_name, path, body) => {
    const { post, shared } = await begin()
    await post(SESSIONS, LIN)
    const other = await post(path, body)
    expect(other.status).toBe(422)
    expect(await other.json()).toMatchObject({ code: 'idempotency_key_reused', status: 422 })
    expect(shared.worked).toBe(1)
  })

  it('belongs to the API key that sent it', async () => {
    const { post, shared } = await begin()
    await post(SESSIONS, LIN)
    const theirs = await post(SESSIONS, LIN, KEY, 'another-key')
    expect(theirs.headers.get('idempotency-replayed')).toBeNull()
    expect(shared.worked).toBe(2)
  })

  it.each([
    ['', 'empty'],
    ['a b', 'of two words'],
    ['x'.repeat(256), 'too long'],
  ])('%j is %s and answered 400 by its name', async (key) => {
    const { post, shared } = await begin()
    const response = await post(SESSIONS, LIN, key)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      code: 'invalid_request',
      errors: [{ field: 'Idempotency-Key' }],
    })
    expect(shared.worked).toBe(0)
  })

  it('of 255 characters is fine', async () => {
    const { post } = await begin()
    expect((await post(SESSIONS, LIN, 'x'.repeat(255))).status).toBe(201)
  })

  it('whose first request is at work is told to wait', async () => {
    const session = aSession()
    let letGo = () => {}
    const working = new Promise<void>((resolve) => {
      letGo = resolve
    })
    let begun = () => {}
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    const { post } = await begin({
      async requestAuthorization() {
        begun()
        await working
        return { session, created: true }
      },
    })
    const first = post(SESSIONS, LIN)
    await isBegun
    const early = await post(SESSIONS, LIN)
    expect(early.status).toBe(409)
    expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await early.json()).toMatchObject({ code: 'idempotency_in_progress' })
    letGo()
    expect((await first).status).toBe(201)
    expect((await post(SESSIONS, LIN)).headers.get('idempotency-replayed')).toBe('true')
  })

  it('of a request that died is taken over when its time is up', async () => {
    const { post, requests, clock, shared } = await begin()
    const answer = requests.answer
    requests.answer = async () => false
    await post(SESSIONS, LIN)
    requests.answer = answer
    expect((await post(SESSIONS, LIN)).status).toBe(409)
    clock.advance(46_000)
    expect((await post(SESSIONS, LIN)).status).toBe(201)
    expect(shared.worked).toBe(2)
    expect((await post(SESSIONS, LIN)).headers.get('idempotency-replayed')).toBe('true')
  })

  it('is forgotten after a day', async () => {
    const { post, clock, shared } = await begin()
    await post(SESSIONS, LIN)
    clock.advance(86_400_000)
    await post(SESSIONS, LIN)
    expect(shared.worked).toBe(1)
    clock.advance(1)
    expect((await post(SESSIONS, LIN)).headers.get('idempotency-replayed')).toBeNull()
    expect(shared.worked).toBe(2)
  })

  it('works across instances, and across a restart', async () => {
    const shared = memory()
    const one = await begin({}, shared)
    const other = await begin({}, shared)
    const first = await (await one.post(SESSIONS, LIN)).text()
    expect(await (await other.post(SESSIONS, LIN)).text()).toBe(first)
    expect(shared.worked).toBe(1)
  })
})

describe('an answer', () => {
  it.each([
    ['of trouble at Feishu', new errors.FeishuUnavailableError('upstream_5xx'), 503],
    ['of trouble here', new Error('boom'), 500],
    ['of too many cards', new errors.TooManyCardsError('cool_down', 30), 429],
    ['that says when to come again', new errors.AuthorizationInProgressError(), 409],
  ])('%s is not kept, so a repeat really tries again', async (_name, error, status) => {
    let calls = 0
    const { post } = await begin({
      async requestAuthorization() {
        calls++
        if (calls === 1) throw error
        return { session: aSession(), created: true }
      },
    })
    expect((await post(SESSIONS, LIN)).status).toBe(status)
    const again = await post(SESSIONS, LIN)
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, null])
  })

  it('of a refusal by the door is not kept: nothing was done', async () => {
    const { post } = await begin()
    expect((await post(SESSIONS, { open_id: 'nobody' })).status).toBe(400)
    expect((await post(SESSIONS, LIN)).status).toBe(201)
  })

  it('of a final refusal is kept whole', async () => {
    let calls = 0
    const { post } = await begin({
      async requestAuthorization() {
        calls++
        throw new errors.PersonUnreachableError('No card reaches them.')
      },
    })
    const [first, again] = [await post(SESSIONS, LIN), await post(SESSIONS, LIN)]
    expect(again.status).toBe(422)
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
    expect(await again.text()).toBe(await first.text())
    expect(calls).toBe(1)
  })

  it('is kept sealed, and opens in its own row only', async () => {
    const { post, requests } = await begin()
    await post(SESSIONS, LIN)
    const [row] = [...requests.rows.values()]
    if (!row) throw new Error('nothing was kept')
    expect(JSON.stringify([...requests.rows.values()])).not.toMatch(/ou_lin|8e03978e|session_id/)
    requests.rows.set(row.keyHash, { ...row, sealedReply: `${row.sealedReply?.slice(0, -4)}AAAA` })
    const damaged = await post(SESSIONS, LIN)
    expect(damaged.status).toBe(500)
    expect(await damaged.json()).toMatchObject({ code: 'token_unreadable' })
  })

  it('sealed with a key that is retired counts as never given', async () => {
    const shared = memory()
    const before = await begin({}, shared)
    await before.post(SESSIONS, LIN)
    shared.sealingKey = NEW_KEY
    const after = await begin({}, shared)
    expect((await after.post(SESSIONS, LIN)).headers.get('idempotency-replayed')).toBeNull()
    expect(shared.worked).toBe(2)
    expect((await after.post(SESSIONS, LIN)).headers.get('idempotency-replayed')).toBe('true')
  })

  it('that could not be kept still reaches its caller, and is told in the log', async () => {
    const { post, requests, lines } = await begin()
    requests.answer = () => Promise.reject(new errors.StoreUnavailableError('answer', null))
    expect((await post(SESSIONS, LIN)).status).toBe(201)
    expect(lines).toContainEqual(expect.objectContaining({ event: 'store_trouble' }))
  })
})

describe('a token', () => {
  it('is never kept, and a repeat reads the one that works now', async () => {
    const asked: unknown[] = []
    const { post, requests } = await begin({
      async readUserAccessToken(request) {
        asked.push(request)
        return token(asked.length === 1 ? 'eyJ-first' : 'eyJ-newest')
      },
    })
    const first = await post(REFRESH, {})
    expect(await first.json()).toMatchObject({ access_token: 'eyJ-first' })
    expect([...requests.rows.values()].map(({ sealedReply }) => sealedReply?.length)).toEqual([
      expect.any(Number),
    ])
    const again = await post(REFRESH, {})
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(await again.json()).toMatchObject({ access_token: 'eyJ-newest' })
    // The first insists on a new token; the repeat does not.
    expect(asked).toEqual([
      expect.objectContaining({ openId: 'ou_lin', forceRefresh: true }),
      expect.not.objectContaining({ forceRefresh: true }),
    ])
  })

  it('that was revoked meanwhile is not handed out, and no second card is sent', async () => {
    let cards = 0
    const { post } = await begin({
      getUserAccessToken: Object.assign(() => Promise.reject(new Error('not expected')), {
        async orSession() {
          cards++
          return { kind: 'token' as const, token: token('eyJ-revoked') }
        },
      }),
      readUserAccessToken: () =>
        Promise.reject(
          new errors.AuthorizationRequiredError({
            appId: APP.appId,
            openId: 'ou_lin',
            missingScopes: ['a:b'],
            why: 'The authorization was revoked.',
          }),
        ),
    })
    expect((await post(TOKENS, LIN)).status).toBe(200)
    const again = await post(TOKENS, LIN)
    expect(again.status).toBe(404)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(await again.text()).not.toContain('eyJ')
    expect(cards).toBe(1)
  })

  it('whose caller left before the answer can be asked for again', async () => {
    let calls = 0
    const { url, shared, untilObserved } = await begin({
      getUserAccessToken: Object.assign(() => Promise.reject(new Error('not expected')), {
        async orSession({ signal }: { signal?: AbortSignal | undefined }) {
          calls++
          if (calls > 1) return { kind: 'token' as const, token: token('eyJ-second') }
          await new Promise((resolve) => signal?.addEventListener('abort', resolve))
          return { kind: 'asked' as const, session: aSession(), created: true, advice: null }
        },
      }),
    })
    const leaving = new AbortController()
    const send = (signal: AbortSignal | null) =>
      fetch(url + TOKENS, {
        method: 'POST',
        body: JSON.stringify({ ...LIN, wait: 60 }),
        headers: { authorization: `Bearer ${API_KEY}`, 'idempotency-key': KEY },
        signal,
      })
    const first = send(leaving.signal).catch(() => null)
    await expect.poll(() => calls).toBe(1)
    leaving.abort()
    await first
    await untilObserved(1)
    await expect.poll(() => shared.requests.rows.size).toBe(0)
    expect(await (await send(null)).json()).toMatchObject({ access_token: 'eyJ-second' })
  })
})
