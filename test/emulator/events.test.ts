import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { FeishuEmulator } from '../../src/emulator/index.ts'
import { decodeFrame, encodeFrame, type Frame, frameHeader } from '../../src/emulator/ws/frame.ts'
import { createEmulatorBench, someone } from '../support/emulator-bench.ts'
import { createInbox } from '../support/inbox.ts'
import { issueConnectionUrl } from '../support/issue-connection-url.ts'

const received = 'im.message.receive_v1'

const bench = createEmulatorBench()
afterEach(() => bench.close())

function pushes(emulator: FeishuEmulator): number {
  return emulator.sim.transcript().filter(({ kind, method }) => {
    return kind === 'frame_out' && method === 'event'
  }).length
}

function acksWith(emulator: FeishuEmulator, code: number): number {
  const isAck = expect.objectContaining({ method: 'ack', response: { code } })
  return emulator.sim.transcript().filter((entry) => isAck.asymmetricMatch(entry)).length
}

describe('events', () => {
  it('reach the handler and are acknowledged', async () => {
    const emulator = await bench.start()
    const messages = createInbox()
    await bench.connect(emulator, { [received]: messages.take })
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
    const emulator = await bench.start()
    const [left, right] = [createInbox(), createInbox()]
    await bench.connect(emulator, { [received]: left.take })
    await bench.connect(emulator, { [received]: right.take })
    const { openId } = someone(emulator)
    for (let count = 0; count < 30; count += 1) await emulator.sim.say({ openId, text: 'hi' })
    expect(left.events.length + right.events.length).toBe(30)
    expect(left.events.length).toBeGreaterThan(0)
    expect(right.events.length).toBeGreaterThan(0)
  })

  it('travel in pieces when they are long, cut even inside a character', async () => {
    const emulator = await bench.start()
    const messages = createInbox()
    await bench.connect(emulator, { [received]: messages.take })
    const text = `a${'林夏'.repeat(30_000)}`
    const { openId } = someone(emulator)
    expect(await emulator.sim.say({ openId, text })).toMatchObject({ delivered: true })
    expect(messages.events[0]?.message).toMatchObject({ content: JSON.stringify({ text }) })
  })

  it('carry the number of their pieces, which a client joins by message_id', async () => {
    const emulator = await bench.start()
    const socket = new WebSocket(await issueConnectionUrl(emulator))
    bench.keep({ close: () => socket.terminate() })
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
    const emulator = await bench.start()
    const messages = createInbox()
    await bench.connect(emulator, { [received]: messages.take })
    const { openId } = someone(emulator)
    emulator.sim.duplicateEvents({ times: 1 })
    await emulator.sim.say({ openId, text: 'twice' })
    await emulator.sim.say({ openId, text: 'once' })
    const [first, second, third] = messages.events.map((event) => event.event_id)
    expect(messages.events).toHaveLength(3)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })

  it('come again after 15 seconds, 5 minutes, 1 hour and 6 hours, then never more', async () => {
    const startedAt = Date.now()
    const emulator = await bench.start({ now: () => startedAt })
    const attempts = createInbox()
    await bench.connect(emulator, {
      [received]: async (event) => {
        await attempts.take(event)
        throw new Error('not now')
      },
    })
    const { openId } = someone(emulator)
    expect(await emulator.sim.say({ openId, text: 'hello' })).toMatchObject({ delivered: false })
    for (const [index, seconds] of [15, 300, 3600, 21_600].entries()) {
      emulator.sim.advanceClock({ seconds: seconds - 1 })
      expect(pushes(emulator)).toBe(index + 1)
      emulator.sim.advanceClock({ seconds: 1 })
      expect(pushes(emulator)).toBe(index + 2)
      await expect.poll(() => acksWith(emulator, 500)).toBe(index + 2)
    }
    emulator.sim.advanceClock({ seconds: 100_000 })
    expect(pushes(emulator)).toBe(5)
    expect(new Set(attempts.events.map((event) => event.event_id)).size).toBe(1)
  })

  it('come no more once one was acknowledged', async () => {
    const emulator = await bench.start()
    const attempts = createInbox()
    await bench.connect(emulator, {
      [received]: async (event) => {
        await attempts.take(event)
        if (attempts.events.length === 1) throw new Error('not yet')
      },
    })
    const { openId } = someone(emulator)
    expect(await emulator.sim.say({ openId, text: 'hello' })).toMatchObject({ delivered: false })
    emulator.sim.advanceClock({ seconds: 15 })
    await expect.poll(() => acksWith(emulator, 200)).toBe(1)
    emulator.sim.advanceClock({ seconds: 100_000 })
    expect(pushes(emulator)).toBe(2)
  })

  it('wait for a connection when there is none', async () => {
    const emulator = await bench.start()
    const { openId } = someone(emulator)
    expect(await emulator.sim.say({ openId, text: 'hello' })).toMatchObject({ delivered: false })
    const messages = createInbox()
    await bench.connect(emulator, { [received]: messages.take })
    emulator.sim.advanceClock({ seconds: 15 })
    await messages.reached(1)
  })

  it('of an unknown shape are pushed as they are', async () => {
    const emulator = await bench.start({ callbackTimeoutMs: 50 })
    await bench.connect(emulator, {})
    const payload = { schema: '2.0', header: { event_type: 'brand.new_v9' }, event: {} }
    expect(await emulator.sim.sendRawEvent({ payload })).toEqual({ delivered: true })
    const card = { frameType: 'card' as const, payload }
    expect(await emulator.sim.sendRawEvent(card)).toEqual({ delivered: false })
  })
})
