import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Router } from 'express'
import { ConfigurationError } from '../errors.ts'
import { drainConnections } from './drain-connections.ts'
import type { HttpNeighbours } from './http-neighbours.ts'
import { createRouter } from './router.ts'
import { createReadTokenAhead } from './v1/read-token-ahead.ts'

/** The public server. */
export interface HttpServer {
  /**
   * Begins to listen; the port is the chosen one when 0 was asked for.
   * @throws {ConfigurationError} when the address cannot be listened on.
   */
  start(): Promise<{ url: string; port: number }>
  /** Is not ready any more, and goes on answering; each answer ends its connection, so that callers turn elsewhere. */
  leave(): void
  /** Takes no more requests, lets waiters go and resolves when the running ones are answered. */
  close(): Promise<void>
  /** How many requests have no answer yet. */
  unanswered(): number
  router: Router
}

/** Where the server listens, and which proxies in front of it are believed. */
export type HttpServerNeighbours = HttpNeighbours & {
  host: string
  port: number
  /** As Express takes it: `false`, `'loopback'`, a number of hops or addresses; `true` would believe anybody. */
  trustProxy?: false | number | string | readonly string[] | undefined
}

/** A callback with an overlong parameter gets its page instead of Node's bare 431; the rest of Node's limits stay. */
const MAX_HEADER_BYTES = 128 * 1024
/** Longer than a call to Feishu may take; what still runs then goes on without its caller. */
const CLOSE_MS = 12_000

/** Creates the public server; nothing is opened before `start`. */
export function createHttpServer(neighbours: HttpServerNeighbours): HttpServer {
  const { host, port, clock, trustProxy = false } = neighbours
  const leaving = new AbortController()
  const closing = new AbortController()
  const shutdown = neighbours.shutdown
    ? AbortSignal.any([neighbours.shutdown, closing.signal])
    : closing.signal
  const router = createRouter({ ...neighbours, shutdown, leaving: leaving.signal })
  const readTokenAhead = createReadTokenAhead(neighbours)
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', trustProxy)
  app.use(router)
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    if (!readTokenAhead(request, response)) app(request, response)
  })
  const drain = drainConnections(server)

  return {
    router,
    async start() {
      await listen(server, host, port)
      const address = server.address()
      const chosen = isAddressInfo(address) ? address.port : port
      return { url: `http://${reachable(host)}:${chosen}`, port: chosen }
    },
    leave() {
      leaving.abort()
      drain.leave()
    },
    async close() {
      leaving.abort()
      closing.abort()
      if (!server.listening) return
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      drain.close()
      const answered = new AbortController()
      await Promise.race([
        closed.finally(() => answered.abort()),
        clock.sleep(CLOSE_MS, answered.signal),
      ])
      server.closeAllConnections()
      await closed
    },
    unanswered: drain.owed,
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new ConfigurationError([
          {
            name: 'CALLBACK_SERVER_PORT',
            problem: `cannot listen on ${host}:${port} (${error.code ?? error.name})`,
            fix: 'Choose another port or host, or stop the program that has it.',
          },
        ]),
      )
    })
    server.listen(port, host, () => resolve())
  })
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null
}

/** The name to open in a browser on this machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
