import { describe, expect, it } from 'vitest'
import type { OpenedLink } from '../../src/auth/open-link.ts'
import type { SentAgain } from '../../src/auth/send-again.ts'
import { AuthorizationInProgressError } from '../../src/errors.ts'
import { APP, aSession, fakeAuth, TICKET } from './fake-auth.ts'
import { serve } from './serve.ts'

const AUTHORIZE = 'https://accounts.feishu.cn/open-apis/authen/v1/authorize?state=x&scope=a%20b'
const redirect: OpenedLink = {
  kind: 'redirect',
  authorizeUrl: new URL(AUTHORIZE),
  browserSecret: 'B'.repeat(43),
  session: aSession(),
}
const ended = { endedAt: new Date('2026-11-20T08:05:00.000Z') }

describe('the link behind Authorize', () => {
  it('leads to Feishu and ties this browser to the attempt', async () => {
    const { get } = await serve(fakeAuth({ openLink: async () => redirect }))
    const response = await get(`/auth/${TICKET}`)
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe(AUTHORIZE)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.getSetCookie()).toHaveLength(1)
    const [name, ...attributes] = response.headers.getSetCookie()[0]?.split('; ') ?? []
    expect(name).toBe(`__Host-feishu_card_auth=${'B'.repeat(43)}`)
    expect(attributes.filter((word) => !word.startsWith('Expires')).sort()).toEqual([
      'HttpOnly',
      'Max-Age=600',
      'Path=/',
      'SameSite=Lax',
      'Secure',
    ])
  })

  it('uses a plain cookie where the redirect URI is http on this machine', async () => {
    const app = { ...APP, redirectUri: 'http://localhost:8000/callback' }
    const seen: unknown[] = []
    const openLink = async (link: { ticket: unknown; browserSecret: unknown }) => {
      seen.push(link)
      return redirect
    }
    const { get } = await serve(fakeAuth({ openLink }, [app]))
    const response = await get(`/auth/${TICKET}`, { cookie: 'feishu_card_auth=held' })
    const cookie = response.headers.getSetCookie()[0] ?? ''
    expect(cookie).toMatch(/^feishu_card_auth=B{43};/)
    expect(cookie).toContain('HttpOnly')
    expect(cookie).not.toContain('Secure')
    expect(seen).toEqual([{ ticket: TICKET, browserSecret: 'held' }])
    expect(response.headers.has('strict-transport-security')).toBe(false)
  })

  it('answers HEAD as it answers GET, and is not used up by it', async () => {
    const { url, get } = await serve(fakeAuth({ openLink: async () => redirect }))
    const head = await fetch(`${url}/auth/${TICKET}`, { method: 'HEAD', redirect: 'manual' })
    expect(head.status).toBe(302)
    expect((await get(`/auth/${TICKET}`)).status).toBe(302)
  })

  it.each([
    ['completed', aSession({ state: 'completed', ...ended }), 200, 'Already done', false],
    [
      'declined',
      aSession({ state: 'rejected', endReason: 'declined_on_card', ...ended }),
      410,
      'Declined. Nothing was shared',
      true,
    ],
    [
      'expired',
      aSession({ state: 'expired', endReason: 'timed_out', ...ended }),
      410,
      'This request expired',
      true,
    ],
    [
      'expired but not swept',
      aSession({ expiresAt: new Date('2026-11-20T08:00:00.000Z') }),
      410,
      'This request expired',
      true,
    ],
    [
      'withdrawn',
      aSession({ state: 'expired', endReason: 'invalidated', ...ended }),
      410,
      'This request was withdrawn',
      true,
    ],
    [
      'superseded',
      aSession({ state: 'expired', endReason: 'superseded', ...ended }),
      410,
      'A newer request replaced this one',
      true,
    ],
  ])('of a session that is %s says so', async (_name, session, status, heading, offersCard) => {
    const { get } = await serve(fakeAuth({ openLink: async () => ({ kind: 'ended', session }) }))
    const response = await get(`/auth/${TICKET}`, { 'accept-language': 'en' })
    expect(response.status).toBe(status)
    expect(response.headers.getSetCookie()).toEqual([])
    const page = await response.text()
    expect(page).toContain(heading)
    expect(page.includes(`action="/auth/${TICKET}/card"`)).toBe(offersCard)
  })

  it('of no session answers 404 with a page that repeats nothing of it', async () => {
    const { get } = await serve(fakeAuth({ openLink: async () => ({ kind: 'unknown' }) }))
    const response = await get('/auth/%3Cscript%3Ealert(1)%3C%2Fscript%3E')
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('alert(1)')
  })
})

describe('Send me a new card', () => {
  const asked = aSession({ id: 'a-new-session' })
  it.each<[string, SentAgain, number, string, string | null]>([
    ['sent', { kind: 'sent', session: asked }, 200, 'A new card is on its way', null],
    [
      'already there',
      { kind: 'already_sent', session: asked },
      200,
      'A card is already waiting for you',
      null,
    ],
    [
      'not needed, for it is done',
      { kind: 'not_needed', session: aSession({ state: 'completed', ...ended }) },
      200,
      'Already done',
      null,
    ],
    [
      'not needed, for the old one works',
      { kind: 'not_needed', session: asked },
      200,
      'This request is still open',
      'Continue',
    ],
    ['for no session', { kind: 'unknown' }, 404, 'This link does not work', null],
  ])('when it is %s', async (_name, sent, status, heading, button) => {
    const { post } = await serve(fakeAuth({ sendAgain: async () => sent }))
    const response = await post(`/auth/${TICKET}/card`, '', { 'accept-language': 'en' })
    expect(response.status).toBe(status)
    const page = await response.text()
    expect(page).toContain(heading)
    expect(page).not.toContain('<form')
    expect(page.includes(`href="/auth/${TICKET}"`)).toBe(button !== null)
    if (button) expect(page).toContain(button)
  })

  it('says that a card waits when the person is completing it this instant', async () => {
    const sendAgain = () => Promise.reject(new AuthorizationInProgressError())
    const { post } = await serve(fakeAuth({ sendAgain }))
    const response = await post(`/auth/${TICKET}/card`)
    expect(response.status).toBe(409)
  })

  it('brings whoever reloads its answer back to the link', async () => {
    const { get } = await serve(fakeAuth())
    const response = await get(`/auth/${TICKET}/card`)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`../${TICKET}`)
  })

  it.each(['//evil.example', '..%2F..%2Fevil', 'https:%2F%2Fevil.example'])(
    'never leads elsewhere: %s',
    async (ticket) => {
      const { url, get } = await serve(fakeAuth())
      const response = await get(`/auth/${ticket}/card`)
      const location = response.headers.get('location') ?? ''
      expect(new URL(location, `${url}/auth/x/card`).origin).toBe(url)
    },
  )

  it('is refused with a page when pressed too often', async () => {
    const sendAgain = async (): Promise<SentAgain> => ({ kind: 'sent', session: asked })
    const { post, limited } = await serve(fakeAuth({ sendAgain }), { rateLimits: { newCards: 2 } })
    const path = `/auth/${TICKET}/card`
    const statuses = []
    for (let press = 0; press < 3; press++) statuses.push((await post(path)).status)
    expect(statuses).toEqual([200, 200, 429])
    const refused = await post(path, '', { 'accept-language': 'en' })
    expect(refused.headers.get('retry-after')).toBe('60')
    expect(await refused.text()).toContain('One moment, please')
    expect(limited).toEqual(['/auth/{ticket}/card', '/auth/{ticket}/card'])
  })
})
