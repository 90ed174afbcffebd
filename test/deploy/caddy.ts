import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../docs/markdown.ts'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/processes/until.ts'
import { type Answer, type Ask, askOver, canConnect, HOST, makeCertificate } from './tls.ts'

/** A running Caddy with the example of this repository, on ports of its own. */
export type Caddy = {
  httpPort: number
  httpsPort: number
  /** One request over TLS as `HOST`, whose certificate is checked. */
  ask(path: string, options?: Ask): Promise<Answer>
  /** All that it has written. */
  logs(): string
  stop(): Promise<void>
}

/** Where Debian puts it, or a release from its site; null where it is not installed. */
export const CADDY = ['/usr/bin/caddy', '/usr/local/bin/caddy'].find(existsSync) ?? null

/** Starts Caddy in front of a service; of the example only ports and the certificate differ. */
export async function startCaddy(servicePort: number, httpsPort: number): Promise<Caddy> {
  const folder = mkdtempSync(join(tmpdir(), 'fca-caddy-'))
  const httpPort = await freePort()
  const certificate = makeCertificate(folder)
  const globals = [
    'admin off',
    'default_bind 127.0.0.1',
    `http_port ${httpPort}`,
    `https_port ${httpsPort}`,
  ]
  const pair = `tls ${folder}/fullchain.pem ${folder}/privkey.pem`
  const example = readFileSync(join(root, 'deploy/Caddyfile'), 'utf8')
    .replace(/^\{$/m, ['{', ...globals].join('\n\t'))
    .replace(`${HOST} {`, `${HOST} {\n\t${pair}`)
    .replace('127.0.0.1:8000', `127.0.0.1:${servicePort}`)
  const config = join(folder, 'Caddyfile')
  writeFileSync(config, example)
  const child = spawn(CADDY ?? 'caddy', ['run', '--config', config, '--adapter', 'caddyfile'], {
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk
    })
  }
  let isOver = false
  const exited = new Promise<void>((resolve) =>
    child.once('close', () => {
      isOver = true
      resolve()
    }),
  )
  await until('Caddy listens', async () => {
    if (isOver) throw new Error(`Caddy ended at its start:\n${said}`)
    return (await canConnect(httpsPort)) && canConnect(httpPort)
  })

  return {
    httpPort,
    httpsPort,
    ask: (path, options = {}) => askOver(httpsPort, certificate, path, options),
    logs: () => said,
    async stop() {
      child.kill('SIGTERM')
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
