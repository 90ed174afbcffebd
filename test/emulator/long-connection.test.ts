import { once } from 'node:events'
import { isAxiosError } from 'axios'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import {
  type FeishuEmulator,
  type FeishuEmulatorOptions,
  startFeishuEmulator,
} from '../../src/emulator/index.ts'
import { decodeFrame, encodeFrame, type Frame, frameHeader } from '../../src/emulator/ws/frame.ts'
import {
  connectSdkBot,
  createSdkClient,
  type SdkBot,
  type SdkBotOptions,
  type SdkEvent,
  type SdkHandlers,
} from '../support/sdk-bot.ts'

const quick = { ReconnectCount: -1, ReconnectInterval: 0.1, ReconnectNonce: 0, PingInterval: 120 }
const received = 'im.message.receive_v1'
const clicked = 'card.action.trigger'

const opened: { close(): unknown }[] = []

afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close()
})

async function start(options: FeishuEmulatorOptions = {}): Promise<FeishuEmulator> {
  const emulator = await startFeishuEmulator({ clientConfig: quick, ...options })
  opened.push(emulator)
  return emulator
}

async function connect(
  emulator: FeishuEmulator,
  handlers: SdkHandlers,
  options?: SdkBotOptions,
): Promise<SdkBot> {
  const bot = await connectSdkBot(emulator, handlers, options)
  opened.push(bot)
  return bot
}

/** A handler that keeps what it was given and can be awaited. */
function inbox() {
  const events: SdkEvent[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  return {
    events,
    async take(event: SdkEvent): Promise<undefined> {
      events.push(event)
      for (const { count, resolve } of waiting) if (events.length >= count) resolve()
    },
    reached(count: number): Promise<void> {
      if (events.length >= count) return Promise.resolve()
      return new Promise((resolve) => waiting.push({ count, resolve }))
    },
  }
}

function someone(emulator: FeishuEmulator) {
  const person = emulator.people[0]
  if (person === undefined) throw new Error('The emulator has no people.')
  return person
}

const askingCard = {
  schema: '2.0',
  config: { update_multi: true },
  body: {
    elements: [
      {
        tag: 'button',
        text: { tag: 'plain_text', content: 'Not now', i18n_content: { zh_cn: '暂不' } },
        behaviors: [{ type: 'callback', value: { action: 'decline' } }],
      },
    ],
  },
}

const declinedCard = {
  schema: '2.0',
  config: { update_multi: true },
  body: { elements: [{ tag: 'markdown', content: 'Declined' }] },
}

async function sendCard(emulator: FeishuEmulator): Promise<string> {
  const answer = await createSdkClient(emulator).im.message.create({
    params: { receive_id_type: 'open_id' },
    data: {
      receive_id: someone(emulator).openId,
      msg_type: 'interactive',
      content: JSON.stringify(askingCard),
    },
  })
  expect(answer.code).toBe(0)
  return answer.data?.message_id ?? ''
}

async function tapNotNow(emulator: FeishuEmulator) {
  const messageId = await sendCard(emulator)
  const { openId } = someone(emulator)
  return emulator.sim.click({ messageId, openId, button: { text: '暂不' } })
}

async function issueUrl(emulator: FeishuEmulator): Promise<URL> {
  const response = await fetch(`${emulator.url}/callback/ws/endpoint`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ AppID: emulator.app.appId, AppSecret: emulator.app.appSecret }),
  })
  const [, url] = /"URL":"([^"]+)"/.exec(await response.text()) ?? []
  return new URL(url ?? '')
}

/** Opens a bare WebSocket; gives the headers of the refusal, or null when it opened. */
function open(url: URL): Promise<Record<string, unknown> | null> {
  const socket = new WebSocket(url)
  opened.push({ close: () => socket.terminate() })
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(null))
    socket.on('unexpected-response', (_request, response) => resolve(response.headers))
    socket.on('error', reject)
  })
}

function pushes(emulator: FeishuEmulator): number {
  return emulator.sim.transcript().filter(({ kind, method }) => {
    return kind === 'frame_out' && method === 'event'
  }).length
}

