import { describe, expect, it } from 'vitest'
import type { AuditNote } from '../../src/access/audit.ts'
import type { UserAccessToken } from '../../src/auth/grant.ts'
import {
  AuthorizationRequiredError,
  FeishuUnavailableError,
  StoreUnavailableError,
} from '../../src/errors.ts'
import { accessOf } from './access-of.ts'
import { APP, fakeAuth } from './fake-auth.ts'
import { API_KEY, type Served, serve } from './serve.ts'

const NARROW_KEY = 'narrow-api-key-0123456789'
const TOKEN: UserAccessToken = {
  accessToken: 'eyJ-secret',
  expiresAt: new Date('2026-11-20T10:00:00.000Z'),
  scopes: ['a:b'],
  openId: 'ou_lin',
  appId: APP.appId,
}

/** What differs between two answers to the same request, however they came about. */
const OF_ITS_TIME = new Set(['date', 'x-request-id'])

type Ask = { path: string; headers?: Record<string, string>; fails?: Error }

/** Answers by the door ahead of Express, or by the route of Express: the database must be asked about the key then. */
async function served({ path, headers, fails }: Ask, isAhead: boolean) {
  const asked: unknown[] = []
  const recorded: AuditNote[] = []
  const denied: string[] = []
  const access = accessOf(
    {
      [API_KEY]: { name: 'calendar-bot' },
      [NARROW_KEY]: {
        name: 'narrow',
        permissions: { actions: ['read'], appIds: ['*'], scopes: ['c:d'], people: ['ou_lin'] },
      },
    },
    recorded,
  )
  const auth = fakeAuth({
    readUserAccessToken: async (request) => {
      asked.push(request)
      if (fails) throw fails
      return TOKEN
    },
  })
  const { api, lines, observed, untilObserved }: Served = await serve(auth, {
    access: {
      ...access,
      clients: {
        ...access.clients,
        ...(isAhead ? { find: neverAsked } : { known: () => null }),
      },
    },
    onTokenDenied: (client) => denied.push(client),
  })
  const response = await api(path, { headers: { 'x-request-id': 'one-and-the-same', ...headers } })
  await untilObserved(1)
  const ownHeaders = [...response.headers].filter(([name]) => !OF_ITS_TIME.has(name))
  return {
    status: response.status,
    requestId: response.headers.get('x-request-id'),
    headers: Object.fromEntries(ownHeaders),
    body: await response.json(),
    asked,
    recorded,
    denied,
    lines: lines.map(({ fields: { duration_ms: _time, ...fields }, ...line }) => ({
      ...line,
      fields,
    })),
    observed: observed.map(({ seconds: _seconds, ...request }) => request),
  }
}

function neverAsked(): never {
  throw new Error('a key that is known is not looked up')
}

const required = new AuthorizationRequiredError({
  appId: APP.appId,
  openId: 'ou_lin',
  missingScopes: ['a:b'],
  why: 'This person has not authorized the app yet.',
})

describe('a token is read', () => {
  it.each<[string, Ask & { status: number }]>([
    ['that works', { path: '/v1/tokens/ou_lin', status: 200 }],
    [
      'with everything that can be asked for',
      {
        path: `/v1/tokens/ou_lin?app_id=${APP.appId}&scopes=a:b,c%3Ad&min_validity=300`,
        status: 200,
      },
    ],
    ['of nobody, by what is no open_id', { path: '/v1/tokens/lin', status: 400 }],
    ['with a field that there is not', { path: '/v1/tokens/ou_lin?color=red', status: 400 }],
    ['with a field given twice', { path: '/v1/tokens/ou_lin?scopes=a&scopes=b', status: 400 }],
    ['with an escape that is none', { path: '/v1/tokens/ou_lin?scopes=%E0%A4%A', status: 400 }],
    ['of an app that is not there', { path: '/v1/tokens/ou_lin?app_id=cli_other', status: 200 }],
    ['that nobody granted', { path: '/v1/tokens/ou_lin', fails: required, status: 404 }],
    [
      'while Feishu is away',
      {
        path: '/v1/tokens/ou_lin',
        fails: new FeishuUnavailableError('network', { retryAfterSeconds: 7 }),
        status: 503,
      },
    ],
    [
      'while the database is away',
      {
        path: '/v1/tokens/ou_lin',
        fails: new StoreUnavailableError('grants.find', new Error('gone')),
        status: 503,
      },
    ],
    ['when something breaks', { path: '/v1/tokens/ou_lin', fails: new Error('x'), status: 500 }],
    [
      'with a key that was not given its scopes',
      {
        path: '/v1/tokens/ou_lin',
        headers: { authorization: `Bearer ${NARROW_KEY}` },
        status: 403,
      },
    ],
    [
      'with a key that was not given this person',
      {
        path: '/v1/tokens/ou_wang?scopes=c:d',
        headers: { authorization: `Bearer ${NARROW_KEY}` },
        status: 403,
      },
    ],
  ])('%s: the same ahead of Express and through it', async (_name, { status, ...ask }) => {
    const ahead = await served(ask, true)
    const through = await served(ask, false)
    expect(ahead.status).toBe(status)
    expect(ahead.requestId).toBe('one-and-the-same')
    expect(ahead).toEqual(through)
  })

  it.each([
    ['an unknown key', '/v1/tokens/ou_lin', { authorization: 'Bearer nobody-knows-this-one' }, 401],
    ['no key', '/v1/tokens/ou_lin', { authorization: '' }, 401],
    ['a longer path', '/v1/tokens/ou_lin/refresh', {}, 405],
    ['an encoded path', '/v1/tokens/ou%5Flin', {}, 200],
    ['a slash at its end', '/v1/tokens/ou_lin/', {}, 200],
  ])('is left to Express with %s', async (_name, path, headers, status) => {
    const { api } = await serve(fakeAuth({ readUserAccessToken: async () => TOKEN }))
    expect((await api(path, { headers })).status).toBe(status)
  })
})
