import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { EmulatorContext } from '../context.ts'
import type { EmulatedConnection } from '../delivery.ts'
import type { UpgradeHandler } from '../http-server.ts'
import { randomHex } from '../ids.ts'
import { decodeFrame, encodeFrame, type Frame, FrameError, frameHeader } from './frame.ts'
import { createTickets, type Tickets } from './tickets.ts'

/** Feishu allows this many connections for one app. */
const MOST_CONNECTIONS = 50

/** One long connection of the app. */
export type Connection = EmulatedConnection & { send(frame: Frame): void }

/** The long connections of the app and the door through which they come. */
export interface Connections {
  readonly tickets: Tickets
  readonly upgrade: UpgradeHandler
  list(): EmulatedConnection[]
  /** One connection at random: Feishu never broadcasts. */
  pick(): Connection | undefined
  /** Calls `listener` with each data frame from the app. */
  onData(listener: (frame: Frame, connectionId: string) => void): void
  /** Cuts every connection, or leaves it open and deaf; gives their number. */
  drop(halfOpen: boolean): number
  close(): Promise<void>
}

/** What the connections need of the emulator. */
export type ConnectionsContext = Pick<
  EmulatorContext,
  'options' | 'clock' | 'faults' | 'transcript' | 'events'
> & {
  /** Picks the connection of a message; default `Math.random`. */
  random?: () => number
}

type Held = Connection & { socket: WebSocket; halfOpen: boolean }

/**
 * Creates the connections; nothing is open yet.
 * @see https://open.feishu.cn/document/server-docs/event-subscription-guide/event-subscription-configure-/request-url-configuration-case
 */
export function createConnections(context: ConnectionsContext): Connections {
  const { options, clock, faults, transcript, events, random = Math.random } = context
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: true })
  const tickets = createTickets()
  const held = new Set<Held>()
  const listeners: ((frame: Frame, connectionId: string) => void)[] = []

  const list = () => [...held].map(({ id, since }) => ({ id, since }))

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://emulator.invalid')
    if (pathname !== '/ws/v2') return refuse(socket, '404 Not Found')
    const fault = faults.take('WS', 'upgrade')
    if (fault?.delayMs !== undefined) await wait(fault.delayMs)
    if (fault?.cut !== undefined) return void socket.destroy()
    if (fault?.status !== undefined || (fault !== null && fault.delayMs === undefined)) {
      return refuse(socket, `${fault.status ?? 503} Refused`)
    }
    if (!tickets.spend(searchParams.get('ticket'))) {
      return refuse(socket, '403 Forbidden', 514, 'ticket is invalid')
    }
    if (held.size >= MOST_CONNECTIONS) {
      return refuse(socket, '403 Forbidden', 514, 'too many connections', 1_000_040_350)
    }
    server.handleUpgrade(request, socket, head, accept)
  }

  function accept(socket: WebSocket): void {
    const connection: Held = {
      id: `conn-${randomHex(4)}`,
      since: clock.now(),
      socket,
      halfOpen: false,
      send(frame) {
        if (!connection.halfOpen) socket.send(encodeFrame(frame))
      },
    }
    held.add(connection)
    socket.on('message', (data: RawData) => receive(connection, data))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      held.delete(connection)
      events.publish('connections', list())
    })
    events.publish('connections', list())
  }

  function receive(connection: Held, data: RawData): void {
    if (connection.halfOpen) return
    const frame = decode(data)
    if (frame === undefined) {
      options.log({ level: 'warn', message: 'a message of the app is no frame' })
      return
    }
    if (frame.method === 0) answerPing(connection, frame)
    else for (const listener of listeners) listener(frame, connection.id)
  }

  function answerPing(connection: Held, ping: Frame): void {
    if (frameHeader(ping, 'type') !== 'ping') return
    const connectionId = connection.id
    transcript.add({ kind: 'frame_in', method: 'ping', connectionId })
    // All four fields, every time: a client overwrites its own with what it finds here.
    const payload = Buffer.from(JSON.stringify(options.clientConfig))
    connection.send({ ...ping, headers: [{ key: 'type', value: 'pong' }], payload })
    transcript.add({
      kind: 'frame_out',
      method: 'pong',
      connectionId,
      response: options.clientConfig,
    })
  }

  return {
    tickets,
    upgrade(request, socket, head) {
      upgrade(request, socket, head).catch(() => socket.destroy())
    },
    list,
    pick() {
      const open = [...held].filter(({ socket }) => socket.readyState === socket.OPEN)
      return open[Math.floor(random() * open.length)]
    },
    onData(listener) {
      listeners.push(listener)
    },
    drop(halfOpen) {
      const number = held.size
      for (const connection of held) {
        if (halfOpen) connection.halfOpen = true
        else connection.socket.terminate()
      }
      return number
    },
    close() {
      for (const { socket } of held) socket.terminate()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function decode(data: RawData): Frame | undefined {
  try {
    return decodeFrame(Buffer.isBuffer(data) ? data : Buffer.concat([data].flat().map(toBuffer)))
  } catch (error) {
    if (error instanceof FrameError) return undefined
    throw error
  }
}

function toBuffer(data: Buffer | ArrayBuffer): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}

/** Refuses an upgrade; the headers are those that the Go and Python clients read. */
function refuse(
  socket: Duplex,
  statusLine: string,
  status?: number,
  message?: string,
  authErrorCode?: number,
): void {
  const headers = ['Connection: close', 'Content-Length: 0']
  if (status !== undefined) headers.push(`Handshake-Status: ${status}`)
  if (message !== undefined) headers.push(`Handshake-Msg: ${message}`)
  if (authErrorCode !== undefined) headers.push(`Handshake-Autherrcode: ${authErrorCode}`)
  socket.end(`HTTP/1.1 ${statusLine}\r\n${headers.join('\r\n')}\r\n\r\n`)
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
