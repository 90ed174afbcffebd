import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../docs/markdown.ts'
import { freePort } from '../support/free-port.ts'
import { leftOut } from '../support/left-out.ts'
import { type Service, startService } from '../support/service.ts'
import { authorizeThrough, linksLeft } from './behind-a-proxy.ts'
import { NGINX, type Nginx, startNginx } from './nginx.ts'
import { HOST } from './tls.ts'

const EXAMPLE = readFileSync(join(root, 'deploy/nginx.conf'), 'utf8')
/** So much shorter are the waits of this test. */
const HASTE = 25

const missing = NGINX === null ? leftOut('nginx is not installed') : null
const title = `nginx in front of the service${missing ? ` (skipped: ${missing})` : ''}`

describe.skipIf(missing !== null)(title, { timeout: 60_000 }, () => {
  let service: Service
  let nginx: Nginx
  beforeAll(async () => {
    const httpsPort = await freePort()
    const redirectUri = `https://${HOST}:${httpsPort}/callback`
    service = await startService({
      env: { OAUTH_REDIRECT_URI: redirectUri },
      emulatorOptions: { app: { redirectUris: [redirectUri] } },
    })
    nginx = await startNginx(Number(new URL(service.url).port), httpsPort, (example) =>
      example.replace(/proxy_read_timeout (\d+)s/, (_, seconds) => {
        return `proxy_read_timeout ${Number(seconds) / HASTE}s`
      }),
    )
  })
  afterAll(async () => {
    await nginx?.stop()
    await service?.close()
  })

  it('carries a person from the card to the green card, and the bot to the token', async () => {
    const secrets = await authorizeThrough(nginx, service)
    const logs = nginx.logs()
    expect(logs).toContain(' GET 302 ')
    for (const secret of secrets) expect(logs).not.toContain(secret)
  })

  it('tells the service who calls, whatever they claim', async () => {
    const first = await linksLeft(nginx, '127.0.0.2')
    expect(await linksLeft(nginx, '127.0.0.3')).toBe(first)
    const claimed = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' }
    expect(await linksLeft(nginx, '127.0.0.2', claimed)).toBe(first - 1)
  })

  it('lets a caller wait for as long as the service does', async () => {
    const longest = Math.max(...[...EXAMPLE.matchAll(/proxy_read_timeout (\d+)s/g)].map(secondsOf))
    expect(longest).toBeGreaterThan(60 + 10)
    const openId = 'ou_22222222222222222222222222222222'
    const { session_id: id } = await service.ask(openId)
    const authorization = { authorization: `Bearer ${service.apiKey}` }
    const wait = Math.floor(60 / HASTE)
    const answer = await nginx.ask(`/v1/sessions/${id}?wait=${wait}`, { headers: authorization })
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { state: 'pending' }])
    // The number is what carried it: a longer wait than that is cut.
    const cut = await nginx.ask(`/v1/sessions/${id}?wait=10`, { headers: authorization })
    expect(cut.status).toBe(504)
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
    const answer = await nginx.ask(path)
    expect(answer.status).toBe(404)
    // The service puts one on every answer of its own.
    expect(answer.headers).not.toHaveProperty('x-request-id')
  })

  it('lets the probe through', async () => {
    expect(await nginx.ask('/livez')).toMatchObject({ status: 200 })
  })

  it('stops what is far too big, and leaves it to the service to refuse what is a little too big', async () => {
    const headers = {
      authorization: `Bearer ${service.apiKey}`,
      'content-type': 'application/json',
    }
    const post = (bytes: number) =>
      nginx.ask('/v1/sessions', { method: 'POST', headers, body: ' '.repeat(bytes) })
    const refused = await post(70_000)
    expect([refused.status, refused.headers['content-type']]).toEqual([
      413,
      expect.stringContaining('application/problem+json'),
    ])
    const stopped = await post(200_000)
    expect(stopped.status).toBe(413)
    expect(stopped.headers).not.toHaveProperty('x-request-id')
  })

  it('leaves a callback with overlong parameters to the service, which has a page for it', async () => {
    const answer = await nginx.ask(`/callback?code=a&state=${'b'.repeat(20_000)}`)
    expect(answer.status).toBe(400)
    expect(answer.headers).toHaveProperty('x-request-id')
  })

  it('sends whoever comes without TLS to it', async () => {
    const location = await new Promise((resolve, reject) => {
      const { httpPort: port } = nginx
      const headers = { host: HOST }
      request({ host: '127.0.0.1', port, path: '/auth/x', headers }, (response) => {
        response.resume()
        resolve([response.statusCode, response.headers.location])
      })
        .once('error', reject)
        .end()
    })
    expect(location).toEqual([301, `https://${HOST}/auth/x`])
  })
})

function secondsOf([, digits]: RegExpMatchArray): number {
  return Number(digits)
}
