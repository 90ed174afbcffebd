import { describe, expect, it } from 'vitest'
import type { Callback, CallbackOutcome } from '../../src/auth/complete-authorization.ts'
import type { FailureReason } from '../../src/auth/failure-reason.ts'
import { LOCALES, type Locale } from '../../src/auth/session.ts'
import { StoreUnavailableError, TokenUnreadableError } from '../../src/errors.ts'
import { APP, aSession, fakeAuth, TICKET } from './fake-auth.ts'
import { type Served, serve } from './serve.ts'

const STATE = 'S'.repeat(43)
const GOOD = `/callback?code=a-code&state=${STATE}`

function served(outcome: CallbackOutcome): Promise<Served> {
  return serve(fakeAuth({ completeAuthorization: async () => outcome }))
}

const ended = new Date('2026-11-20T08:05:00.000Z')
const completed = aSession({ state: 'completed', endedAt: ended })
const rejected = aSession({ state: 'rejected', endReason: 'access_denied', endedAt: ended })
const expired = aSession({ state: 'expired', endReason: 'timed_out', endedAt: ended })
const withdrawn = aSession({ state: 'expired', endReason: 'invalidated', endedAt: ended })
const superseded = aSession({ state: 'expired', endReason: 'superseded', endedAt: ended })

function failed(reason: FailureReason, session = aSession()): CallbackOutcome {
  return { kind: 'failed', session, reason, error: new Error(reason) }
}

type Button = 'none' | 'try again' | 'new card'
type Case = [
  name: string,
  outcome: CallbackOutcome,
  status: number,
  headings: Record<Locale, string>,
  button: Button,
]

const h = (zh: string, en: string, ja: string) => ({ 'zh-CN': zh, en, ja })
const WRONG = h(
  '登录的是另一个账号',
  'That was a different account',
  '別のアカウントでログインされました',
)
const STALE = h('登录未成功', 'The sign-in did not work', 'ログインできませんでした')
const TROUBLE = h(
  '飞书暂时无法响应',
  'Feishu is not responding right now',
  'Feishu が応答していません',
)
const SETUP = h(
  '应用尚未配置完成',
  'This app is not fully set up',
  'アプリの設定が完了していません',
)
const OURS = h('我们这边出了点问题', 'Something went wrong on our side', '問題が発生しました')
const DECLINED = h(
  '已拒绝，未共享任何数据',
  'Declined. Nothing was shared',
  '拒否しました。データは共有されていません',
)

const CASES: Case[] = [
  [
    'completed',
    { kind: 'completed', session: completed },
    200,
    h('授权成功', 'Authorized', '認可が完了しました'),
    'none',
  ],
  ['declined', { kind: 'declined', session: rejected }, 200, DECLINED, 'new card'],
  [
    'declined a renewal',
    { kind: 'declined', session: { ...rejected, grantEndsAt: ended } },
    200,
    h('暂不重新授权', 'Not authorized again', '再度の認可は行われませんでした'),
    'new card',
  ],
  [
    'a denial of unknown origin',
    { kind: 'denial_unproven', session: aSession() },
    200,
    h('未共享任何数据', 'Nothing was shared', 'データは共有されていません'),
    'try again',
  ],
  [
    'completed before',
    { kind: 'already_ended', session: completed },
    200,
    h('你已完成授权', 'Already done', 'すでに完了しています'),
    'none',
  ],
  ['declined before', { kind: 'already_ended', session: rejected }, 410, DECLINED, 'new card'],
  [
    'expired',
    { kind: 'already_ended', session: expired },
    410,
    h(
      '请求已过期，未共享任何数据',
      'This request expired. Nothing was shared',
      'リクエストの有効期限が切れました',
    ),
    'new card',
  ],
  [
    'withdrawn',
    { kind: 'already_ended', session: withdrawn },
    410,
    h('请求已撤回', 'This request was withdrawn', 'リクエストは取り下げられました'),
    'new card',
  ],
  [
    'superseded',
    { kind: 'already_ended', session: superseded },
    410,
    h('已有更新的请求', 'A newer request replaced this one', '新しいリクエストに置き換わりました'),
    'new card',
  ],
  [
    'a used link',
    { kind: 'link_used', session: aSession() },
    400,
    h('链接已被使用', 'This link was already used', 'このリンクは使用済みです'),
    'try again',
  ],
  [
    'an unknown link',
    { kind: 'link_unknown' },
    400,
    h('链接无效', 'This link does not work', 'このリンクは使えません'),
    'none',
  ],
  ['a wrong account', failed('identity_mismatch'), 403, WRONG, 'try again'],
  ['too many wrong accounts', failed('identity_mismatch', withdrawn), 403, WRONG, 'new card'],
  ['a late sign-in', { kind: 'late', session: aSession() }, 400, STALE, 'try again'],
  ['an expired code', failed('code_expired'), 400, STALE, 'try again'],
  ['a used code', failed('code_used'), 400, STALE, 'try again'],
  ['a refused PKCE verifier', failed('pkce_failed'), 400, STALE, 'try again'],
  [
    'a person who may not use the app',
    failed('no_app_permission'),
    403,
    h('你暂时无法使用此应用', 'You cannot use this app yet', 'このアプリはまだ使えません'),
    'try again',
  ],
  ['a wrong redirect URI', failed('redirect_uri_mismatch'), 502, SETUP, 'try again'],
  ['a scope that is not enabled', failed('scope_not_enabled'), 502, SETUP, 'try again'],
  ['an app that is not installed', failed('app_not_installed'), 502, SETUP, 'try again'],
  ['a disabled app', failed('app_disabled'), 502, SETUP, 'try again'],
  ['a bad client secret', failed('bad_client'), 502, SETUP, 'try again'],
  ['a 5xx of Feishu', failed('upstream_5xx'), 502, TROUBLE, 'try again'],
  ['a time-out of Feishu', failed('upstream_timeout'), 502, TROUBLE, 'try again'],
  ['a rate limit of Feishu', failed('rate_limited'), 502, TROUBLE, 'try again'],
  ['a broken database', failed('db_error'), 503, OURS, 'try again'],
  ['an unreadable verifier', failed('crypto_error'), 500, OURS, 'try again'],
  ['a bug of ours', failed('internal'), 500, OURS, 'try again'],
]

