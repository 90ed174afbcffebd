import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** One exchange as it crossed the wire, nothing masked. */
export type WireExchange = {
  method: string
  path: string
  headers: IncomingHttpHeaders
  request: string
  response: string
}

/** Stands between the service and the emulator, whose own transcript is masked, and keeps everything. */
export type WireTap = {
  url: string
  exchanges: WireExchange[]
  /** What the long connections brought, frame by frame and uncompressed. */
  frames(): string
  close(): Promise<void>
}

/** Starts a tap in front of `target`. */
export async function startWireTap(target: string): Promise<WireTap> {
  const { port: targetPort, hostname } = new URL(target)
  const exchanges: WireExchange[] = []
  const frames: Buffer[] = []
  const sockets = new Set<Duplex>()

  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url: path = '', headers } = incoming
    const exchange: WireExchange = { method, path, headers, request: '', response: '' }
    exchanges.push(exchange)
    const body = await readAll(incoming)
    exchange.request = body.toString()
    // The host stays that of the tap, so that the long connection comes through it as well.
    const upstream = request({ host: hostname, port: targetPort, method, path, headers })
    upstream.on('error', () => outgoing.destroy())
    upstream.on('response', async (reply) => {
      try {
        const answer = await readAll(reply)
        exchange.response = answer.toString()
        outgoing.writeHead(reply.statusCode ?? 502, reply.headers).end(answer)
      } catch {
        outgoing.destroy()
      }
    })
    upstream.end(body)
  })

  server.on('upgrade', (incoming: IncomingMessage, near: Socket, head: Buffer) => {
    const far = connect(Number(targetPort), hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    // Without extensions nothing is compressed.
    const headers = Object.entries(incoming.headers)
      .filter(([name]) => name !== 'sec-websocket-extensions')
      .map(([name, value]) => `${name}: ${String(value)}`)
    far.write(`GET ${incoming.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
    far.write(head)
    far.on('data', (chunk: Buffer) => frames.push(chunk))
    far.pipe(near)
    near.pipe(far)
  })

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    exchanges,
    frames: () => Buffer.concat(frames).toString('latin1'),
    close() {
      for (const socket of sockets) socket.destroy()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
