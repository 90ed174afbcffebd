import { connect, createServer, isIP } from 'node:net'
import { probeUrl } from '../feishu/probe-url.ts'
import { type Finding, fail, pass } from './check.ts'

/** Where a server of ours listens. */
type Listen = { host: string; port: number }

/** The two servers, each null when it is turned off. */
export type Servers = { callbackServer: Listen | null; metricsServer: Listen | null }

/** A listener on this machine is quicker by far. */
const CONNECT_MS = 1000

/** Tells whether the ports are free, or taken by this very service. */
export async function checkPorts({ callbackServer, metricsServer }: Servers): Promise<Finding[]> {
  const findings = [
    await checkPort('CALLBACK_SERVER_PORT', callbackServer, '/livez', (text) =>
      text.includes('"status":"ok"'),
    ),
    await checkPort('METRICS_PORT', metricsServer, '/metrics', (text) =>
      text.includes('lark_service_'),
    ),
  ]
  return findings
}

async function checkPort(
  variable: string,
  listen: Listen | null,
  path: string,
  isOurs: (text: string) => boolean,
): Promise<Finding> {
  if (listen === null) return pass(`${variable}: this server is turned off.`)
  const { host, port } = listen
  if (port === 0) return pass(`${variable}: any free port is taken.`)
  // Who listens there is asked first: a service that starts, or is probed, must not meet our listening.
  const code = (await isAnswered(listen)) ? 'EADDRINUSE' : await tryToListen(listen)
  if (code === null) return pass(`${variable}: ${host}:${port} is free; nothing runs there.`)
  if (code === 'EADDRINUSE') {
    const page = await probeUrl(`http://${reachable(host)}:${port}${path}`)
    if (page.answered && isOurs(page.text))
      return pass(`${variable}: the service runs on ${host}:${port}.`)
    return fail(
      `${variable}: another program has ${host}:${port}.`,
      `Find it with: ss -ltnp 'sport = :${port}' — or set another port: ${variable}=${port + 1}`,
    )
  }
  return fail(
    `${variable}: cannot listen on ${host}:${port} (${code}).`,
    code === 'EACCES'
      ? `Ports below 1024 need a privilege: set ${variable}=8000 and put a proxy in front.`
      : 'Set the host to an address of this machine, such as 127.0.0.1 or 0.0.0.0.',
  )
}

/** Whether somebody takes a connection; it comes from the same address, so that one which is not of this machine fails at once. */
function isAnswered({ host, port }: Listen): Promise<boolean> {
  const address = reachable(host).replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connect({
      host: address,
      port,
      timeout: CONNECT_MS,
      ...(isIP(address) && { localAddress: address }),
    })
    const end = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}

/** Listens for a moment; resolves with the error's code, or null when it could. */
function tryToListen({ host, port }: Listen): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => {
      resolve('code' in error && typeof error.code === 'string' ? error.code : 'unknown')
    })
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)))
  })
}

/** An address to listen on stands for every one; it is no address to go to. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