it.each(CASES)('shows its page for %s', async (_name, outcome, status, headings, button) => {
  const { get } = await served(outcome)
  for (const locale of LOCALES) {
    const response = await get(GOOD, { 'accept-language': locale })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-language')).toBe(locale)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const page = await response.text()
    expect(page).toContain(`<html lang="${locale}">`)
    expect(page).toContain(`<h1 tabindex="-1" autofocus>${headings[locale]}</h1>`)
    expect(page.match(/<h1/g)).toHaveLength(1)
    expect(page).toContain('role="status"')
    expect(page).toContain('href="https://applink.feishu.cn/client/bot/open"')
    const form = `<form method="post" action="/auth/${TICKET}/card">`
    expect(page.includes(form)).toBe(button === 'new card')
    expect(page.includes(`href="/auth/${TICKET}"`)).toBe(button === 'try again')
    expect(page).not.toMatch(/\{(app|feishu)\}/)
    expect(page).not.toMatch(/ou_lin|6b1f6f0e|a-code|SSSS|calendar:calendar/)
    expect(Buffer.byteLength(page)).toBeLessThan(15_000)
  }
})

describe('the language of a page', () => {
  it.each([
    ['en-GB,en;q=0.8', 'en'],
    ['de-DE, ja-JP;q=0.7', 'ja'],
    ['zh-TW', 'zh-CN'],
    ['*', 'zh-CN'],
    ['de', 'zh-CN'],
    ['en;q=0, ja', 'ja'],
    ['!!', 'zh-CN'],
  ])('for "%s" is %s', async (accepted, locale) => {
    const { get } = await served({ kind: 'link_unknown' })
    const response = await get(GOOD, { 'accept-language': accepted })
    expect(response.headers.get('content-language')).toBe(locale)
  })

  it('is that of the session before that of the browser', async () => {
    const session = aSession({ state: 'completed', locale: 'ja' })
    const { get } = await served({ kind: 'completed', session })
    const response = await get(GOOD, { 'accept-language': 'en' })
    expect(response.headers.get('content-language')).toBe('ja')
  })
})