describe('connecting', () => {
  it('brings the SDK to ready and answers its first ping with all four settings', async () => {
    const emulator = await start()
    await connect(emulator, {})
    expect(emulator.sim.state().connections).toHaveLength(1)
    await expect
      .poll(() => emulator.sim.transcript().find(({ method }) => method === 'pong')?.response)
      .toEqual(quick)
  })

  it('ends with a fatal error when the secret is wrong', async () => {
    const emulator = await start()
    await expect(connect(emulator, {}, { appSecret: 'wrong' })).rejects.toThrow('1000040345')
  })

  it('ends with a fatal error when the app is switched off', async () => {
    const emulator = await start({ app: { enabled: false } })
    await expect(connect(emulator, {})).rejects.toThrow('403')
  })

  it('refuses an app id of the wrong form', async () => {
    const emulator = await start()
    const response = await fetch(`${emulator.url}/callback/ws/endpoint`, {
      method: 'POST',
      body: JSON.stringify({ AppID: 'me', AppSecret: 'x' }),
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      code: 1000040346,
      msg: 'app_id is invalid',
      data: { URL: '' },
    })
  })

  it('never puts service_id first, where the SDK would not see it', async () => {
    const url = await issueUrl(await start())
    expect(url.searchParams.get('service_id')).toMatch(/^\d+$/)
    expect([...url.searchParams.keys()][0]).not.toBe('service_id')
  })

  it('takes a ticket once', async () => {
    const emulator = await start()
    const url = await issueUrl(emulator)
    expect(await open(url)).toBeNull()
    expect(await open(url)).toMatchObject({ 'handshake-status': '514' })
  })

  it('refuses the fifty-first connection of an app', async () => {
    const emulator = await start()
    const urls = await Promise.all(Array.from({ length: 50 }, () => issueUrl(emulator)))
    expect(new Set(await Promise.all(urls.map(open)))).toEqual(new Set([null]))
    expect(await open(await issueUrl(emulator))).toMatchObject({
      'handshake-status': '514',
      'handshake-autherrcode': '1000040350',
    })
  })

  it('lets the SDK retry when an upgrade is refused', async () => {
    const emulator = await start()
    emulator.sim.injectFault({ match: 'WS upgrade' })
    await connect(emulator, {})
    expect(emulator.sim.state().connections).toHaveLength(1)
  })

  it('is found again by the SDK after a drop', async () => {
    const emulator = await start()
    const messages = inbox()
    const bot = await connect(emulator, { [received]: messages.take })
    expect(emulator.sim.dropConnections()).toEqual({ dropped: 1 })
    await bot.reconnected
    const { openId } = someone(emulator)
    expect(await emulator.sim.say({ openId, text: 'still there?' })).toMatchObject({
      delivered: true,
    })
  })

  it('can go deaf, which only a ping timeout notices', async () => {
    const emulator = await start({ clientConfig: { ...quick, PingInterval: 0.1 } })
    const bot = await connect(emulator, {}, { pingTimeoutSeconds: 0.05 })
    const before = emulator.sim.state().connections.map(({ id }) => id)
    emulator.sim.dropConnections({ halfOpen: true })
    await bot.reconnected
    await expect.poll(() => emulator.sim.state().connections).toHaveLength(1)
    expect(emulator.sim.state().connections.map(({ id }) => id)).not.toEqual(before)
  })
})

