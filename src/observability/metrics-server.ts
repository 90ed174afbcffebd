import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Log } from '../auth/ports.ts'
import { ConfigurationError } from '../errors.ts'
import type { Metrics } from './metrics.ts'

/** The Prometheus endpoint, on a port of its own. */
export interface MetricsServer {
  /**
   * Listens, and tells where; null when it is turned off.
   * @throws {ConfigurationError} when the address cannot be used.
   */
  start(): Promise<{ url: string; port: number } | null>
  /** Stops listening, and cuts off who is still being answered. */
  close(): Promise<void>
}

/** Creates the server of `GET /metrics`; it answers nothing else, and must not be reachable from outside. */
export function createMetricsServer({
  listen,
  metrics,
  log,
}: {
  /** Port 0 picks a free one; null turns the server off. */
  listen: { host: string; port: number } | null
  metrics: Pick<Metrics, 'render' | 'contentType'>
  log: Log
}): MetricsServer {
  let server: Server | null = null

  return {
    async start() {
      if (listen === null) return null
      server ??= await startServer(listen, (request, response) => void answer(request, response))
      const port = portOf(server)
      return { url: `http://${reachable(listen.host)}:${port}/metrics`, port }
    },
    async close() {
      const closing = server
      server = null
      if (closing === null) return
      await new Promise((resolve) => {
        closing.close(resolve)
        closing.closeAllConnections()
      })
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path] = (request.url ?? '').split('?', 1)
    if (request.method !== 'GET' || path !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    try {
      const text = await metrics.render()
      response.writeHead(200, { 'content-type': metrics.contentType }).end(text)
    } catch (error) {
      log('error', 'metrics_render_failed', { error })
      response.writeHead(500).end()
    }
  }
}

function startServer(
  { host, port }: { host: string; port: number },
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(onRequest)
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new ConfigurationError([
          {
            name: 'METRICS_PORT',
            problem: `cannot listen on ${host} port ${port} (${error.code})`,
            fix: 'Choose another METRICS_HOST or METRICS_PORT; 0 picks a free port, and an empty METRICS_PORT turns metrics off.',
          },
        ]),
      )
    })
    server.listen(port, host, () => resolve(server))
  })
}

/** An address to listen on everywhere is none to call. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
