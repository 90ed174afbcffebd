import { once } from 'node:events'
import type { Server } from 'node:http'
import express from 'express'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { generateKey } from '../src/auth/token-cipher.ts'
import { type FeishuEmulator, startFeishuEmulator } from '../src/emulator/index.ts'
import {
  type AuthEvent,
  type AuthSession,
  type CardAuth,
  createCardAuth,
  isCardAuthClick,
} from '../src/index.ts'
import { freePort } from './support/free-port.ts'
import { createPerson, type Person } from './support/processes/person.ts'
import { until } from './support/processes/until.ts'
import { connectSdkBot, type SdkBot } from './support/sdk-bot.ts'

describe.each([
  ['under its prefix', '/bots/weekly'],
  ['at the root, where it knows its prefix', '/'],
])('embedded in a bot, mounted %s', (_, mountedAt) => {
  let emulator: FeishuEmulator
  let auth: CardAuth
  let server: Server
  let bot: SdkBot
  let person: Person
  let url: string
  let heard: string[]
  let tapped: unknown[]
  let logged: { event: string; error: unknown }[]

  beforeEach(async () => {
    emulator = await startFeishuEmulator()
    person = createPerson(emulator, emulator.people[0]?.openId ?? '')
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    heard = []
    tapped = []
    logged = []
    auth = await createCardAuth({
      appId: emulator.app.appId,
      appSecret: emulator.app.appSecret,
      redirectUri: `${url}/bots/weekly/callback`,
      encryptionKeys: generateKey(),
      database: 'file::memory:',
      apiBaseUrl: emulator.url,
      accountsBaseUrl: emulator.url,
      log: (_level, event, fields) => logged.push({ event, error: fields?.error }),
    })

    // All of this is the bot's own.
    const app = express()
    app.use(express.json())
    app.use(mountedAt, auth.router)
    app.get('/bots/weekly/hello', (_request, response) => response.send('hello'))
    app.get('/callback', (_request, response) => response.send('a callback of the bot'))
    app.use((_request, response) => response.status(404).send('nothing of the bot'))
    server = app.listen(port, '127.0.0.1')
    await once(server, 'listening')
    bot = await connectSdkBot(emulator, {
      ...auth.handlers,
      'im.message.receive_v1': async (event) => {
        heard.push(JSON.stringify(event))
      },
      'card.action.trigger': async (event) => {
        if (isCardAuthClick(event)) return auth.handlers['card.action.trigger']?.(event)
        tapped.push(event)
        return {}
      },
    })
    await auth.start()
  })
  afterEach(async () => {
    await auth.close()
    bot.close()
    server.close()
    server.closeAllConnections()
    await emulator.close()
  })

  const textOf = async (path: string) => (await fetch(url + path)).text()
  const openId = () => person.openId

  it('gives a token, and leaves everything else to the bot', async () => {
    const waiting = auth.getUserAccessToken({ openId: openId(), wait: '5m' })
    await until('a card came', () => person.colour() === 'blue')
    expect((await fetch(await person.consents())).status).toBe(200)
    const { accessToken } = await waiting
    expect(emulator.sim.tokenOwner(accessToken)).toMatchObject({ works: true })
    await person.cardTurns('green')

    expect(await textOf('/bots/weekly/hello')).toBe('hello')
    expect(await textOf('/v1/sessions')).toBe('nothing of the bot')
    if (mountedAt !== '/') expect(await textOf('/callback')).toBe('a callback of the bot')
    await emulator.sim.say({ openId: openId(), text: '/revoke' })
    await until('the bot heard it', () => heard.length === 1)
    expect(emulator.sim.tokenOwner(accessToken)).toMatchObject({ works: true })
  })

  it('answers taps on its cards that the handler of the bot passes on', async () => {
    const { session } = await auth.requestAuthorization({ openId: openId() })
    const waiting = auth.waitForSession(session.id, '5m')
    expect(await person.taps('Not now')).toMatchObject({ toast: { type: 'info' } })
    expect(await waiting).toMatchObject({ state: 'rejected' })
    expect(tapped).toEqual([])
  })

  it('closes without touching what belongs to the bot', async () => {
    const signals = ['SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection'] as const
    const listeners = signals.map((signal) => process.listenerCount(signal))
    await auth.close()
    expect(await textOf('/bots/weekly/hello')).toBe('hello')
    await emulator.sim.say({ openId: openId(), text: 'still there?' })
    await until('the bot heard it', () => heard.length === 1)
    expect(signals.map((signal) => process.listenerCount(signal))).toEqual(listeners)
  })

  it('tells what happens by type or all of it, until it is told to stop', async () => {
    const ended: AuthSession[] = []
    const all: AuthEvent['type'][] = []
    const stop = auth.on('session_ended', (event) => {
      expectTypeOf(event.type).toEqualTypeOf<'session_ended'>()
      ended.push(event.session)
    })
    const stopAll = auth.on(({ type }) => all.push(type))
    const first = await auth.requestAuthorization({ openId: openId() })
    await auth.invalidateSession(first.session.id)
    expect(ended).toMatchObject([{ id: first.session.id, state: 'expired' }])
    expect(all).toEqual(expect.arrayContaining(['step_reached', 'session_ended']))

    stop()
    stopAll()
    const heardSoFar = all.length
    const second = await auth.requestAuthorization({ openId: openId() })
    await auth.invalidateSession(second.session.id)
    expect(ended).toHaveLength(1)
    expect(all).toHaveLength(heardSoFar)
  })

  it('reports a listener that fails, and goes on', async () => {
    const thrown = new Error('thrown')
    const rejected = new Error('rejected')
    auth.on('session_ended', () => {
      throw thrown
    })
    auth.on('session_ended', async () => {
      throw rejected
    })
    const { session } = await auth.requestAuthorization({ openId: openId() })
    expect(await auth.invalidateSession(session.id)).toMatchObject({ state: 'expired' })
    const failures = () => logged.filter(({ event }) => event === 'listener_failed')
    await until('both are reported', () => failures().length === 2)
    expect(failures().map(({ error }) => error)).toEqual([thrown, rejected])
  })
})
