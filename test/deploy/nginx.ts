import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../docs/markdown.ts'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/processes/until.ts'
import { type Answer, type Ask, askOver, canConnect, makeCertificate } from './tls.ts'

/** A running nginx with the example of this repository, on ports of its own. */
export type Nginx = {
  httpPort: number
  httpsPort: number
  /** One request over TLS as `HOST`, whose certificate is checked. */
  ask(path: string, options?: Ask): Promise<Answer>
  /** The access log and the error log. */
  logs(): string
  stop(): Promise<void>
}

/** Where Debian puts it; null where it is not installed. */
export const NGINX = ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find(existsSync) ?? null

/** Starts nginx in front of a service; of the example only paths, ports and the certificate differ, and `edit` changes more. */
export async function startNginx(
  servicePort: number,
  httpsPort: number,
  edit: (example: string) => string = (example) => example,
): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'fca-nginx-'))
  const httpPort = await freePort()
  const certificate = makeCertificate(folder)
  const example = edit(readFileSync(join(root, 'deploy/nginx.conf'), 'utf8'))
    .replaceAll('/etc/ssl/auth.example.com', folder)
    .replaceAll('/var/log/nginx', folder)
    .replace('listen 80;', `listen 127.0.0.1:${httpPort};`)
    .replace('listen 443 ssl http2;', `listen 127.0.0.1:${httpsPort} ssl http2;`)
    .replace('server 127.0.0.1:8000;', `server 127.0.0.1:${servicePort};`)
  writeFileSync(join(folder, 'site.conf'), example)
  writeFileSync(join(folder, 'nginx.conf'), mainFile(folder))
  for (const name of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) mkdirSync(join(folder, name))
  const args = ['-p', folder, '-e', join(folder, 'start.log'), '-c', join(folder, 'nginx.conf')]
  const child = spawn(NGINX ?? 'nginx', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk
  })
  let isOver = false
  const exited = new Promise<void>((resolve) =>
    child.once('close', () => {
      isOver = true
      resolve()
    }),
  )
  await until('nginx listens', async () => {
    if (isOver) throw new Error(`nginx ended at its start:\n${said}`)
    return (await canConnect(httpsPort)) && canConnect(httpPort)
  })

  return {
    httpPort,
    httpsPort,
    ask: (path, options = {}) => askOver(httpsPort, certificate, path, options),
    logs: () =>
      ['feishu-card-auth.log', 'feishu-card-auth.error.log', 'start.log']
        .map((name) => join(folder, name))
        .map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''))
        .join(''),
    async stop() {
      child.kill('SIGTERM')
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What Debian's own nginx.conf does around the file, as far as it matters here. */
function mainFile(folder: string): string {
  const owner = process.getuid?.() === 0 ? 'user root;' : ''
  return `${owner}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events {}
http {
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  access_log ${folder}/start.log;
  include ${folder}/site.conf;
}
`
}