describe('events', () => {
  it('reach the handler and are acknowledged', async () => {
    const emulator = await start()
    const messages = inbox()
    await connect(emulator, { [received]: messages.take })
    const { openId } = someone(emulator)
    const said = await emulator.sim.say({ openId, text: '你好' })
    expect(said.delivered).toBe(true)
    expect(messages.events).toMatchObject([
      {
        event_type: received,
        app_id: emulator.app.appId,
        sender: { sender_id: { open_id: openId } },
        message: { message_id: said.messageId, content: '{"text":"你好"}' },
      },
    ])
  })

  it('go to one connection each, never to all', async () => {
    const emulator = await start()
    const [left, right] = [inbox(), inbox()]
    await connect(emulator, { [received]: left.take })
    await connect(emulator, { [received]: right.take })
    const { openId } = someone(emulator)
    for (let count = 0; count < 30; count += 1) await emulator.sim.say({ openId, text: 'hi' })
    expect(left.events.length + right.events.length).toBe(30)
    expect(left.events.length).toBeGreaterThan(0)
    expect(right.events.length).toBeGreaterThan(0)
  })

  it('travel in pieces when they are long, cut even inside a character', async () => {
    const emulator = await start()
    const messages = inbox()
    await connect(emulator, { [received]: messages.take })
    const text = `a${'林夏'.repeat(30_000)}`
    const { openId } = someone(emulator)
    expect(await emulator.sim.say({ openId, text })).toMatchObject({ delivered: true })
    expect(messages.events[0]?.message).toMatchObject({ content: JSON.stringify({ text }) })
  })

  it('carry the number of their pieces, which a client joins by message_id', async () => {
    const emulator = await start()
    const socket = new WebSocket(await issueUrl(emulator))
    opened.push({ close: () => socket.terminate() })
    await once(socket, 'open')
    const frames: Frame[] = []
    socket.on('message', (data: Buffer) => {
      const frame = decodeFrame(data)
      frames.push(frame)
      if (frames.length < Number(frameHeader(frame, 'sum'))) return
      socket.send(encodeFrame({ ...frame, payload: Buffer.from('{"code":200,"data":null}') }))
    })
    const text = 'x'.repeat(150_000)
    const { openId } = someone(emulator)
    expect(await emulator.sim.say({ openId, text })).toMatchObject({ delivered: true })
    const headers = (key: string) => frames.map((frame) => frameHeader(frame, key))
    expect(headers('seq')).toEqual(['0', '1', '2'])
    expect(headers('sum')).toEqual(['3', '3', '3'])
    expect(headers('type')).toEqual(['event', 'event', 'event'])
    expect(new Set(headers('message_id')).size).toBe(1)
    const joined = Buffer.concat(frames.flatMap(({ payload }) => payload ?? []))
    expect(JSON.parse(joined.toString())).toMatchObject({
      schema: '2.0',
      event: { message: { content: JSON.stringify({ text }) } },
    })
  })

  it('come twice with the same event_id when asked to', async () => {
    const emulator = await start()
    const messages = inbox()
    await connect(emulator, { [received]: messages.take })
    const { openId } = someone(emulator)
    emulator.sim.duplicateEvents({ times: 1 })
    await emulator.sim.say({ openId, text: 'twice' })
    await emulator.sim.say({ openId, text: 'once' })
    const [first, second, third] = messages.events.map((event) => event.event_id)
    expect(messages.events).toHaveLength(3)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })

  it('come again after 15 seconds, 5 minutes, 1 hour and 6 hours until one is acknowledged', async () => {
    const emulator = await start()
    const attempts = inbox()
    await connect(emulator, {
      [received]: async (event) => {
        await attempts.take(event)
        if (attempts.events.length < 3) throw new Error('not yet')
      },
    })
    const { openId } = someone(emulator)
    expect(await emulator.sim.say({ openId, text: 'hello' })).toMatchObject({ delivered: false })

    emulator.sim.advanceClock({ seconds: 14 })
    expect(pushes(emulator)).toBe(1)
    emulator.sim.advanceClock({ seconds: 1 })
    await attempts.reached(2)
    await expect.poll(() => acksWith(emulator, 500)).toBe(2)
    emulator.sim.advanceClock({ seconds: 300 })
    await attempts.reached(3)
    await expect.poll(() => acksWith(emulator, 200)).toBe(1)

    emulator.sim.advanceClock({ seconds: 30_000 })
    expect(pushes(emulator)).toBe(3)
    expect(new Set(attempts.events.map((event) => event.event_id)).size).toBe(1)
  })

  it('wait for a connection when there is none', async () => {
    const emulator = await start()
    const { openId } = someone(emulator)
    expect(await emulator.sim.say({ openId, text: 'hello' })).toMatchObject({ delivered: false })
    const messages = inbox()
    await connect(emulator, { [received]: messages.take })
    emulator.sim.advanceClock({ seconds: 15 })
    await messages.reached(1)
  })

  it('of an unknown shape are pushed as they are', async () => {
    const emulator = await start({ callbackTimeoutMs: 50 })
    await connect(emulator, {})
    const payload = { schema: '2.0', header: { event_type: 'brand.new_v9' }, event: {} }
    expect(await emulator.sim.sendRawEvent({ payload })).toEqual({ delivered: true })
    const card = { frameType: 'card' as const, payload }
    expect(await emulator.sim.sendRawEvent(card)).toEqual({ delivered: false })
  })
})

function acksWith(emulator: FeishuEmulator, code: number): number {
  const isAck = expect.objectContaining({ method: 'ack', response: { code } })
  return emulator.sim.transcript().filter((entry) => isAck.asymmetricMatch(entry)).length
}

