import { createServer, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { leftOut } from '../support/left-out.ts'
import { until } from '../support/processes/until.ts'
import { type Service, startService } from '../support/service.ts'
import { authorizeThrough, linksLeft } from './behind-a-proxy.ts'
import { CADDY, type Caddy, startCaddy } from './caddy.ts'
import { HOST } from './tls.ts'

const missing = CADDY === null ? leftOut('Caddy is not installed') : null
const title = `Caddy in front of the service${missing ? ` (skipped: ${missing})` : ''}`

describe.skipIf(missing !== null)(title, { timeout: 60_000 }, () => {
  let service: Service
  let caddy: Caddy
  beforeAll(async () => {
    const httpsPort = await freePort()
    const redirectUri = `https://${HOST}:${httpsPort}/callback`
    service = await startService({
      env: { OAUTH_REDIRECT_URI: redirectUri },
      emulatorOptions: { app: { redirectUris: [redirectUri] } },
    })
    caddy = await startCaddy(Number(new URL(service.url).port), httpsPort)
  })
  afterAll(async () => {
    await caddy?.stop()
    await service?.close()
  })

  it('carries a person from the card to the green card, and the bot to the token', async () => {
    const secrets = await authorizeThrough(caddy, service)
    for (const secret of secrets) expect(caddy.logs()).not.toContain(secret)
  })

  it('tells the service who calls, whatever they claim', async () => {
    const first = await linksLeft(caddy, '127.0.0.2')
    expect(await linksLeft(caddy, '127.0.0.3')).toBe(first)
    const claimed = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' }
    expect(await linksLeft(caddy, '127.0.0.2', claimed)).toBe(first - 1)
  })

  it.each([
    '/metrics',
    '/%6detrics',
    '/v1/../metrics',
    '/auth/..%2fmetrics',
    '/readyz',
    '/docs',
    '/openapi.json',
    '/',
    '/callback/',
  ])('does not let %s through', async (path) => {
    const answer = await caddy.ask(path)
    expect(answer.status).toBe(404)
    // The service puts one on every answer of its own.
    expect(answer.headers).not.toHaveProperty('x-request-id')
  })

  it('lets the probe through', async () => {
    expect(await caddy.ask('/livez')).toMatchObject({ status: 200 })
  })

  it('leaves a callback with overlong parameters to the service, which has a page for it', async () => {
    const answer = await caddy.ask(`/callback?code=a&state=${'b'.repeat(20_000)}`)
    expect(answer.status).toBe(400)
    expect(answer.headers).toHaveProperty('x-request-id')
  })
})

describe.skipIf(missing !== null)(`${title}, when it breaks off`, { timeout: 60_000 }, () => {
  it('sends a callback once, and writes down that it failed without its code', async () => {
    const { port, came } = await startBrittle()
    const caddy = await startCaddy(port, await freePort())
    onTestFinished(() => caddy.stop())
    // What is kept open from this answer would be used for the next.
    expect(await caddy.ask('/livez')).toMatchObject({ status: 200 })
    const answer = await caddy.ask('/callback?code=canary-code&state=canary-state', {
      headers: { referer: 'https://accounts.feishu.cn/?state=canary-state' },
    })
    expect(answer.status).toBe(502)
    expect(came.filter((url) => url.startsWith('/callback'))).toHaveLength(1)
    expect(await caddy.ask('/auth/canary-ticket?break')).toMatchObject({ status: 502 })
    await until('both are written down', async () => caddy.logs().split('"status":502').length > 2)
    expect(caddy.logs()).not.toContain('canary')
  })
})

/** Answers `/livez`, and breaks off on everything else that it was asked. */
async function startBrittle(): Promise<{ port: number; came: string[] }> {
  const came: string[] = []
  const server = createServer((request: IncomingMessage, response) => {
    came.push(request.url ?? '')
    if (request.url === '/livez') response.end('{"status":"ok"}')
    else request.socket.destroy()
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port, came }
}
