import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { ObservedRequest } from '../../src/http/http-neighbours.ts'
import { sessionReply, tokenReply } from '../../src/http/v1/schemas.ts'
import { ALEX, createDomain, LIN } from '../support/domain.ts'
import { serve } from './serve.ts'

const EN = { 'accept-language': 'en' }

/** The public server in front of the real domain and a store in memory. */
async function serveDomain() {
  const domain = await createDomain()
  onTestFinished(() => domain.close())
  const served = await serve(domain.auth, {
    clock: domain.clock,
    listSessions: domain.store.sessions.list,
    pathPrefixes: ['/auth-bot'],
  })

  return { domain, ...served, ask, open, consent }

  async function ask(scopes = ['calendar:calendar:readonly']) {
    const body = JSON.stringify({ open_id: LIN.openId, scopes })
    const response = await served.api('/v1/sessions', { method: 'POST', body })
    return { status: response.status, session: sessionReply.parse(await response.json()) }
  }

  /** Taps Authorize on a card, as the browser of a person would. */
  async function open(messageId: string) {
    const link = new URL(domain.messenger.cards.get(messageId)?.link ?? '')
    const response = await served.get(link.pathname, EN)
    const authorizeUrl = new URL(response.headers.get('location') ?? '')
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    return { authorizeUrl, cookie, path: link.pathname }
  }

  /** Comes back from Feishu with a code. */
  function consent(opened: { authorizeUrl: URL; cookie: string }, who: typeof LIN) {
    const code = domain.oauth.consent(opened.authorizeUrl, who)
    const state = opened.authorizeUrl.searchParams.get('state')
    const query = new URLSearchParams({ code, state: state ?? '' })
    return served.get(`/auth-bot/callback?${query}`, { ...EN, cookie: opened.cookie })
  }
}

describe('the whole way over HTTP', () => {
  it('leads from a request to a token', async () => {
    const { api, ask, open, consent } = await serveDomain()
    const { status, session } = await ask()
    expect(status).toBe(201)
    const waiting = api(`/v1/sessions/${session.session_id}?wait=60`)
    const opened = await open(session.card.message_id ?? '')
    const page = await consent(opened, LIN)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('>Authorized</h1>')
    expect(await (await waiting).json()).toMatchObject({
      state: 'completed',
      granted_scopes: ['calendar:calendar:readonly'],
    })
    const token = await api(`/v1/tokens/${LIN.openId}?scopes=calendar:calendar:readonly`)
    expect(tokenReply.parse(await token.json()).access_token).toMatch(/^eyJ-access-/)
    const again = await consent(opened, LIN)
    expect(await again.text()).toContain('Already done')
  })

  it('refuses a stranger and lets the right person try again from the page', async () => {
    const { get, ask, open, consent } = await serveDomain()
    const { session } = await ask()
    const opened = await open(session.card.message_id ?? '')
    const refused = await consent(opened, ALEX)
    expect(refused.status).toBe(403)
    const tryAgain = /href="(\/auth-bot\/auth\/[\w-]+)"/.exec(await refused.text())?.[1] ?? ''
    const second = await get(tryAgain, { cookie: opened.cookie })
    expect(second.status).toBe(302)
    const authorizeUrl = new URL(second.headers.get('location') ?? '')
    expect((await consent({ ...opened, authorizeUrl }, LIN)).status).toBe(200)
  })

  it('takes a denial only from the browser that opened the link', async () => {
    const { get, api, ask, open } = await serveDomain()
    const { session } = await ask()
    const deny = ({ authorizeUrl }: { authorizeUrl: URL }, cookie: string) =>
      get(
        `/auth-bot/callback?error=access_denied&state=${authorizeUrl.searchParams.get('state')}`,
        { ...EN, cookie },
      )
    const first = await open(session.card.message_id ?? '')
    expect(await (await deny(first, '')).text()).toContain('the request is still open')
    const look = async () => (await api(`/v1/sessions/${session.session_id}`)).json()
    expect(await look()).toMatchObject({ state: 'pending' })
    const second = await open(session.card.message_id ?? '')
    const declined = await deny(second, second.cookie)
    expect(declined.status).toBe(200)
    expect(await look()).toMatchObject({ state: 'rejected', end_reason: 'access_denied' })
  })

  it('sends a new card from the page of an expired one, even before a sweep', async () => {
    const { domain, get, post, ask, open } = await serveDomain()
    const { session } = await ask()
    const { path } = await open(session.card.message_id ?? '')
    domain.clock.advance(601_000)
    const expired = await get(path, EN)
    expect(expired.status).toBe(410)
    const action = /<form method="post" action="([^"]+)">/.exec(await expired.text())?.[1] ?? ''
    const sent = await post(action, '', EN)
    expect(await sent.text()).toContain('A new card is on its way')
    await domain.background.drain()
    expect(domain.messenger.sends).toBe(2)
    const pressedTwice = await post(action, '', EN)
    expect(await pressedTwice.text()).toContain('A card is already waiting for you')
    await domain.background.drain()
    expect(domain.messenger.sends).toBe(2)
  })

  it('joins a request that is covered, pages through sessions and withdraws once', async () => {
    const { domain, api, ask } = await serveDomain()
    const { session } = await ask()
    expect((await ask()).status).toBe(200)
    domain.clock.advance(1000)
    await ask(['contact:user:readonly'])
    const first = await api(`/v1/sessions?open_id=${LIN.openId}&limit=1`)
    const page = z
      .object({ sessions: z.array(sessionReply), next_cursor: z.string() })
      .parse(await first.json())
    expect(page.sessions[0]?.state).toBe('pending')
    const second = await api(`/v1/sessions?limit=1&cursor=${page.next_cursor}`)
    expect(await second.json()).toMatchObject({
      sessions: [{ session_id: session.session_id, end_reason: 'superseded' }],
      next_cursor: null,
    })
    const withdraw = `/v1/sessions/${page.sessions[0]?.session_id}/invalidate`
    expect((await api(withdraw, { method: 'POST' })).status).toBe(200)
    const twice = await api(withdraw, { method: 'POST' })
    expect(twice.status).toBe(409)
    expect(await twice.json()).toMatchObject({ code: 'session_not_pending', state: 'expired' })
  })

  it('spends a code once however often its callback comes', async () => {
    const { domain, ask, open, get } = await serveDomain()
    const { session } = await ask()
    const { authorizeUrl, cookie } = await open(session.card.message_id ?? '')
    const code = domain.oauth.consent(authorizeUrl, LIN)
    const path = `/auth-bot/callback?code=${code}&state=${authorizeUrl.searchParams.get('state')}`
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => get(path, { ...EN, cookie })),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(domain.oauth.exchanges).toBe(1)
  })

  it('keeps every secret out of logs and metrics', async () => {
    const { api, ask, open, consent, lines, observed } = await serveDomain()
    const { session } = await ask()
    const opened = await open(session.card.message_id ?? '')
    await consent(opened, LIN)
    const token = await api(`/v1/tokens/${LIN.openId}`)
    const { access_token: secret } = tokenReply.parse(await token.json())
    const told = JSON.stringify([lines, observed satisfies ObservedRequest[]])
    const state = opened.authorizeUrl.searchParams.get('state') ?? 'none'
    const ticket = opened.path.split('/').at(-1) ?? 'none'
    const browserSecret = opened.cookie.split('=')[1] ?? 'none'
    for (const canary of [secret, state, ticket, browserSecret, LIN.openId]) {
      expect(told).not.toContain(canary)
    }
  })
})
