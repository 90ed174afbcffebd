import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { APP, aSession, fakeAuth, TICKET } from './fake-auth.ts'
import { serve } from './serve.ts'

const auth = fakeAuth({ completeAuthorization: async () => ({ kind: 'link_unknown' }) })
const PAGE = `/callback?code=c&state=${'S'.repeat(43)}`

function sha256(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

describe('every answer', () => {
  it.each(['/livez', '/docs', '/openapi.json', '/v1/sessions', '/nowhere', PAGE])(
    '%s carries the headers that protect people',
    async (path) => {
      const { get } = await serve(auth)
      const { headers } = await get(path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("base-uri 'none'")
      expect(policy).not.toContain('unsafe')
      expect(policy).not.toContain('http')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
      expect(headers.has('x-powered-by')).toBe(false)
      expect(headers.has('access-control-allow-origin')).toBe(false)
    },
  )
})

describe('a page', () => {
  it.each([PAGE, '/docs'])(
    '%s runs only what its policy names, and loads nothing',
    async (path) => {
      const { get } = await serve(auth)
      const response = await get(path)
      const policy = response.headers.get('content-security-policy') ?? ''
      const page = await response.text()
      const inline = [...page.matchAll(/<(script|style)>([\s\S]*?)<\/\1>/g)]
      expect(inline.length).toBeGreaterThan(0)
      for (const [, tag, text = ''] of inline) {
        const directive = policy.split(';').find((part) => part.trim().startsWith(`${tag}-src`))
        expect(directive).toContain(sha256(text))
      }
      expect(page).not.toMatch(/\s(src|srcset|style|on\w+)=/)
      const links = [...page.matchAll(/<link[^>]*href="([^"]*)"/g)].map((match) => match[1])
      expect(links).toEqual(['data:,'])
      expect(page).not.toMatch(/@import|url\(/)
    },
  )

  it('takes the code and state out of the address before the body shows', async () => {
    const { get } = await serve(auth)
    const page = await (await get(PAGE)).text()
    expect(page.indexOf('history.replaceState')).toBeGreaterThan(0)
    expect(page.indexOf('history.replaceState')).toBeLessThan(page.indexOf('<body>'))
  })
})

describe('the request id', () => {
  it.each(['a-caller_0123456789', 'A'.repeat(64)])(
    'is taken over from the caller: %s',
    async (id) => {
      const { get } = await serve(auth)
      const response = await get('/livez', { 'x-request-id': id })
      expect(response.headers.get('x-request-id')).toBe(id)
    },
  )

  it.each(['short', '<script>alert(1)</script>', 'a'.repeat(65), 'with space 12345'])(
    'is made afresh when the given one could do harm: %s',
    async (id) => {
      const { get, lines, untilObserved } = await serve(auth)
      const made = (await get('/livez', { 'x-request-id': id })).headers.get('x-request-id')
      expect(made).toMatch(/^[0-9a-f]{20}$/)
      await untilObserved(1)
      expect(lines[0]?.fields.request_id).toBe(made)
    },
  )
})

describe('logs and metrics', () => {
  it('name the route and never the path or the query', async () => {
    const { get, lines, observed, untilObserved } = await serve(
      fakeAuth({
        openLink: async () => ({ kind: 'unknown' }),
        completeAuthorization: async () => ({ kind: 'completed', session: aSession() }),
      }),
    )
    await get(`/auth/${TICKET}?secret-query=1`)
    await get(`/callback?code=secret-code&state=${'S'.repeat(43)}`)
    await get('/secret-path')
    await untilObserved(3)
    expect(observed.map(({ endpoint, statusCode }) => [endpoint, statusCode])).toEqual([
      ['/auth/{ticket}', 404],
      ['/callback', 200],
      ['unmatched', 404],
    ])
    expect(lines.map(({ event }) => event)).toEqual([
      'http_request',
      'http_request',
      'http_request',
    ])
    expect(lines[1]?.fields).toMatchObject({
      method: 'GET',
      endpoint: '/callback',
      status_code: 200,
      page: 'completed',
      session_id: aSession().id,
    })
    expect(JSON.stringify(lines)).not.toMatch(/secret|TTTT|SSSS/)
  })

  it('count an unheard-of method as other', async () => {
    const { url, observed, untilObserved } = await serve(auth)
    await fetch(`${url}/callback`, { method: 'PROPFIND' })
    await untilObserved(1)
    expect(observed[0]).toMatchObject({ method: 'other', endpoint: '/callback', statusCode: 405 })
  })
})

describe('rate limits', () => {
  it.each([
    ['/callback', PAGE, { callbacks: 2 }],
    ['/auth/{ticket}', `/auth/${TICKET}`, { authLinks: 2 }],
  ])('hold for %s', async (endpoint, path, rateLimits) => {
    const link = fakeAuth({ ...auth, openLink: async () => ({ kind: 'unknown' }) })
    const { get, limited } = await serve(link, { rateLimits })
    await get(path)
    await get(path)
    const response = await get(path, { 'accept-language': 'ja' })
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await response.text()).toContain('少しお待ちください')
    expect(limited).toEqual([endpoint])
  })

  it('hold for one address whatever it claims to forward for', async () => {
    const { get } = await serve(auth, { rateLimits: { callbacks: 1 } })
    await get(PAGE, { 'x-forwarded-for': '203.0.113.1' })
    expect((await get(PAGE, { 'x-forwarded-for': '203.0.113.2' })).status).toBe(429)
  })

  it('tell people apart behind a trusted proxy', async () => {
    const { get } = await serve(auth, { rateLimits: { callbacks: 1 }, trustProxy: 'loopback' })
    await get(PAGE, { 'x-forwarded-for': '203.0.113.1' })
    expect((await get(PAGE, { 'x-forwarded-for': '203.0.113.2' })).status).toBe(400)
    expect((await get(PAGE, { 'x-forwarded-for': '203.0.113.2' })).status).toBe(429)
  })

  it('leave the probes alone', async () => {
    const { get } = await serve(auth, { rateLimits: { callbacks: 1, authLinks: 1 } })
    for (let probe = 0; probe < 5; probe++) expect((await get('/livez')).status).toBe(200)
  })
})

it('answers an app on http loopback without HSTS', async () => {
  const app = { ...APP, redirectUri: 'http://127.0.0.1:8000/callback' }
  const { get } = await serve(fakeAuth({}, [app]))
  expect((await get('/livez')).headers.has('strict-transport-security')).toBe(false)
})
