import { describe, expect, it } from 'vitest'
import type { UserAccessToken } from '../../src/auth/grant.ts'
import { AuthorizationRequiredError } from '../../src/errors.ts'
import { tokenReply } from '../../src/http/v1/schemas.ts'
import { APP, aSession, fakeAuth } from './fake-auth.ts'
import { serve } from './serve.ts'

const TOKEN: UserAccessToken = {
  accessToken: 'eyJ-secret',
  expiresAt: new Date('2026-11-20T10:00:00.000Z'),
  scopes: ['a:b'],
  openId: 'ou_lin',
  appId: APP.appId,
}
const post = (body?: unknown): RequestInit => ({
  method: 'POST',
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
})

type OrSession = ReturnType<typeof fakeAuth>['getUserAccessToken']['orSession']

/** The one call, answered by the test. */
function answering(orSession: OrSession) {
  const never = () => Promise.reject(new Error('the answer may be a session'))
  return fakeAuth({ getUserAccessToken: Object.assign(never, { orSession }) })
}

describe('POST /v1/tokens', () => {
  it('answers 200 with the token, and hands everything on', async () => {
    const asked: unknown[] = []
    const { api, lines, untilObserved } = await serve(
      answering(async ({ signal, ...request }) => {
        asked.push(request)
        expect(signal).toBeInstanceOf(AbortSignal)
        return { kind: 'token', token: TOKEN }
      }),
    )
    const response = await api(
      '/v1/tokens',
      post({
        open_id: 'ou_lin',
        app_id: APP.appId,
        scopes: ['a:b'],
        reason: 'Plan the week',
        locale: 'ja',
        chat_id: 'oc_a0553eda',
        min_validity: 300,
        force_refresh: true,
        wait: 30,
      }),
    )
    expect(response.status).toBe(200)
    const token = await response.json()
    expect(tokenReply.strict().parse(token)).toMatchObject({ access_token: 'eyJ-secret' })
    expect(asked).toEqual([
      {
        openId: 'ou_lin',
        appId: APP.appId,
        scopes: ['a:b'],
        reason: 'Plan the week',
        locale: 'ja',
        chatId: 'oc_a0553eda',
        minValidity: 300,
        forceRefresh: true,
        waitMilliseconds: 30_000,
      },
    ])
    await untilObserved(1)
    expect(JSON.stringify(lines)).not.toMatch(/eyJ-secret|ou_lin/)
  })

  it('answers 202 with the waiting session and says where it is', async () => {
    const { api } = await serve(
      answering(async () => ({
        kind: 'asked',
        session: aSession(),
        created: true,
        advice: 'Turn it on.',
      })),
    )
    const response = await api('/v1/tokens', post({ open_id: 'ou_lin' }))
    expect(response.status).toBe(202)
    expect(response.headers.get('location')).toBe(`/v1/sessions/${aSession().id}`)
    expect(await response.json()).toMatchObject({
      state: 'pending',
      open_id: 'ou_lin',
      advice: 'Turn it on.',
    })
  })

  it('lets waiters go when the server closes, and answers them', async () => {
    let began: () => void = () => {}
    const hasBegun = new Promise<void>((resolve) => {
      began = resolve
    })
    const { api, close } = await serve(
      answering(async ({ signal }) => {
        began()
        await new Promise<void>((resolve) =>
          signal?.addEventListener('abort', () => resolve(), { once: true }),
        )
        return { kind: 'asked', session: aSession(), created: true, advice: null }
      }),
    )
    const call = api('/v1/tokens', post({ open_id: 'ou_lin', wait: 60 }))
    await hasBegun
    await close()
    expect((await call).status).toBe(202)
  })

  it.each<[string, unknown]>([
    ['open_id', {}],
    ['wait', { open_id: 'ou_lin', wait: 61 }],
    ['wait', { open_id: 'ou_lin', wait: -1 }],
    ['wait', { open_id: 'ou_lin', wait: 1.5 }],
    ['wait', { open_id: 'ou_lin', wait: '30' }],
    ['min_validity', { open_id: 'ou_lin', min_validity: 3601 }],
    ['scopes', { open_id: 'ou_lin', scopes: [] }],
    ['force_refresh', { open_id: 'ou_lin', force_refresh: 'yes' }],
  ])('answers 400 about %s to %j', async (field, body) => {
    const { api } = await serve(fakeAuth())
    const response = await api('/v1/tokens', post(body))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'invalid_request', errors: [{ field }] })
  })
})