describe('the callback', () => {
  const BAD: [string, string][] = [
    ['no state', '?code=c'],
    ['no code and no error', `?state=${STATE}`],
    ['two codes', `?code=a&code=b&state=${STATE}`],
    ['two states', `?code=a&state=${STATE}&state=${STATE}`],
    ['an array by brackets', `?code[]=a&state=${STATE}`],
    ['an object by brackets', `?code[a]=b&state[b]=${STATE}`],
    ['a NUL in the code', `?code=a%00b&state=${STATE}`],
    ['a NUL in the state', `?code=a&state=${STATE}%00`],
    ['a newline', `?code=a%0d%0ab&state=${STATE}`],
    ['a code of 100 KB', `?code=${'a'.repeat(100_000)}&state=${STATE}`],
    ['a state of 100 KB', `?code=a&state=${'a'.repeat(100_000)}`],
    ['an error of 100 KB', `?error=${'a'.repeat(100_000)}&state=${STATE}`],
    ['both a code and an error', `?code=a&error=access_denied&state=${STATE}`],
    ['an empty code', `?code=&state=${STATE}`],
    ['broken percent-encoding', '?code=%E0%A4%A&state=%'],
    ['a prototype', '?__proto__[code]=a&constructor=b&state=c'],
  ]
  it.each(BAD)('answers 400 with the page of a bad link to %s', async (_name, query) => {
    const seen: Callback[] = []
    const { get } = await serve(
      fakeAuth({
        completeAuthorization: async (callback) => {
          seen.push(callback)
          return { kind: 'link_unknown' }
        },
      }),
    )
    const response = await get(`/callback${query}`, { 'accept-language': 'en' })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('This link does not work')
    expect(seen).toEqual([{ kind: 'malformed' }])
  })

  it('points to the card when it is reloaded without its query', async () => {
    const { get } = await serve(fakeAuth())
    const response = await get('/callback', { 'accept-language': 'en' })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('Look at the card in Feishu')
  })

  it('hands the domain the code, the state and the cookie of this browser', async () => {
    const seen: Callback[] = []
    const { get } = await serve(
      fakeAuth({
        completeAuthorization: async (callback) => {
          seen.push(callback)
          return { kind: 'completed', session: completed }
        },
      }),
    )
    await get(GOOD, { cookie: 'other=1; __Host-feishu_card_auth=mine; feishu_card_auth=planted' })
    await get(`/callback?error=access_denied&state=${STATE}`)
    expect(seen).toEqual([
      { kind: 'code', code: 'a-code', state: STATE, browserSecret: 'mine', path: '/callback' },
      {
        kind: 'error',
        error: 'access_denied',
        state: STATE,
        browserSecret: undefined,
        path: '/callback',
      },
    ])
  })

  it('does not read the unprefixed cookie where every app is on https', async () => {
    const seen: unknown[] = []
    const { get } = await serve(
      fakeAuth({
        completeAuthorization: async (callback) => {
          seen.push(callback.kind === 'code' && callback.browserSecret)
          return { kind: 'link_unknown' }
        },
      }),
    )
    await get(GOOD, { cookie: 'feishu_card_auth=planted' })
    expect(seen).toEqual([undefined])
  })

  it('answers below the path of the redirect URI too', async () => {
    const app = { ...APP, redirectUri: 'https://bot.example/bot/callback' }
    const auth = fakeAuth({ completeAuthorization: async () => failed('code_used') }, [app])
    const { get } = await serve(auth, { pathPrefixes: ['/bot'] })
    const response = await get(`/bot${GOOD}`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(`href="/bot/auth/${TICKET}"`)
  })

  it('says Lark to people of the Lark brand', async () => {
    const auth = fakeAuth({ completeAuthorization: async () => failed('upstream_5xx') })
    const { get } = await serve(auth, { brandOf: () => 'lark' })
    const page = await (await get(GOOD, { 'accept-language': 'en' })).text()
    expect(page).toContain('Lark is not responding right now')
    expect(page).toContain('Back to Lark')
    expect(page).not.toContain('Feishu is')
  })

  it.each([
    ['the database fails', new StoreUnavailableError('find session', new Error('secret-dsn')), 503],
    ['something unforeseen happens', new Error('secret-token eyJabc'), 500],
  ])('shows a page with a reference number when %s', async (_name, error, status) => {
    const { get, lines } = await serve(
      fakeAuth({ completeAuthorization: () => Promise.reject(error) }),
    )
    const response = await get(GOOD, { 'accept-language': 'en' })
    expect(response.status).toBe(status)
    const page = await response.text()
    const reference = response.headers.get('x-request-id') ?? 'missing'
    expect(page).toContain(`<code>${reference}</code>`)
    expect(page).toContain('Something went wrong on our side')
    expect(lines[0]?.event).toBe('http_error')
    expect(JSON.stringify([page, lines])).not.toMatch(/secret|eyJabc/)
  })

  it('still shows its page when the ticket of the session cannot be opened', async () => {
    const auth = fakeAuth({ completeAuthorization: async () => failed('crypto_error') })
    const link = () => {
      throw new TokenUnreadableError('bad_key')
    }
    const { get } = await serve({ ...auth, tickets: { ...auth.tickets, link } })
    const response = await get(GOOD, { 'accept-language': 'en' })
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('Try again')
  })

  it('offers a new card for a session that ran out before a sweep has said so', async () => {
    const session = aSession({ expiresAt: new Date('2026-11-20T07:59:00.000Z') })
    const { get } = await served({ kind: 'already_ended', session })
    const response = await get(GOOD)
    expect(response.status).toBe(410)
    expect(await response.text()).toContain(`action="/auth/${TICKET}/card"`)
  })

  it('escapes a name that tries to be markup, in every place', async () => {
    const attack = '"><script>alert(1)</script>{feishu}'
    const auth = fakeAuth({ completeAuthorization: async () => failed('no_app_permission') })
    const { get } = await serve(auth, { appName: () => attack })
    const page = await (await get(GOOD, { 'accept-language': 'en' })).text()
    expect(page).not.toContain('<script>alert')
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{feishu}')
  })

  it('shows a reference number only where somebody can use it', async () => {
    const ours = await served(failed('internal'))
    const theirs = await served(failed('identity_mismatch'))
    expect(await (await ours.get(GOOD)).text()).toContain('class="reference"')
    expect(await (await theirs.get(GOOD)).text()).not.toContain('class="reference"')
  })

  it('refuses other methods', async () => {
    const { post } = await serve(fakeAuth())
    const response = await post('/callback')
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD')
    expect(await response.json()).toMatchObject({ code: 'method_not_allowed' })
  })
})
