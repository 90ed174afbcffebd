import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type CardAuthClient,
  type CardAuthError,
  createCardAuthClient,
} from '../../src/client/index.ts'
import { createPerson, type Person } from '../support/processes/person.ts'
import { until } from '../support/processes/until.ts'
import { type Service, startService } from '../support/service.ts'

const READ = 'docx:document:readonly'
const WRITE = 'task:task:write'

describe('the client and a running service', () => {
  let service: Service
  let client: CardAuthClient
  let person: Person
  let openId: string
  beforeEach(async () => {
    service = await startService()
    client = createCardAuthClient({ baseUrl: service.url, apiKey: service.apiKey })
    openId = service.emulator.people[0]?.openId ?? ''
    person = createPerson(service.emulator, openId)
  })
  afterEach(() => service.close())

  const works = (token: string) => service.emulator.sim.tokenOwner(token)?.works
  const cardCame = () => until('a card came', () => person.colour() === 'blue')

  it('wait for the person and give the token; later calls ask nobody', async () => {
    const waiting = client.getUserAccessToken({
      openId,
      scopes: ['offline_access', READ],
      reason: 'weekly report',
      wait: '5m',
    })
    await cardCame()
    await fetch(await person.consents())
    const token = await waiting
    expect(token).toMatchObject({ tokenType: 'Bearer', openId, scopes: ['offline_access', READ] })
    expect(token.expiresAt.getTime()).toBeGreaterThan(service.emulator.now().getTime())
    expect(works(token.accessToken)).toBe(true)
    expect(await client.getUserAccessToken({ openId, scopes: [READ] })).toEqual(token)
    expect(await client.readUserAccessToken({ openId, scopes: [READ], minValidity: 600 })).toEqual(
      token,
    )
    expect(person.cards()).toBe(1)
  })

  it('say what the person said', async () => {
    await expect(client.getUserAccessToken({ openId, scopes: [READ] })).rejects.toMatchObject({
      code: 'authorization_required',
      status: 404,
      missingScopes: [READ],
    })
    const declined = codeOf(client.getUserAccessToken({ openId, scopes: [READ], wait: 60 }))
    await cardCame()
    await person.taps('Not now')
    expect(await declined).toBe('authorization_rejected')

    const withdrawn = codeOf(client.getUserAccessToken({ openId, scopes: [WRITE], wait: '1m' }))
    await until('a second card came', () => person.cards() === 2)
    const { sessions } = await client.listSessions({ openId, state: 'pending' })
    await client.invalidateSession(sessions[0]?.sessionId ?? '')
    expect(await withdrawn).toBe('authorization_expired')
  })

  it('follow a request into the wider one that takes it along', async () => {
    const narrow = client.getUserAccessToken({ openId, scopes: [READ], wait: '5m' })
    await cardCame()
    await client.requestAuthorization({ openId, scopes: [WRITE] })
    await until('the wider card came', () => person.cards() === 2 && person.colour() === 'blue')
    await fetch(await person.consents())
    expect((await narrow).scopes).toEqual(expect.arrayContaining([READ, WRITE]))
  })

  it('ask when another request has ended whose scopes do not fit together with these', async () => {
    const scopes = (name: string) => Array.from({ length: 30 }, (_, index) => `${name}:${index}`)
    service.emulator.sim.setApp({
      scopes: [...service.emulator.app.scopes, ...scopes('a'), ...scopes('b')],
    })
    const first = client.getUserAccessToken({ openId, scopes: scopes('a'), wait: '5m' })
    await cardCame()
    expect(await codeOf(client.getUserAccessToken({ openId, scopes: scopes('b') }))).toBe(
      'authorization_in_progress',
    )
    const second = client.getUserAccessToken({ openId, scopes: scopes('b'), wait: '5m' })
    await until('both wait', async () => (await service.metric('lark_service_waiters')) === 2)
    await fetch(await person.consents())
    expect((await first).scopes).toEqual(scopes('a'))
    await until('a second card came', () => person.cards() === 2 && person.colour() === 'blue')
    await fetch(await person.consents())
    expect((await second).scopes).toEqual([...scopes('a'), ...scopes('b')])
  })

  it('refresh, revoke, and refresh before a caller who insists', async () => {
    await expect(client.refreshUserAccessToken({ openId })).rejects.toMatchObject({
      code: 'authorization_required',
    })
    const asking = client.getUserAccessToken({ openId, forceRefresh: true, wait: '5m' })
    await cardCame()
    await fetch(await person.consents())
    const tokens = [
      await asking,
      await client.refreshUserAccessToken({ openId }),
      await client.getUserAccessToken({ openId, forceRefresh: true }),
    ].map(({ accessToken }) => accessToken)
    expect(new Set(tokens).size).toBe(3)
    await client.revokeUserAccessToken({ openId })
    expect(works(tokens[2] ?? '')).toBe(false)
    await client.revokeUserAccessToken({ openId })
    expect(await codeOf(client.readUserAccessToken({ openId }))).toBe('authorization_required')
  })

  it('ask, look, wait, list and withdraw in steps', async () => {
    const [, second] = service.emulator.people
    const first = await client.requestAuthorization({ openId, scopes: [READ], reason: 'why' })
    expect(first).toMatchObject({ state: 'pending', reason: 'why', scopes: [READ] })
    expect(await client.getSession(first.sessionId)).toEqual(first)
    const other = await client.requestAuthorization({ openId: second?.openId ?? '' })

    const page = await client.listSessions({ limit: 1 })
    expect(page.sessions).toHaveLength(1)
    const seen: string[] = []
    for await (const { sessionId } of client.eachSession({ limit: 1 })) seen.push(sessionId)
    expect(seen.toSorted()).toEqual([first.sessionId, other.sessionId].toSorted())

    const waiting = client.waitForSession(first.sessionId, { wait: '5m' })
    const ended = await client.invalidateSession(first.sessionId)
    expect(ended).toMatchObject({ state: 'expired', endReason: 'invalidated' })
    expect(ended.endedAt).toBeInstanceOf(Date)
    expect((await waiting).endedAt).toEqual(ended.endedAt)
    expect(await codeOf(client.invalidateSession(first.sessionId))).toBe('session_not_pending')
  })

  it('name what is wrong with a call', async () => {
    const stranger = createCardAuthClient({ baseUrl: service.url, apiKey: 'wrong' })
    await expect(stranger.listSessions()).rejects.toMatchObject({
      name: 'CardAuthError',
      code: 'unauthenticated',
      status: 401,
      requestId: expect.stringMatching(/^\w{8,}$/),
    })
    await expect(client.requestAuthorization({ openId: 'nobody' })).rejects.toMatchObject({
      code: 'invalid_request',
      problem: { errors: [{ field: 'open_id' }] },
    })
    expect(await codeOf(client.getSession('never'))).toBe('session_not_found')
    const app = { openId, appId: 'cli_0000000000000000' }
    expect(await codeOf(client.readUserAccessToken(app))).toBe('unknown_app')
  })

  it('act once although the answer is lost on the way', async () => {
    const asking = client.getUserAccessToken({ openId, wait: '5m' })
    await cardCame()
    await fetch(await person.consents())
    await asking
    let lost = 0
    const unlucky = createCardAuthClient({
      baseUrl: service.url,
      apiKey: service.apiKey,
      async fetch(...request) {
        const answer = await fetch(...request)
        lost += 1
        if (lost === 1) throw new TypeError('terminated')
        return answer
      },
    })
    const refreshed = await unlucky.refreshUserAccessToken({ openId })
    expect(lost).toBe(2)
    expect(works(refreshed.accessToken)).toBe(true)
    const refreshes = { outcome: 'success' }
    expect(await service.metric('lark_service_token_refresh_total', refreshes)).toBe(1)
  })

  it('leave when the caller does, with the reason of the caller', async () => {
    const leaving = new AbortController()
    const { signal } = leaving
    const waiting = client.getUserAccessToken({ openId, wait: '5m', signal })
    await cardCame()
    leaving.abort(new Error('closing'))
    await expect(waiting).rejects.toThrow('closing')
  })
})

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'no error',
    (error: CardAuthError) => error.code,
  )
}
