import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ACTIONS, type Permissions } from '../../src/access/permissions.ts'
import { EVERYTHING } from '../../src/access/permits.ts'
import { type Service, type SessionJson, startService } from '../support/service.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const READ = 'docx:document:readonly'
const WRITE = 'task:task:write'
/** What every person here has granted. */
const GRANTED = ['offline_access', READ, WRITE]
const OTHER_APP = 'cli_ffffffffffffffff'
const UNKNOWN = 'ou_nobody'

type Key = { name: string; secret: string; permissions: Permissions }
type Need = {
  action: (typeof ACTIONS)[number]
  scopes?: readonly string[]
  /** One of which is enough. */
  someOf?: readonly string[]
}
type Route = {
  name: string
  method: 'GET' | 'POST' | 'DELETE'
  path: (openId: string) => string
  body?: (openId: string) => object
  needs: readonly Need[]
  /** A session of somebody else does not exist, to whoever may look at sessions at all. */
  isBySession?: true
}

describe('A17: the key of one bot is of no use for what belongs to another', () => {
  let service: Service
  let people: readonly [string, string]
  let sessions: Map<string, SessionJson>

  const ROUTES: Route[] = [
    {
      name: 'read',
      method: 'GET',
      path: (openId) => `/v1/tokens/${openId}`,
      needs: [{ action: 'read', scopes: GRANTED }],
    },
    {
      name: 'read with one scope named',
      method: 'GET',
      path: (openId) => `/v1/tokens/${openId}?scopes=${READ}`,
      needs: [{ action: 'read', scopes: GRANTED }],
    },
    {
      name: 'refresh',
      method: 'POST',
      path: (openId) => `/v1/tokens/${openId}/refresh`,
      needs: [{ action: 'read', scopes: GRANTED }],
    },
    {
      name: 'the one call',
      method: 'POST',
      path: () => '/v1/tokens',
      body: (openId) => ({ open_id: openId, scopes: [READ] }),
      needs: [
        { action: 'read', scopes: GRANTED },
        { action: 'ask', scopes: [READ] },
      ],
    },
    {
      name: 'the one call, by force',
      method: 'POST',
      path: () => '/v1/tokens',
      body: (openId) => ({ open_id: openId, scopes: [READ], force_refresh: true }),
      needs: [
        { action: 'read', scopes: GRANTED },
        { action: 'ask', scopes: [READ] },
      ],
    },
    {
      name: 'ask',
      method: 'POST',
      path: () => '/v1/sessions',
      body: (openId) => ({ open_id: openId, scopes: [READ, WRITE] }),
      needs: [{ action: 'ask', scopes: [READ, WRITE] }],
    },
    {
      name: 'ask for what the app asks for',
      method: 'POST',
      path: () => '/v1/sessions',
      body: (openId) => ({ open_id: openId }),
      needs: [{ action: 'ask', scopes: ['offline_access', READ] }],
    },
    {
      name: 'list',
      method: 'GET',
      path: (openId) => `/v1/sessions?open_id=${openId}&app_id=${service.emulator.app.appId}`,
      needs: [{ action: 'ask' }],
    },
    {
      name: 'look',
      method: 'GET',
      path: (openId) => `/v1/sessions/${sessions.get(openId)?.session_id}`,
      needs: [{ action: 'ask', someOf: [READ, WRITE] }],
      isBySession: true,
    },
    {
      name: 'wait',
      method: 'GET',
      path: (openId) => `/v1/sessions/${sessions.get(openId)?.session_id}?wait=1`,
      needs: [{ action: 'ask', someOf: [READ, WRITE] }],
      isBySession: true,
    },
    {
      name: 'withdraw',
      method: 'POST',
      path: (openId) => `/v1/sessions/${sessions.get(openId)?.session_id}/invalidate`,
      needs: [
        { action: 'ask', someOf: [READ, WRITE] },
        { action: 'ask', scopes: GRANTED },
      ],
      isBySession: true,
    },
    {
      name: 'revoke',
      method: 'DELETE',
      path: (openId) => `/v1/tokens/${openId}`,
      needs: [{ action: 'revoke' }],
    },
  ]

  beforeAll(async () => {
    service = await startService({ env: { OAUTH_SCOPES: `offline_access ${READ}` } })
    const [lin, alex] = service.emulator.people.map(({ openId }) => openId)
    if (!lin || !alex) throw new Error('two people are needed')
    people = [lin, alex]
    sessions = new Map()
    for (const openId of people) {
      sessions.set(openId, await service.ask(openId, { scopes: GRANTED }))
      const { authorizeUrl } = await service.tap(openId)
      const approved = await service.emulator.sim.approve({ authorizeUrl, openId })
      await fetch('redirect' in approved ? approved.redirect : '')
    }
  })
  afterAll(() => service.close())

  it('on every route, for every key that lacks any part of what it needs', async () => {
    const before = await traces()
    const wrong: string[] = []
    let denied = 0
    for (const key of await everyKey()) {
      for (const route of ROUTES) {
        for (const openId of people) {
          if (isPermitted(key.permissions, route, openId)) continue
          denied++
          const answer = await call(key, route, openId)
          const { text, code } = await problemOf(answer)
          const expected = expectedOf(key.permissions, route, openId)
          const isRight = answer.status === expected.status && code === expected.code
          if (!isRight || text.includes('access_token')) {
            wrong.push(`${key.name} ${route.name}: ${answer.status} ${code}`)
          }
        }
      }
    }
    expect(wrong).toEqual([])
    expect(denied).toBeGreaterThan(500)
    expect(await traces()).toEqual(before)
  })

  it('and does not tell who exists: the answer is the same about a person nobody knows', async () => {
    const wrong: string[] = []
    for (const key of await everyKey('unknown')) {
      const isForAll = key.permissions.people.includes('*')
      for (const route of ROUTES) {
        if (isForAll || route.isBySession || isPermitted(key.permissions, route, UNKNOWN)) continue
        const stranger = people.find((openId) => !key.permissions.people.includes(openId)) ?? ''
        const [one, other] = [await call(key, route, stranger), await call(key, route, UNKNOWN)]
        const same = (text: string) => text.replace(/"request_id":"\w+"/, '')
        const texts = [(await problemOf(one)).text, (await problemOf(other)).text].map(same)
        if (one.status !== other.status || texts[0] !== texts[1]) {
          wrong.push(`${key.name} ${route.name}: ${texts.join(' / ')}`)
        }
      }
    }
    expect(wrong).toEqual([])
  })

  it('names the scopes that a key lacks for a token, and not the token', async () => {
    const key = await makeKey('narrow', { ...EVERYTHING, scopes: [READ] })
    const answer = await call(key, routeNamed('read'), people[0])
    expect(answer.status).toBe(403)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(await answer.json()).toMatchObject({
      code: 'forbidden',
      lacking: { part: 'scopes', scopes: [WRITE] },
    })
  })

  it('shows in a list only what the key may see, and says what must be named', async () => {
    const [lin, alex] = people
    const one = await makeKey('of-one', { ...EVERYTHING, people: [lin] })
    const two = await makeKey('of-two', { ...EVERYTHING, people: [lin, UNKNOWN] })
    const elsewhere = await makeKey('elsewhere', { ...EVERYTHING, appIds: [OTHER_APP] })
    const list = async (key: Key, query = '') => {
      const answer = await send(key, 'GET', `/v1/sessions${query}`)
      const page = (await answer.json()) as { sessions?: { open_id: string }[] }
      return { status: answer.status, seen: page.sessions?.map(({ open_id }) => open_id) }
    }
    expect(await list(one)).toEqual({ status: 200, seen: [lin] })
    expect(await list(two)).toMatchObject({ status: 403 })
    expect(await list(two, `?open_id=${lin}`)).toEqual({ status: 200, seen: [lin] })
    expect(await list(two, `?open_id=${alex}`)).toMatchObject({ status: 403 })
    expect(await list(elsewhere)).toEqual({ status: 200, seen: [] })
  })

  it('shows nothing of a question for scopes of another, and of a shared one only its own', async () => {
    const [lin] = people
    const given = { ...EVERYTHING, people: [lin] }
    const reader = await makeKey('reader', { ...given, scopes: [READ] })
    const writer = await makeKey('writer', { ...given, scopes: [WRITE] })
    const ask = async (key: Key, scopes: string[], reason: string) => {
      const asked = { open_id: lin, scopes, reason }
      return (await (await send(key, 'POST', '/v1/sessions', asked)).json()) as SessionJson
    }
    const look = async (key: Key, id: string) => {
      const answer = await send(key, 'GET', `/v1/sessions/${id}`)
      return { status: answer.status, ...((await answer.json()) as SessionJson) }
    }
    const withdraw = (key: Key, id: string) => send(key, 'POST', `/v1/sessions/${id}/invalidate`)
    const listed = async (key: Key, query = '') => {
      const page = await (await send(key, 'GET', `/v1/sessions?state=pending${query}`)).json()
      return (page as { sessions: SessionJson[] }).sessions.map(({ session_id }) => session_id)
    }

    const theirs = await ask(reader, [READ], 'to read')
    const { session_id: id } = theirs
    expect(theirs).toMatchObject({ scopes: [READ], reason: 'to read' })
    expect(await look(writer, id)).toMatchObject({ status: 404, code: 'session_not_found' })
    expect((await withdraw(writer, id)).status).toBe(404)
    expect([await listed(writer), await listed(reader)]).toEqual([[], [id]])

    const shared = await ask(writer, [WRITE], 'to write')
    expect(shared).toMatchObject({ scopes: [WRITE], reason: null })
    expect(await look(reader, id)).toMatchObject({ state: 'expired', end_reason: 'superseded' })
    const { session_id: both } = shared
    expect(await look(reader, both)).toMatchObject({ status: 200, scopes: [READ], reason: null })
    expect(await listed(reader, '&limit=1')).toEqual([both])
    const refused = await withdraw(reader, both)
    expect(refused.status).toBe(403)
    expect(await refused.text()).not.toContain(WRITE)
    const whole = await makeKey('reader-and-writer', { ...given, scopes: [READ, WRITE] })
    const all = { scopes: [READ, WRITE], reason: 'to write' }
    expect(await look(whole, both)).toMatchObject({ status: 200, ...all })
    expect((await withdraw(whole, both)).status).toBe(200)
  })

  it('is recorded, with what was lacking', async () => {
    const key = await makeKey('curious', { ...EVERYTHING, people: [UNKNOWN] })
    await call(key, routeNamed('read'), people[0])
    await vi.waitFor(
      async () => {
        const entries = await service.app.parts.store.audit.list({ openId: people[0], limit: 9999 })
        expect(entries.filter(({ actor }) => actor === 'key:curious')).toMatchObject([
          { action: 'token_read', outcome: 'forbidden', detail: { part: 'person' } },
        ])
      },
      { timeout: 10_000 },
    )
  })

  it('while a key that was given every part of it gets through', async () => {
    const [lin, alex] = people
    const scopes = [READ, WRITE]
    const { appId } = service.emulator.app
    for (const [index, openId] of [lin, alex].entries()) {
      const given = { appIds: [appId], scopes, people: [openId] }
      const key = (actions: Permissions['actions']) =>
        makeKey(`whole-${index}-${actions.join('-')}`, { actions, ...given })
      const [reader, asker, both, revoker] = [
        await key(['read']),
        await key(['ask']),
        await key(['ask', 'read']),
        await key(['revoke']),
      ]
      for (const name of ['read', 'refresh']) {
        expect((await call(reader, routeNamed(name), openId)).status).toBe(200)
      }
      expect((await call(both, routeNamed('the one call'), openId)).status).toBe(200)
      for (const name of ['list', 'look', 'wait']) {
        expect((await call(asker, routeNamed(name), openId)).status).toBe(200)
      }
      expect((await call(asker, routeNamed('ask'), openId)).status).toBe(201)
      expect((await call(asker, routeNamed('withdraw'), openId)).status).toBe(409)
      expect((await call(revoker, routeNamed('revoke'), openId)).status).toBe(204)
    }
  })

  /** Every combination of what can be given, little and much of each kind. */
  async function everyKey(prefix = 'key'): Promise<Key[]> {
    const keys: Key[] = []
    const { appId } = service.emulator.app
    for (const actions of [...ACTIONS, '*'] as const) {
      for (const app of [appId, OTHER_APP]) {
        for (const person of [people[0], '*']) {
          for (const scopes of [[], [READ], ['*']]) {
            const permissions = { actions: [actions], appIds: [app], people: [person], scopes }
            keys.push(await makeKey(`${prefix}-${keys.length}`, permissions))
          }
        }
      }
    }
    return keys
  }

  async function makeKey(name: string, permissions: Permissions): Promise<Key> {
    const made = await service.app.parts.access.apiKeys.create(name, permissions)
    if (!made) throw new Error(`the name ${name} is taken`)
    return { name, secret: made.secret, permissions }
  }

  /** Written apart from the code under test: every part of every need must have been given. */
  function isPermitted(permissions: Permissions, { needs }: Route, openId: string): boolean {
    const has = (list: readonly string[], name: string) =>
      new Set(list).has('*') || new Set(list).has(name)
    return needs.every(
      ({ action, scopes = [], someOf }) =>
        (someOf?.some((scope) => has(permissions.scopes, scope)) ?? true) &&
        has(permissions.actions, action) &&
        has(permissions.appIds, service.emulator.app.appId) &&
        has(permissions.people, openId) &&
        scopes.every((scope) => scope === 'offline_access' || has(permissions.scopes, scope)),
    )
  }

  function expectedOf(permissions: Permissions, { isBySession }: Route, openId: string) {
    const mayAsk = permissions.actions.some((action) => action === 'ask' || action === '*')
    const isSeen = isPermitted(permissions, routeNamed('look'), openId)
    return isBySession && mayAsk && !isSeen
      ? { status: 404, code: 'session_not_found' }
      : { status: 403, code: 'forbidden' }
  }

  function routeNamed(name: string): Route {
    const route = ROUTES.find((each) => each.name === name)
    if (!route) throw new Error(`there is no route ${name}`)
    return route
  }

  function call(key: Key, { method, path, body }: Route, openId: string): Promise<Response> {
    return send(key, method, path(openId), body?.(openId))
  }

  function send(key: Key, method: string, path: string, body?: object): Promise<Response> {
    return fetch(`${service.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key.secret}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
  }

  async function problemOf(answer: Response): Promise<{ text: string; code: string }> {
    const text = await answer.text()
    return { text, code: (JSON.parse(text || '{}') as { code?: string }).code ?? '' }
  }

  /** What a refused call must leave as it was: cards, sessions and tokens. */
  async function traces() {
    const tokens: unknown[] = []
    for (const openId of people) {
      tokens.push(await (await service.api(`/v1/tokens/${openId}`)).json())
    }
    const { messages } = service.emulator.sim.state()
    return {
      tokens,
      messages: messages.length,
      sessions: await (await service.api('/v1/sessions')).json(),
    }
  }
})
