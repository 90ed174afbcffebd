import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPerson, type Person } from '../support/processes/person.ts'
import { until } from '../support/processes/until.ts'
import { type Service, type SessionJson, startService } from '../support/service.ts'

const READ = 'docx:document:readonly'
const WRITE = 'task:task:write'
// Longer than a test may take, and nobody is looked after: whoever is answered was woken by the event.
const WAIT = 60

describe('whoever waits', () => {
  let service: Service
  let lin: Person
  beforeEach(async () => {
    service = await startService({ onlyEventsWake: true })
    lin = createPerson(service.emulator, service.emulator.people[0]?.openId ?? '')
  })
  afterEach(() => service.close())

  const waiters = () => service.metric('lark_service_waiters')
  const areWaiting = (count: number) =>
    until(`${count} are waiting`, async () => (await waiters()) === count)

  const post = (wait: number, signal: AbortSignal | null = null) =>
    fetch(`${service.url}/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${service.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ open_id: lin.openId, scopes: ['offline_access', READ], wait }),
      signal,
    })

  const look = (id: string, signal: AbortSignal | null = null) =>
    fetch(`${service.url}/v1/sessions/${id}?wait=${WAIT}`, {
      headers: { authorization: `Bearer ${service.apiKey}` },
      signal,
    })

  /** Asks through one door, so that both can wait for the same session. */
  async function ask(): Promise<string> {
    const asked = await post(0)
    expect(asked.status).toBe(202)
    await lin.cardTurns('blue')
    return ((await asked.json()) as SessionJson).session_id
  }

  const ENDS: [string, { state: string; status: number }, (id: string) => Promise<unknown>][] = [
    ['completed', { state: 'completed', status: 200 }, async () => fetch(await lin.consents())],
    ['declined on the card', { state: 'rejected', status: 403 }, () => lin.taps('Not now')],
    ['refused at Feishu', { state: 'rejected', status: 403 }, refuse],
    ['withdrawn', { state: 'expired', status: 410 }, withdraw],
    ['run out', { state: 'expired', status: 410 }, runOut],
  ]

  it.each(ENDS)('is answered at both doors when the request is %s', async (_, end, bringAbout) => {
    const id = await ask()
    const answers = [look(id), post(WAIT)] as const
    await areWaiting(2)
    await bringAbout(id)
    const session = await (await answers[0]).json()
    expect(session).toMatchObject({ session_id: id, state: end.state })
    expect((await answers[1]).status).toBe(end.status)
    expect(await waiters()).toBe(0)
  })

  it('is answered when the request is superseded, or goes on with the wider one', async () => {
    const id = await ask()
    const answers = [look(id), post(WAIT)] as const
    await areWaiting(2)
    const wider = await service.ask(lin.openId, { scopes: [READ, WRITE] })
    expect(wider.session_id).not.toBe(id)
    expect(await (await answers[0]).json()).toMatchObject({
      state: 'expired',
      end_reason: 'superseded',
    })
    await areWaiting(1)
    await until('the wider card is out', () => lin.cards() === 2)
    await fetch(await lin.consents())
    const answer = await answers[1]
    expect(answer.status).toBe(200)
    expect((await answer.json()) as { scopes: string[] }).toMatchObject({
      scopes: expect.arrayContaining([READ, WRITE]),
    })
    expect(await waiters()).toBe(0)
  })

  it('is forgotten when the connection drops', async () => {
    const id = await ask()
    const leaving = new AbortController()
    const calls = [
      ...Array.from({ length: 10 }, () => look(id, leaving.signal)),
      ...Array.from({ length: 10 }, () => post(WAIT, leaving.signal)),
    ].map((call) => call.catch((error: unknown) => Object(error).name))
    await areWaiting(20)
    leaving.abort()
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['AbortError']))
    await areWaiting(0)
  })

  it('is let go at a shutdown, with the session as it stands', async () => {
    const id = await ask()
    const answers = [look(id), post(WAIT)] as const
    await areWaiting(2)
    const closing = service.app.close()
    expect(await (await answers[0]).json()).toMatchObject({ session_id: id, state: 'pending' })
    expect((await answers[1]).status).toBe(202)
    await closing
  })

  async function refuse(): Promise<void> {
    const { authorizeUrl, cookie } = await lin.opensLink()
    const refused = await service.emulator.sim.deny({ authorizeUrl, openId: lin.openId })
    await fetch('redirect' in refused ? refused.redirect : '', { headers: { cookie } })
  }

  async function runOut(): Promise<void> {
    service.emulator.sim.advanceClock({ seconds: 601 })
  }

  async function withdraw(id: string): Promise<void> {
    const answer = await service.api(`/v1/sessions/${id}/invalidate`, { method: 'POST' })
    expect(answer.status).toBe(200)
  }
})
