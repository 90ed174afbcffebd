import { afterEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../src/auth/ports.ts'
import type { FeishuEmulatorOptions } from '../../src/emulator/index.ts'
import type { CardActionHandler } from '../../src/feishu/card-events.ts'
import type { FeishuApp } from '../../src/feishu/hosts.ts'
import {
  createLongConnection,
  type LongConnectionEvent,
  type SupervisionTiming,
} from '../../src/feishu/long-connection.ts'
import { createCardMessenger } from '../../src/feishu/messenger.ts'
import { createSystemClock } from '../../src/system-clock.ts'
import { createEmulatorBench, someone } from '../support/emulator-bench.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { appAt, createFeishuBench, rejection, STUB_APP, sessionOf } from './feishu-bench.ts'
import { answerJson, type StubAnswer, startStub } from './stub-server.ts'

const bench = createEmulatorBench()
afterEach(() => bench.close())

/** Quick enough for a test; pauses are machine time. */
const QUICK: Partial<SupervisionTiming> = { firstPauseMs: 10, longestPauseMs: 40, checkEveryMs: 10 }

function connectionOf(
  app: FeishuApp,
  timing: Partial<SupervisionTiming> = {},
  onCardAction: CardActionHandler = async () => ({}),
  clock = createSystemClock(),
) {
  const feishu = createFeishuBench()
  const events: LongConnectionEvent[] = []
  const connection = createLongConnection({
    app,
    http: feishu.http,
    clock,
    log: feishu.log,
    onCardAction,
    onStatus: (event) => events.push(event),
    timing: { ...QUICK, ...timing },
  })
  bench.keep(connection)
  const told = () =>
    events.map((event) =>
      event.type === 'connection' ? `connected ${event.connected}` : `reconnect ${event.outcome}`,
    )
  return { connection, feishu, told }
}

async function onEmulator(options: FeishuEmulatorOptions = {}) {
  const emulator = await bench.start({
    clientConfig: {
      ReconnectCount: -1,
      ReconnectInterval: 0.02,
      ReconnectNonce: 0,
      PingInterval: 120,
    },
    ...options,
  })
  return { emulator, app: appAt(emulator.url, emulator.app), person: someone(emulator) }
}

describe('starting', () => {
  it('ends when the connection stands, and not before', async () => {
    const { emulator, app } = await onEmulator()
    const { connection, told, feishu } = connectionOf(app)
    expect(connection.status()).toEqual({ state: 'stopped', connectedAt: null, lastError: null })
    const started = connection.start()
    expect(connection.status().state).toBe('connecting')
    expect(told()).toEqual([])
    await started
    expect(connection.status()).toMatchObject({ state: 'connected', lastError: null })
    expect(told()).toEqual(['connected true'])
    expect(emulator.sim.state().connections).toHaveLength(1)
    expect(feishu.linesOf('long_connection_ready')).toHaveLength(1)
  })

  it('opens one connection however often it is called', async () => {
    const { emulator, app } = await onEmulator()
    const { connection } = connectionOf(app)
    await Promise.all([connection.start(), connection.start()])
    expect(emulator.sim.state().connections).toHaveLength(1)
  })

  it('fails plainly when the app secret is wrong, and does not go on', async () => {
    const { app } = await onEmulator()
    const { connection, told, feishu } = connectionOf({ ...app, appSecret: 'canary-wrong-secret' })
    expect(await rejection(connection.start())).toMatchObject({
      code: 'app_misconfigured',
      reason: 'bad_client',
      feishuCode: 1000040345,
    })
    expect(connection.status()).toMatchObject({
      state: 'refused',
      lastError: { reason: 'bad_client' },
    })
    expect(told()).toEqual([])
    expect(feishu.linesOf('long_connection_refused')).toMatchObject([{ level: 'error' }])
    expect(feishu.calls).toHaveLength(1)
    expect(feishu.everything()).not.toContain('canary')
  })

  it('fails plainly when the app id is none, which the SDK would keep to itself', async () => {
    const { connection } = connectionOf(
      appAt('http://127.0.0.1:1', { ...STUB_APP, appId: 'cli_short' }),
    )
    expect(await rejection(connection.start())).toMatchObject({ reason: 'bad_client' })
  })

  it('can be tried again after it was closed', async () => {
    const { emulator, app } = await onEmulator()
    emulator.sim.setApp({ appSecret: 'not-yet' })
    const { connection } = connectionOf(app)
    await rejection(connection.start())
    emulator.sim.setApp({ appSecret: app.appSecret })
    await connection.close()
    await connection.start()
    expect(connection.status().state).toBe('connected')
  })

  it('goes on in the background when the deadline passes', async () => {
    const { emulator, app } = await onEmulator()
    emulator.sim.injectFault({ match: 'WS upgrade', status: 503, times: 0 })
    const { connection, told } = connectionOf(app, { startupDeadlineMs: 30 })
    expect(await rejection(connection.start())).toMatchObject({ code: 'feishu_unavailable' })
    expect(told()).toEqual([])
    emulator.sim.clearFaults()
    await expect.poll(() => connection.status().state).toBe('connected')
    expect(told()).toEqual(['connected true'])
  })

  it.each<[string, StubAnswer]>([
    [
      'a busy Feishu (code 1)',
      (_, response) => answerJson(response, { code: 1, msg: 'busy', data: {} }),
    ],
    [
      'a refusal without data',
      (_, response) => answerJson(response, { code: 1000040351, msg: 'busy' }),
    ],
    ['a bad gateway', (_, response) => response.writeHead(502).end('<html>')],
    [
      'a socket that nobody serves',
      (_, response) => answerJson(response, { code: 0, data: { URL: 'ws://127.0.0.1:1/ws' } }),
    ],
    ['a reply without an address', (_, response) => answerJson(response, { code: 0, data: {} })],
  ])('keeps trying with %s', async (_, answer) => {
    const stub = await startStub(answer)
    bench.keep(stub)
    const { connection } = connectionOf(appAt(stub.url, STUB_APP), { notConnectedMs: 20 })
    connection.start().catch(() => undefined)
    await expect.poll(() => stub.requests.length).toBeGreaterThan(2)
    expect(connection.status()).toMatchObject({ lastError: { code: 'feishu_unavailable' } })
  })
})

describe('a lost connection', () => {
  it('comes back', async () => {
    const { emulator, app } = await onEmulator()
    const { connection, told } = connectionOf(app)
    await connection.start()
    emulator.sim.dropConnections()
    await expect
      .poll(() => told().slice(1))
      .toEqual(['connected false', 'reconnect success', 'connected true'])
    expect(connection.status().state).toBe('connected')
  })

  it('is noticed though the other side only went silent', async () => {
    const { emulator, app } = await onEmulator({
      clientConfig: {
        ReconnectCount: -1,
        ReconnectInterval: 0.02,
        ReconnectNonce: 0,
        PingInterval: 0.15,
      },
    })
    const { connection, told } = connectionOf(app, { pingTimeoutMs: 120 })
    await connection.start()
    emulator.sim.dropConnections({ halfOpen: true })
    await expect
      .poll(() => told().slice(1, 4))
      .toEqual(['connected false', 'reconnect success', 'connected true'])
  })

  it('is opened anew when the server lets the SDK try only once', async () => {
    const { emulator, app } = await onEmulator({
      clientConfig: {
        ReconnectCount: 1,
        ReconnectInterval: 0.01,
        ReconnectNonce: 0,
        PingInterval: 120,
      },
    })
    const { connection, told, feishu } = connectionOf(app)
    await connection.start()
    emulator.sim.injectFault({ match: 'WS upgrade', status: 503, times: 2 })
    emulator.sim.dropConnections()
    await expect.poll(() => told()).toContain('reconnect failure')
    await expect.poll(() => told().at(-1)).toBe('connected true')
    expect(told().slice(-2)).toEqual(['reconnect success', 'connected true'])
    expect(feishu.linesOf('long_connection_restarting').length).toBeGreaterThan(0)
  })

  it('is opened anew when it stays away for too long', async () => {
    const { emulator, app } = await onEmulator({
      clientConfig: {
        ReconnectCount: -1,
        ReconnectInterval: 600,
        ReconnectNonce: 0,
        PingInterval: 120,
      },
    })
    const { connection, told } = connectionOf(app, { notConnectedMs: 150 })
    await connection.start()
    // The SDK would now wait ten minutes.
    emulator.sim.injectFault({ match: 'WS upgrade', status: 503 })
    emulator.sim.dropConnections()
    await expect.poll(() => told()).toContain('reconnect failure')
    await expect.poll(() => told().slice(-2)).toEqual(['reconnect success', 'connected true'])
  })

  it('survives credentials that stop working, and comes back when they work again', async () => {
    const { emulator, app } = await onEmulator()
    const { connection, told } = connectionOf(app)
    await connection.start()
    emulator.sim.setApp({ appSecret: 'rotated' })
    emulator.sim.dropConnections()
    await expect
      .poll(() => told().filter((each) => each === 'reconnect failure').length)
      .toBeGreaterThan(1)
    expect(connection.status()).toMatchObject({
      state: 'reconnecting',
      lastError: { reason: 'bad_client' },
    })
    emulator.sim.setApp({ appSecret: app.appSecret })
    await expect.poll(() => connection.status().state).toBe('connected')
    expect(connection.status().lastError).toBeNull()
  })

  it('pauses longer and longer, up to a bound, with room for chance', async () => {
    const stub = await startStub((_, response) => answerJson(response, { code: 1, data: {} }))
    bench.keep(stub)
    const clock = createFakeClock()
    const { connection, feishu } = connectionOf(
      appAt(stub.url, STUB_APP),
      { firstPauseMs: 1000, longestPauseMs: 4000, checkEveryMs: 100_000 },
      undefined,
      clock,
    )
    connection.start().catch(() => undefined)
    const pauses = () =>
      feishu.linesOf('long_connection_restarting').map(({ fields }) => Number(fields.pause_ms))
    for (let count = 1; count <= 4; count += 1) {
      await expect.poll(() => pauses().length).toBe(count)
      clock.advance(4000)
    }
    const bounds = [1000, 2000, 4000, 4000]
    for (const [i, pause] of pauses().slice(0, 4).entries()) {
      expect(pause).toBeGreaterThanOrEqual((bounds[i] ?? 0) / 2)
      expect(pause).toBeLessThanOrEqual(bounds[i] ?? 0)
    }
  })
})

describe('closing', () => {
  it('ends the connection and tells so', async () => {
    const { emulator, app } = await onEmulator()
    const { connection, told } = connectionOf(app)
    await connection.start()
    await connection.close()
    await connection.close()
    expect(told()).toEqual(['connected true', 'connected false'])
    expect(connection.status().state).toBe('stopped')
    await expect.poll(() => emulator.sim.state().connections).toEqual([])
  })

  it('ends a start that never succeeds', async () => {
    const { connection } = connectionOf(appAt('http://127.0.0.1:1', STUB_APP))
    const started = rejection(connection.start())
    await connection.close()
    expect(await started).toMatchObject({ code: 'feishu_unavailable' })
    expect(connection.status().state).toBe('stopped')
  })

  it('lets an answer out that is being worked on', async () => {
    const { emulator, app, person } = await onEmulator()
    let finish: () => void = () => undefined
    let hasBegun = false
    const { connection } = connectionOf(app, {}, async () => {
      hasBegun = true
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      return {}
    })
    await connection.start()
    const tapped = tap(emulator, person.openId)
    await expect.poll(() => hasBegun).toBe(true)
    const closed = connection.close()
    finish()
    await closed
    expect(await tapped).not.toHaveProperty('code')
  })

  it('waits at most three seconds for an answer that never comes, and then closes by force', async () => {
    const { emulator, app, person } = await onEmulator()
    const clock = createSystemClock()
    const slept: number[] = []
    const quick: Clock = {
      now: clock.now,
      sleep(milliseconds, signal) {
        slept.push(milliseconds)
        return clock.sleep(milliseconds / 100, signal)
      },
    }
    let hasBegun = false
    const hang = () => {
      hasBegun = true
      return new Promise<object>(() => {})
    }
    const { connection } = connectionOf(app, { checkEveryMs: 100_000 }, hang, quick)
    await connection.start()
    const tapped = tap(emulator, person.openId)
    await expect.poll(() => hasBegun).toBe(true)
    slept.length = 0
    await connection.close()
    const waited = slept.filter((milliseconds) => milliseconds < 100_000)
    expect(waited.reduce((sum, milliseconds) => sum + milliseconds, 0)).toBeLessThanOrEqual(3000)
    await expect.poll(() => emulator.sim.state().connections).toEqual([])
    expect(await tapped).toHaveProperty('code')
  })
})

describe('frames', () => {
  it('bring a tap to the handler and its answer back to the person', async () => {
    const { emulator, app, person } = await onEmulator()
    const heard: unknown[] = []
    const { connection } = connectionOf(app, {}, async (event) => {
      heard.push(event)
      return {
        toast: { type: 'info', content: 'ok', i18n: { zh_cn: '好', en_us: 'ok', ja_jp: 'はい' } },
      }
    })
    await connection.start()
    expect(await tap(emulator, person.openId)).toMatchObject({ toast: { type: 'info' } })
    expect(heard).toMatchObject([
      { operator: { open_id: person.openId }, action: { value: { x: 1 } } },
    ])
  })

  it('of doubled taps reach the handler twice: it is the one to tell', async () => {
    const { emulator, app, person } = await onEmulator()
    const ids: unknown[] = []
    const { connection } = connectionOf(app, {}, async (event) => {
      ids.push(Reflect.get(Object(event), 'event_id'))
      return {}
    })
    await connection.start()
    emulator.sim.duplicateEvents({ times: 1 })
    await tap(emulator, person.openId)
    await expect.poll(() => ids.length).toBe(2)
    expect(ids[0]).toBe(ids[1])
  })

  it('of the old card form are reported once', async () => {
    const { emulator, app } = await onEmulator({ callbackTimeoutMs: 30 })
    const { connection, feishu } = connectionOf(app)
    await connection.start()
    for (let i = 0; i < 2; i += 1) {
      await emulator.sim.sendRawEvent({ frameType: 'card', payload: { open_id: 'ou_x' } })
    }
    await expect.poll(() => feishu.linesOf('old_card_callback').length).toBe(1)
    expect(connection.status().state).toBe('connected')
  })

  it('of unknown shape disturb nothing', async () => {
    const { emulator, app, person } = await onEmulator()
    const { connection } = connectionOf(app)
    await connection.start()
    for (const payload of [
      {},
      { schema: '2.0' },
      { schema: '2.0', header: {}, event: null },
      [],
      'text',
    ]) {
      // Not awaited: nobody acknowledges these.
      void emulator.sim.sendRawEvent({ payload })
    }
    expect(await tap(emulator, person.openId)).not.toHaveProperty('code')
    expect(connection.status().state).toBe('connected')
  })

  it('of events that nobody needs are taken quietly', async () => {
    const { emulator, app, person } = await onEmulator()
    const { connection, feishu } = connectionOf(app)
    await connection.start()
    expect(await emulator.sim.say({ openId: person.openId, text: 'hello' })).toMatchObject({
      delivered: true,
    })
    expect(await emulator.sim.enterChat({ openId: person.openId })).toMatchObject({
      delivered: true,
    })
    expect(feishu.linesOf('sdk_warning')).toEqual([])
  })
})

/** A person taps a button with a value of its own on some card of the bot. */
async function tap(emulator: Awaited<ReturnType<typeof onEmulator>>['emulator'], openId: string) {
  const app = appAt(emulator.url, emulator.app)
  const { http, log } = createFeishuBench()
  const messenger = createCardMessenger({ apps: [app], http, log, clock: createSystemClock() })
  const { messageId } = await messenger.sendCard(
    sessionOf(app, openId),
    'https://auth.example.com/a',
  )
  return emulator.sim.click({ messageId, openId, button: { value: { x: 1 } } })
}
