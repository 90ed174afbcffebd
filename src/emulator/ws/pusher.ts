import type { EmulatorContext } from '../context.ts'
import type { Ack } from './callback-answer.ts'
import type { Connections } from './connections.ts'
import { fragmentsOf } from './fragments.ts'
import { type Frame, frameHeader } from './frame.ts'

/** What became of one push. */
export type PushResult =
  | { state: 'answered'; ack: Ack }
  | { state: 'no connection' }
  | { state: 'timeout' }

/** What is pushed, and how the transcript names it. */
export type Push = {
  type: 'event' | 'card'
  payload: unknown
  /** The event type. */
  name: string
  /** The message it is about. */
  messageId?: string
}

/** Sends data frames and waits for their acks. */
export interface Pusher {
  push(push: Push): Promise<PushResult>
  /** Ends every wait as a timeout. */
  close(): void
}

/** What the pusher needs of the emulator. */
export type PusherContext = Pick<EmulatorContext, 'options' | 'clock' | 'transcript'> & {
  connections: Connections
  /** A longer payload travels in several frames; default 64 KiB. */
  fragmentBytes?: number
}

/** Creates the pusher; the wait for an ack runs by the machine's clock. */
export function createPusher(context: PusherContext): Pusher {
  const { options, clock, transcript, connections, fragmentBytes = 64 * 1024 } = context
  const waiting = new Map<string, { push: Push; settle(result: PushResult): void }>()
  let seqId = 0n

  // An ack may arrive on another connection than the push went out on: the SDK does that after a
  // reconnect.
  connections.onData((frame, connectionId) => {
    const found = waiting.get(frameHeader(frame, 'message_id') ?? '')
    const ack = readAck(frame)
    if (ack === undefined) {
      options.log({ level: 'warn', message: 'an ack of the app is not readable', connectionId })
      return
    }
    transcript.add({
      kind: 'frame_in',
      method: 'ack',
      connectionId,
      response: { ...ack, ...(ack.data === undefined ? {} : { data: plain(ack.data) }) },
      ...(found === undefined ? {} : named(found.push)),
    })
    found?.settle({ state: 'answered', ack })
  })

  return {
    push(push) {
      const connection = connections.pick()
      if (connection === undefined) return Promise.resolve({ state: 'no connection' })
      seqId += 1n
      const { payload } = push
      const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
      const origin = { type: push.type, now: clock.now(), seqId }
      const { messageId, frames } = fragmentsOf(bytes, fragmentBytes, origin)
      transcript.add({
        kind: 'frame_out',
        method: push.type,
        connectionId: connection.id,
        request: payload,
        ...named(push),
      })
      return new Promise((resolve) => {
        const settle = (result: PushResult) => {
          clearTimeout(timer)
          waiting.delete(messageId)
          resolve(result)
        }
        const timer = setTimeout(() => settle({ state: 'timeout' }), options.callbackTimeoutMs)
        waiting.set(messageId, { push, settle })
        for (const frame of frames) connection.send(frame)
      })
    },
    close() {
      for (const { settle } of [...waiting.values()]) settle({ state: 'timeout' })
    },
  }
}

function named({ name, messageId }: Push): { path: string; messageId?: string } {
  return messageId === undefined ? { path: name } : { path: name, messageId }
}

function readAck(frame: Frame): Ack | undefined {
  const parsed = parse(frame.payload?.toString('utf8') ?? '')
  if (typeof parsed !== 'object' || parsed === null || !('code' in parsed)) return undefined
  if (typeof parsed.code !== 'number') return undefined
  // The Go client writes `"data": null` when there is none.
  const data = 'data' in parsed && typeof parsed.data === 'string' ? parsed.data : undefined
  return data === undefined ? { code: parsed.code } : { code: parsed.code, data }
}

/** The answer inside an ack, for people to read. */
function plain(data: string): unknown {
  return parse(Buffer.from(data, 'base64').toString('utf8')) ?? data
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
