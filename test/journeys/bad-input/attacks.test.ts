import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { newestCard, startService } from '../../support/service.ts'
import { eventually, headingOf, openScene, readToken, type Scene, type Watch } from './scene.ts'

const MARKUP = `<img src=x onerror=alert(1)>"'&</script><at id=all></at>[x](javascript:alert(1))`

let directory: string
let scene: Scene
let watch: Watch
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'card-auth-'))
  scene = await openScene({
    env: { DATABASE_URL: `file:${join(directory, 'auth.db')}` },
    emulatorOptions: { app: { name: MARKUP } },
  })
})
afterAll(async () => {
  await scene.close()
  await rm(directory, { recursive: true })
})
beforeEach(async () => {
  watch = await scene.watch()
})

describe('A14: an open redirect', () => {
  it.each(['next', 'return_to', 'redirect_uri', 'url', 'continue', 'app_link'])(
    'is not to be had through %s',
    async (name) => {
      const { session } = await scene.askedPerson()
      const evil = encodeURIComponent('https://evil.example/')
      const opened = await scene.visit(`${scene.linkOf(session)}?${name}=${evil}`)
      expect(opened.status).toBe(302)
      const location = new URL(opened.response.headers.get('location') ?? '')
      expect(location.origin).toBe(scene.service.emulator.url)
      expect(location.href).not.toContain('evil')
      const page = await scene.visit(`/callback?code=a&state=b&${name}=${evil}`)
      expect(page.text).not.toContain('evil')
    },
  )

  it('is not to be had through a host or forwarded headers', async () => {
    const { session } = await scene.askedPerson()
    const link = new URL(scene.linkOf(session))
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '8443',
      'x-original-url': '/evil',
      'x-rewrite-url': '/evil',
      forwarded: 'host=evil.example;proto=https',
    }
    const opened = await fetch(link, { redirect: 'manual', headers })
    expect(opened.status).toBe(302)
    const location = opened.headers.get('location') ?? ''
    expect(location).not.toContain('evil')
    expect(new URL(location).searchParams.get('redirect_uri')).toBe(`${scene.service.url}/callback`)
    const cards = scene.service.emulator.sim
      .messages()
      .map(({ content }) => JSON.stringify(content))
    expect(cards.join()).not.toContain('evil')
    const page = await fetch(`${scene.service.url}/callback?code=a&state=b`, { headers })
    expect(await page.text()).not.toContain('evil')
  })
})

describe('A14: X-Forwarded-For', () => {
  it('from the proxy on this machine tells callers apart, and lets nobody hide behind it', async () => {
    const link = `/auth/${'a'.repeat(43)}`
    const from = (address: string) => scene.visit(link, { from: address })
    const statuses = new Set<number>()
    for (let tries = 0; tries < 130; tries++) statuses.add((await from('203.0.113.7')).status)
    expect([...statuses]).toEqual([404, 429])
    // An address in front of the proxy's own entry is what the caller claims, and changes nothing.
    expect((await from('198.51.100.1, 203.0.113.7')).status).toBe(429)
    const limited = await from('203.0.113.7')
    expect(limited.heading).toBe(headingOf('too_many'))
    expect(Number(limited.response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await from('203.0.113.8')).status).toBe(404)
  })

  it.each([
    // This test is the peer of the service, and comes from loopback.
    ['192.0.2.1, 10.0.0.0/8', '203.0.113.7', '203.0.113.8', 'alike'],
    ['loopback', '203.0.113.7', '203.0.113.8', 'apart'],
    ['loopback', '203.0.113.7, 10.1.2.3', '203.0.113.8, 10.1.2.3', 'alike'],
    ['loopback, 10.0.0.0/8', '203.0.113.7, 10.1.2.3', '203.0.113.8, 10.1.2.3', 'apart'],
    ['loopback, 10.0.0.0/8', '203.0.113.7, 192.0.2.9', '203.0.113.8, 192.0.2.9', 'alike'],
  ])('with TRUSTED_PROXIES=%s, %s and %s look %s', async (proxies, one, other, expected) => {
    const service = await startService({ env: { TRUSTED_PROXIES: proxies } })
    onTestFinished(() => service.close())
    const left = async (from: string) => {
      const headers = { 'x-forwarded-for': from }
      const answer = await fetch(`${service.url}/auth/${'a'.repeat(43)}`, { headers })
      return Number(/remaining=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1])
    }
    const first = await left(one)
    expect(first).toBeGreaterThan(0)
    expect(await left(other)).toBe(expected === 'alike' ? first - 1 : first)
  })

  it('X-Request-Id that could harm a log is not taken over', async () => {
    const given = async (id: string) =>
      (await fetch(`${scene.service.url}/livez`, { headers: { 'x-request-id': id } })).headers.get(
        'x-request-id',
      )
    expect(await given('caller-request-1')).toBe('caller-request-1')
    for (const id of ['{"level":"error"}', 'x'.repeat(100_000), '<script>', 'a b', 'ou_1;drop']) {
      expect(await given(id)).toMatch(/^[0-9a-f]{20}$/)
    }
  })
})