describe('POST /v1/tokens/{open_id}/refresh', () => {
  it.each<[string, string, unknown]>([
    ['no app', '', undefined],
    ['an empty body', '', {}],
    ['the app in the body', '', { app_id: APP.appId }],
    ['the app in the query', `?app_id=${APP.appId}`, undefined],
    ['the same app twice', `?app_id=${APP.appId}`, { app_id: APP.appId }],
  ])('insists on a new token, given %s', async (_name, query, body) => {
    const asked: unknown[] = []
    const { api } = await serve(
      fakeAuth({
        readUserAccessToken: async (request) => {
          asked.push(request)
          return TOKEN
        },
      }),
    )
    const response = await api(`/v1/tokens/ou_lin/refresh${query}`, post(body))
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ access_token: 'eyJ-secret' })
    expect(asked).toEqual([{ openId: 'ou_lin', appId: APP.appId, forceRefresh: true }])
  })

  it('answers 404 when only the person can help', async () => {
    const facts = {
      appId: APP.appId,
      openId: 'ou_lin',
      missingScopes: [],
      why: 'Why.',
      advice: 'Do.',
    }
    const { api } = await serve(
      fakeAuth({
        readUserAccessToken: () => Promise.reject(new AuthorizationRequiredError(facts)),
      }),
    )
    const response = await api('/v1/tokens/ou_lin/refresh', post())
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({
      code: 'authorization_required',
      advice: 'Do.',
      detail: expect.stringContaining('Why. Do.'),
    })
  })

  it.each<[string, string, unknown]>([
    ['open_id', '/v1/tokens/nobody/refresh', undefined],
    ['app_id', '/v1/tokens/ou_lin/refresh?app_id=cli_a', { app_id: 'cli_b' }],
    ['scopes', '/v1/tokens/ou_lin/refresh', { scopes: ['a:b'] }],
    ['body', '/v1/tokens/ou_lin/refresh', []],
  ])('answers 400 about %s to %s with %j', async (field, path, body) => {
    const { api } = await serve(fakeAuth())
    const response = await api(path, post(body))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'invalid_request', errors: [{ field }] })
  })
})

describe('DELETE /v1/tokens/{open_id}', () => {
  it.each(['told', 'not_told_yet', 'nothing'] as const)('answers 204: %s', async (was) => {
    const revoked: unknown[] = []
    const auth = fakeAuth({
      tokens: {
        revokeGrant: {
          here: async (key, source) => {
            revoked.push([key, source])
            return was
          },
          toldByFeishu: () => Promise.reject(new Error('this is ours to end')),
        },
      },
    })
    const { api } = await serve(auth)
    const response = await api('/v1/tokens/ou_lin', { method: 'DELETE' })
    expect(response.status).toBe(204)
    expect(await response.text()).toBe('')
    expect(revoked).toEqual([[{ appId: APP.appId, openId: 'ou_lin' }, 'admin']])
  })

  it.each([
    [400, '/v1/tokens/nobody'],
    [400, '/v1/tokens/ou_lin?scopes=a:b'],
    [422, '/v1/tokens/ou_lin?app_id=cli_another'],
  ])('answers %i to %s', async (status, path) => {
    const { api } = await serve(fakeAuth())
    expect((await api(path, { method: 'DELETE' })).status).toBe(status)
  })

  it('is named among the methods of its address', async () => {
    const { api } = await serve(fakeAuth())
    const response = await api('/v1/tokens/ou_lin', { method: 'PUT' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD, DELETE')
  })
})