describe('card callbacks', () => {
  it('bring the toast and the new card of the answer', async () => {
    const emulator = await start()
    const taps = inbox()
    await connect(emulator, {
      [clicked]: async (event) => {
        await taps.take(event)
        return {
          toast: { type: 'info', content: 'Nothing was shared', i18n: { zh_cn: '未共享' } },
          card: { type: 'raw', data: declinedCard },
        }
      },
    })
    expect(await tapNotNow(emulator)).toEqual({
      toast: { type: 'info', content: 'Nothing was shared', i18n: { zh_cn: '未共享' } },
      card: declinedCard,
    })
    const [message] = emulator.sim.messages()
    expect(message).toMatchObject({ content: declinedCard, updated: true, buttons: [] })
    const { openId, tenantKey } = someone(emulator)
    expect(taps.events).toMatchObject([
      {
        operator: { open_id: openId, tenant_key: tenantKey },
        token: expect.stringMatching(/^c-/),
        create_time: expect.stringMatching(/^\d{16}$/),
        action: { tag: 'button', value: { action: 'decline' } },
        host: 'im_message',
        context: { open_message_id: message?.message_id, open_chat_id: message?.chat_id },
      },
    ])
  })

  it('leave the card alone when the answer is empty', async () => {
    const emulator = await start()
    await connect(emulator, { [clicked]: async () => ({}) })
    expect(await tapNotNow(emulator)).toEqual({})
    expect(emulator.sim.messages()).toMatchObject([{ content: askingCard, updated: false }])
  })

  it.each<[number, string, SdkHandlers]>([
    [200671, 'the handler throws', { [clicked]: () => Promise.reject(new Error('no')) }],
    [200672, 'nothing is registered', {}],
    [200672, 'the answer is a bare card', { [clicked]: async () => declinedCard }],
    [200672, 'the toast has no known type', { [clicked]: async () => ({ toast: { type: 'hm' } }) }],
    [
      200673,
      'the card has a property Feishu does not know',
      { [clicked]: async () => ({ card: { type: 'raw', data: { ...declinedCard, x: 1 } } }) },
    ],
    [
      200673,
      'the card is a template nobody published',
      { [clicked]: async () => ({ card: { type: 'template', data: { template_id: 'AA' } } }) },
    ],
    [
      200830,
      'the card goes back to JSON 1.0',
      { [clicked]: async () => ({ card: { type: 'raw', data: { elements: [] } } }) },
    ],
    [200341, 'the answer takes too long', { [clicked]: () => new Promise(() => {}) }],
  ])('show code %i when %s', async (code, _why, handlers) => {
    const emulator = await start({ callbackTimeoutMs: code === 200341 ? 50 : 3000 })
    await connect(emulator, handlers)
    expect(await tapNotNow(emulator)).toEqual({ code })
    expect(emulator.sim.messages()).toMatchObject([{ content: askingCard }])
  })

  it('show code 200340 when the app is not connected, and are never pushed again', async () => {
    const emulator = await start()
    expect(await tapNotNow(emulator)).toEqual({ code: 200340 })
    const taps = inbox()
    await connect(emulator, { [clicked]: taps.take })
    emulator.sim.advanceClock({ seconds: 30_000 })
    expect(pushes(emulator)).toBe(0)
    expect(taps.events).toEqual([])
  })

  it('can lose their answer on the way', async () => {
    const emulator = await start({ callbackTimeoutMs: 50 })
    const taps = inbox()
    await connect(emulator, { [clicked]: taps.take })
    emulator.sim.injectFault({ match: 'WS callback' })
    expect(await tapNotNow(emulator)).toEqual({ code: 200341 })
    expect(taps.events).toHaveLength(1)
  })
})

describe('the update token of a callback', () => {
  async function tokenFrom(emulator: FeishuEmulator): Promise<string> {
    const taps = inbox()
    await connect(emulator, { [clicked]: taps.take })
    await tapNotNow(emulator)
    return String(taps.events[0]?.token)
  }

  function update(emulator: FeishuEmulator, token: string, card: object = declinedCard) {
    const url = '/open-apis/interactive/v1/card/update'
    return createSdkClient(emulator)
      .request({ method: 'POST', url, data: { token, card } })
      .catch((error: unknown) => (isAxiosError(error) ? error.response?.data : error))
  }

  it('updates the card twice', async () => {
    const emulator = await start()
    const token = await tokenFrom(emulator)
    expect(await update(emulator, token)).toMatchObject({ code: 0 })
    expect(emulator.sim.messages()).toMatchObject([{ content: declinedCard }])
    expect(await update(emulator, token, askingCard)).toMatchObject({ code: 0 })
    expect(await update(emulator, token)).toMatchObject({ code: 300040 })
    expect(emulator.sim.messages()).toMatchObject([{ content: askingCard }])
  })

  it('works for thirty minutes', async () => {
    const emulator = await start()
    const token = await tokenFrom(emulator)
    emulator.sim.advanceClock({ seconds: 30 * 60 })
    expect(await update(emulator, token)).toMatchObject({ code: 300030 })
  })

  it('has to be one, and the card has to be right', async () => {
    const emulator = await start()
    const token = await tokenFrom(emulator)
    expect(await update(emulator, 'x-1')).toMatchObject({ code: 300020 })
    expect(await update(emulator, token, { schema: '2.0', x: 1 })).toMatchObject({ code: 11311 })
    expect(await update(emulator, token, { elements: [] })).toMatchObject({ code: 200830 })
  })

  it('is undone when it overtakes the answer of the callback', async () => {
    const emulator = await start()
    await connect(emulator, {
      [clicked]: async ({ token }) => {
        await update(emulator, String(token))
        return {}
      },
    })
    expect(await tapNotNow(emulator)).toEqual({})
    expect(emulator.sim.messages()).toMatchObject([{ content: askingCard }])
  })
})
