import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Answer, text } from './answer.ts'
import type { EmulatorContext } from './context.ts'
import { faultAnswer } from './fault-answer.ts'
import type { ActiveFault } from './faults.ts'
import { newLogId } from './ids.ts'
import { readBody } from './read-body.ts'
import { recordExchange } from './record-exchange.ts'
import type { EmulatorRequest, Router } from './router.ts'

/** Takes over a socket that asks to become a WebSocket. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** The one port behind which every emulated host lives. */
export interface HttpServer {
  /** Resolves with the port. */
  listen(port: number, host: string): Promise<number>
  /** Closes every socket at once. */
  close(): Promise<void>
}

/** Creates the server of a router; nothing listens yet. */
export function createHttpServer(
  context: EmulatorContext,
  router: Router,
  upgrade: UpgradeHandler,
): HttpServer {
  const server = createServer((incoming, outgoing) => {
    serve(context, router, incoming, outgoing).catch((error: unknown) => {
      const cause = error instanceof Error ? error.message : 'unknown'
      context.options.log({ level: 'error', message: 'a route of the emulator failed', cause })
      outgoing.destroy()
    })
  })
  server.on('upgrade', upgrade)

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => {
          server.off('error', reject)
          const address = server.address()
          resolve(typeof address === 'object' && address !== null ? address.port : port)
        })
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  context: EmulatorContext,
  router: Router,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const startedAt = performance.now()
  const method = incoming.method ?? 'GET'
  const { pathname, searchParams } = parseUrl(incoming.url ?? '/')
  const logId = newLogId(context.clock.now())
  const read = await readBody(incoming)
  const matched = router.match(method, pathname)
  const request: EmulatorRequest = {
    ...read,
    method,
    path: pathname,
    query: searchParams,
    params: matched?.params ?? {},
    headers: incoming.headers,
    logId,
  }

  const fault = isOurs(pathname) ? null : context.faults.take(method, pathname)
  if (fault?.delayMs !== undefined) await wait(fault.delayMs)
  if (fault?.cut === 'before') return cut(context, request, outgoing, startedAt)
  const answer = await answerOf(context, request, matched?.route.handler, fault)
  if (fault?.cut === 'after') return cut(context, request, outgoing, startedAt)
  send(outgoing, answer, logId, context.clock.now())
  recordExchange(context, request, answer, performance.now() - startedAt)
}

async function answerOf(
  context: EmulatorContext,
  request: EmulatorRequest,
  handler: ((request: EmulatorRequest) => Answer | Promise<Answer>) | undefined,
  fault: ActiveFault | null,
): Promise<Answer> {
  const faulty = fault === null ? null : faultAnswer(fault, request.path, request.logId)
  if (faulty !== null) return faulty
  if (handler !== undefined) return handler(request)
  const { method, path, logId } = request
  context.options.log({ level: 'warn', message: 'not emulated', method, path, logId })
  return text('404 page not found', 404)
}

/** The `Date` is that of the emulator's clock: a client whose own clock is wrong can see it. */
function send(outgoing: ServerResponse, answer: Answer, logId: string, now: number): void {
  const date = new Date(now).toUTCString()
  outgoing.writeHead(answer.status, { date, 'x-tt-logid': logId, ...answer.headers })
  if (typeof answer.body === 'string' || Buffer.isBuffer(answer.body)) {
    outgoing.end(answer.body)
    return
  }
  answer.body.open(
    (chunk) => outgoing.write(chunk),
    (listener) => outgoing.on('close', listener),
  )
}

function cut(
  context: EmulatorContext,
  request: EmulatorRequest,
  outgoing: ServerResponse,
  startedAt: number,
): void {
  outgoing.destroy()
  recordExchange(context, request, null, performance.now() - startedAt)
}

/** The sandbox's own pages and verbs: no Feishu, so no fault strikes them. */
function isOurs(path: string): boolean {
  return path === '/' || path.startsWith('/sim') || path.startsWith('/chat')
}

function parseUrl(url: string): URL {
  try {
    return new URL(url, 'http://emulator.invalid')
  } catch {
    return new URL('http://emulator.invalid/')
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