describe('A15: markup', () => {
  it('in the reason, a scope and the name of the app stays text on card and page', async () => {
    const scopes = ['docx:document:readonly', 'x:onerror-alert']
    const openId = scene.newcomer()
    await scene.service.ask(openId, { reason: MARKUP, scopes, locale: 'en' })
    // Only markdown knows markup; titles, buttons and the summary are plain text.
    const written = markdownIn(newestCard(scene.service.emulator, openId)?.content).join('\n')
    expect(written).toContain('&#60;img')
    expect(written).not.toMatch(/<at |<img|<\/script/)
    expect(written).not.toContain('](javascript:')
    // A scope that the app lacks is refused by Feishu's page, so the page here is that of a bad link.
    const opened = await scene.service.tap(openId)
    const consent = await scene.service.emulator.sim.approve({ ...opened, openId })
    expect(consent).toEqual({ pageError: expect.any(Number) })

    const person = await scene.askedPerson({ reason: MARKUP, locale: 'en' })
    const page = await scene.visit(await scene.approve(person.authorizeUrl, person.openId))
    expect(page.heading).toBe(headingOf('completed'))
    expect(page.text).not.toMatch(/<img|onerror=alert\(1\)>"/)
    expect(page.text).toContain('&lt;img src=x')
  })

  it('cannot be framed, scripted or kept', async () => {
    const page = await scene.visit('/callback?code=a&state=b')
    const header = (name: string) => page.response.headers.get(name)
    const policy = header('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*/)
    expect(header('x-frame-options')).toBe('DENY')
    expect(header('referrer-policy')).toBe('no-referrer')
    expect(header('cache-control')).toBe('no-store')
    expect(header('x-content-type-options')).toBe('nosniff')
  })
})

describe('A16: whoever can write to the database', () => {
  const database = () => new Sqlite(join(directory, 'auth.db'))

  it("cannot hand out one person's token as another's", async () => {
    const [alice, mallory] = [await scene.askedPerson(), await scene.askedPerson()]
    await scene.completes(alice)
    await scene.completes(mallory)
    const token = await readToken(scene.service, alice.openId)
    const db = database()
    db.prepare(
      `UPDATE grants SET sealed_access_token =
         (SELECT sealed_access_token FROM grants WHERE open_id = ?) WHERE open_id = ?`,
    ).run(alice.openId, mallory.openId)
    db.close()
    watch = await scene.watch()
    await expectUnreadable(mallory.openId)
    expect(await readToken(scene.service, alice.openId)).toBe(token)
  })

  it.each([
    ['cut short', (sealed: string) => sealed.slice(0, -6)],
    ['in the clear', () => 'u-plain-text-token'],
    ['of another key', (sealed: string) => sealed.replace(/^[^.]+/, 'k00000000')],
    ['empty', () => ''],
  ])('gets an alarm and no token for a token %s', async (_, damage) => {
    const person = await scene.askedPerson()
    await scene.completes(person)
    const db = database()
    const row = db
      .prepare<[string], { sealed_access_token: string }>(
        'SELECT sealed_access_token FROM grants WHERE open_id = ?',
      )
      .get(person.openId)
    db.prepare('UPDATE grants SET sealed_access_token = ? WHERE open_id = ?').run(
      damage(row?.sealed_access_token ?? ''),
      person.openId,
    )
    db.close()
    watch = await scene.watch()
    await expectUnreadable(person.openId)
  })

  it('cannot make a waiting card open for somebody else by moving its ticket', async () => {
    const [alice, mallory] = [await scene.askedPerson(), await scene.askedPerson()]
    const db = database()
    db.prepare('UPDATE auth_sessions SET open_id = ? WHERE id = ?').run(
      `${mallory.openId}x`,
      alice.session.session_id,
    )
    db.close()
    watch = await scene.watch()
    const redirect = await scene.approve(alice.authorizeUrl, alice.openId)
    const page = await scene.visit(redirect)
    expect(page.status).toBe(500)
    expect(page.heading).toBe(headingOf('our_fault'))
    expect(page.text).toContain(page.requestId)
    expect(watch.warnings()[0]).toMatchObject({
      event: 'attempt_failed',
      reason: 'crypto_error',
      request_id: page.requestId,
    })
    expect(await watch.failures()).toEqual({ 'crypto_error/internal': 1 })
    expect((await scene.service.api(`/v1/tokens/${mallory.openId}`)).status).toBe(404)
  })

  it('finds no token, state, verifier, ticket or cookie in it', async () => {
    const person = await scene.askedPerson()
    const ticket = scene.linkOf(person.session).slice(-43)
    const state = new URL(person.authorizeUrl).searchParams.get('state') ?? ''
    await scene.completes(person)
    const token = await readToken(scene.service, person.openId)
    const db = database()
    const tables = db
      .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
      .all()
    const dump = tables
      .map(({ name }) => JSON.stringify(db.prepare(`SELECT * FROM "${name}"`).all()))
      .join('\n')
    db.close()
    expect(readdirSync(directory)).toContain('auth.db')
    expect(dump).toContain(person.openId)
    const cookie = person.cookie.split('=')[1] ?? ''
    for (const secret of [token, state, ticket, cookie]) {
      expect(secret.length).toBeGreaterThan(20)
      expect(dump).not.toContain(secret)
      expect(JSON.stringify(scene.service.logs)).not.toContain(secret)
    }
  })
})

/** Every text of a card that is read as markdown, in every language. */
function markdownIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  const own = 'tag' in node && node.tag === 'markdown' ? [JSON.stringify(node)] : []
  return [...own, ...Object.values(node).flatMap(markdownIn)]
}

/** An alarm for the operator and no hint that the person might authorize again: nothing is wrong with their grant. */
async function expectUnreadable(openId: string): Promise<void> {
  const answer = await scene.service.api(`/v1/tokens/${openId}`)
  const requestId = answer.headers.get('x-request-id')
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({ code: 'token_unreadable', request_id: requestId })
  await eventually(() => watch.warnings().length > 0)
  expect(watch.warnings()).toMatchObject([
    { level: 'error', event: 'http_error', request_id: requestId, code: 'token_unreadable' },
  ])
}
