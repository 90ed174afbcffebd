import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../../src/emulator/index.ts'
import type { TranscriptEntry } from '../../../src/emulator/transcript.ts'
import { manyPeople } from '../../support/many-people.ts'
import { findDatabases, type SharedDatabase } from '../../support/processes/databases.ts'
import { createDeployment, type Deployment } from '../../support/processes/deployment.ts'
import { createPerson, type Person } from '../../support/processes/person.ts'
import { until } from '../../support/processes/until.ts'
import type { SessionJson } from '../../support/service.ts'

// A process takes its time to start where others keep the machine busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

const TOKEN_PATH = '/open-apis/authen/v2/oauth/token'
const COLOUR_OF: Record<string, string> = { completed: 'green', rejected: 'grey' }

const { kinds, stop: stopServer } = await findDatabases()
afterAll(stopServer)

describe.each(kinds)('two processes on $name', ({ open }) => {
  if (open === null) return void it.skip('are not tested', () => {})

  let emulator: FeishuEmulator
  let database: SharedDatabase
  let deployment: Deployment
  let one: string
  let other: string
  let lin: Person
  let people: string[]
  let calls: () => TranscriptEntry[]

  beforeAll(async () => {
    emulator = await startFeishuEmulator({ people: manyPeople(12) })
    database = await open()
    deployment = await createDeployment(emulator, database.url)
    // Both meet an empty database at the same instant.
    const anyPort = { env: { CALLBACK_SERVER_PORT: '0' } }
    const started = await Promise.all([deployment.start(anyPort), deployment.start(anyPort)])
    one = started[0].url
    other = started[1].url
    people = emulator.people.map(({ openId }) => openId)
    lin = someone()
    calls = () => emulator.sim.transcript().filter(({ kind }) => kind === 'api')
  })
  afterAll(async () => {
    await deployment?.close()
    await emulator?.close()
    await database?.stop()
  })
  afterEach(() => emulator.sim.clearFaults())

  /** A person whom nobody has asked yet: who has declined is left alone for a while. */
  const someone = () => createPerson(emulator, people.shift() ?? '')

  const tokenStatus = async (origin: string, { openId }: Person) => {
    const token = await deployment.token(origin, openId)
    if (token === null) return 'missing'
    const owner = emulator.sim.tokenOwner(token)
    return owner?.works && owner.openId === openId ? 'works' : 'broken'
  }

  const patches = (messageId: string) =>
    calls().filter(({ method, path }) => method === 'PATCH' && path?.endsWith(messageId)).length

  /** Waits until the row says that the card shows its end, then compares what people see. */
  const settled = async (person: Person, id: string): Promise<SessionJson> => {
    const session = await until('the card shows how the session ended', async () => {
      const now = await deployment.session(one, id)
      const { card, state } = now
      const shows = card && typeof card === 'object' && 'shows' in card ? card.shows : null
      return state !== 'pending' && shows === state && now
    })
    expect(person.colour()).toBe(COLOUR_OF[session.state])
    expect(await deployment.session(other, id)).toEqual(session)
    return session
  }

  it('finish on one what was asked on the other, and tell the waiters of both', async () => {
    const asked = await deployment.ask(one, lin.openId)
    const waiters = [one, other].map((origin) => {
      return deployment.session(origin, asked.session_id, 30)
    })
    const callback = await lin.consents(other)
    const page = await fetch(callback)
    expect(page.status).toBe(200)
    for (const answer of await Promise.all(waiters)) {
      expect(answer).toMatchObject({ session_id: asked.session_id, state: 'completed' })
    }
    expect(await tokenStatus(one, lin)).toBe('works')
    expect(await tokenStatus(other, lin)).toBe('works')
    await settled(lin, asked.session_id)
    expect(lin.cards()).toBe(1)
    expect(patches(lin.messageId())).toBe(1)
  })

  it('spend one code on a hundred parallel callbacks', async () => {
    const asked = await deployment.ask(other, lin.openId)
    const callback = await lin.consents(one)
    const toOther = callback.replace(one, other)
    const before = calls().filter(({ path }) => path === TOKEN_PATH).length
    const pages = await Promise.all(
      Array.from({ length: 100 }, (_, index) => fetch(index % 2 === 0 ? callback : toOther)),
    )
    const refused = pages.filter(({ status }) => status !== 200).map(({ status }) => status)
    expect(refused).toEqual([])
    expect(calls().filter(({ path }) => path === TOKEN_PATH).length - before).toBe(1)
    expect(await settled(lin, asked.session_id)).toMatchObject({ state: 'completed' })
    expect(await tokenStatus(other, lin)).toBe('works')
  })

  it('open one session and send one card for twenty callers at once', async () => {
    const alex = someone()
    const cards = alex.cards()
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        deployment.ask(index % 2 === 0 ? one : other, alex.openId),
      ),
    )
    const ids = new Set(asked.map(({ session_id }) => session_id))
    expect(ids.size).toBe(1)
    await alex.cardTurns('blue')
    expect(alex.cards()).toBe(cards + 1)
    const pending = await deployment.sessions(one, `?open_id=${alex.openId}&state=pending`)
    expect(pending).toHaveLength(1)
    await alex.taps('Not now')
    for (const id of ids) await settled(alex, id)
  })

  it('let the callback at work finish, whichever of them hears the decline', async () => {
    const alex = someone()
    for (const origin of [one, other, one]) {
      const { session_id: id } = await deployment.ask(origin, alex.openId)
      const callback = await alex.consents(origin)
      emulator.sim.injectFault({ match: `POST ${TOKEN_PATH}`, delayMs: 400 })
      const page = fetch(callback)
      await until('the code is at Feishu', () => emulator.sim.state().faults.length === 0)
      const toast = await alex.taps('Not now')
      expect(toast).toMatchObject({ toast: { type: 'info' } })
      expect((await page).status).toBe(200)
      expect(await settled(alex, id)).toMatchObject({ state: 'completed' })
      expect(await tokenStatus(other, alex)).toBe('works')
    }
  })

  it('come to one end when a decline and a callback race, and the card shows that one', async () => {
    for (const [asking, redirected] of [
      [one, other],
      [other, one],
      [one, one],
      [other, other],
    ] as const) {
      const sato = someone()
      const { session_id: id } = await deployment.ask(asking, sato.openId)
      const callback = await sato.consents(redirected)
      const before = await tokenStatus(one, sato)
      const [page] = await Promise.all([fetch(callback), sato.taps('Not now')])
      const { state } = await settled(sato, id)
      expect([state, page.status]).toEqual(
        state === 'completed' ? ['completed', 200] : ['rejected', 410],
      )
      if (state === 'completed') expect(await tokenStatus(other, sato)).toBe('works')
      else expect(await tokenStatus(other, sato)).toBe(before)
    }
  })

  it('decline once when Feishu delivers the tap to both', async () => {
    const alex = someone()
    const { session_id: id } = await deployment.ask(other, alex.openId)
    emulator.sim.duplicateEvents({ times: 1 })
    expect(await alex.taps('Not now')).toMatchObject({ toast: { type: 'info' } })
    expect(await settled(alex, id)).toMatchObject({
      state: 'rejected',
      end_reason: 'declined_on_card',
    })
  })
})
