import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type AskedPerson,
  eventually,
  headingOf,
  openScene,
  type Page,
  readToken,
  type Scene,
  type Watch,
} from './scene.ts'

const LOG_ID = expect.stringMatching(/^\w{20,}$/)

let scene: Scene
let watch: Watch
beforeAll(async () => {
  // Every sign-in of these tests may be answered late.
  scene = await openScene({ env: { AUTH_SESSION_TTL_SECONDS: '1200' } })
})
afterAll(() => scene.close())
beforeEach(async () => {
  scene.service.emulator.sim.clearFaults()
  watch = await scene.watch()
})

const sim = () => scene.service.emulator.sim
const sessionNow = (id: string) => scene.session(id)

function expectOneWarning(page: Page, facts: Record<string, unknown>): void {
  expect(watch.warnings()).toMatchObject([
    { event: 'attempt_failed', request_id: page.requestId, ...facts },
  ])
}

describe('a denial', () => {
  it('from the browser that opened the link declines, in the words of the reader', async () => {
    const { openId, session, authorizeUrl, cookie } = await scene.askedPerson()
    const redirect = await scene.deny(authorizeUrl, openId)
    expect(redirect).toContain('error=access_denied')
    const page = await scene.visit(redirect, { language: 'ja', cookie })
    expect(page).toMatchObject({
      status: 200,
      language: 'ja',
      heading: headingOf('declined', 'ja'),
    })
    await scene.service.cardTurns(openId, 'grey')
    expect(watch.warnings()).toEqual([])
    expect(await watch.failures()).toEqual({ 'access_denied/user': 1 })
    expect(await sessionNow(session.session_id)).toMatchObject({
      state: 'rejected',
      end_reason: 'access_denied',
    })
    const again = await scene.visit(redirect, { cookie })
    expect(again).toMatchObject({ status: 410, heading: headingOf('declined') })
    expect(await watch.failures()).toEqual({ 'access_denied/user': 1 })
  })

  it('from another browser is shown and ends nothing', async () => {
    const person = await scene.askedPerson()
    const page = await scene.visit(await scene.deny(person.authorizeUrl, person.openId))
    expect(page).toMatchObject({ status: 200, heading: headingOf('denial_unproven') })
    expectOneWarning(page, {
      reason: 'state_invalid',
      session_id: person.session.session_id,
    })
    expect(await watch.failures()).toEqual({ 'state_invalid/security': 1 })
    await scene.completes(person)
  })

  it('leaves an older grant alone', async () => {
    const person = await scene.askedPerson()
    await scene.completes(person)
    const token = await readToken(scene.service, person.openId)
    const scopes = ['docx:document:readonly']
    await scene.service.ask(person.openId, { scopes })
    const { authorizeUrl, cookie } = await scene.service.tap(person.openId)
    await scene.visit(await scene.deny(authorizeUrl, person.openId), { cookie })
    expect(await readToken(scene.service, person.openId)).toBe(token)
  })

  it('of a kind nobody knows is trouble of Feishu', async () => {
    const person = await scene.askedPerson()
    const state = new URL(person.authorizeUrl).searchParams.get('state')
    const page = await scene.visit(`/callback?error=server_error&state=${state}`)
    expect(page).toMatchObject({ status: 502, heading: headingOf('feishu_trouble') })
    expectOneWarning(page, { reason: 'upstream_5xx' })
    expect(await watch.failures()).toEqual({ 'upstream_5xx/upstream': 1 })
    await scene.completes(person)
  })
})

describe('a code that', () => {
  it('has expired asks to try again', async () => {
    const person = await scene.askedPerson()
    const redirect = await scene.approve(person.authorizeUrl, person.openId)
    sim().advanceClock({ seconds: 301 })
    const page = await scene.visit(redirect, { language: 'zh' })
    expect(page).toMatchObject({ status: 400, heading: headingOf('sign_in_stale', 'zh-CN') })
    await eventually(() =>
      scene.cardWords(person.openId).includes('The last try did not go through'),
    )
    expectOneWarning(page, {
      reason: 'code_expired',
      session_id: person.session.session_id,
      error: { feishuCode: 20004, logId: LOG_ID },
    })
    expect(await watch.failures()).toEqual({ 'code_expired/internal': 1 })
    await scene.completes(person)
  })

  it.each([
    ['was used before', 20065, 'code_used', 'internal', 400, 'sign_in_stale'],
    ['was never issued', 20003, 'code_used', 'internal', 400, 'sign_in_stale'],
    ['belongs to another app', 20024, 'bad_client', 'config', 502, 'needs_admin'],
    ['meets a wrong app secret', 20002, 'bad_client', 'config', 502, 'needs_admin'],
    ['meets another redirect URL', 20071, 'redirect_uri_mismatch', 'config', 502, 'needs_admin'],
    ['comes from somebody outside', 20010, 'no_app_permission', 'config', 403, 'not_available'],
  ] as const)('%s (%i) is %s', async (_, code, reason, fault, status, heading) => {
    const person = await scene.askedPerson()
    const match = 'POST /open-apis/authen/v2/oauth/token'
    sim().injectFault({ match, status: 400, code })
    const page = await scene.visit(await scene.approve(person.authorizeUrl, person.openId))
    expect(page).toMatchObject({ status, heading: headingOf(heading) })
    expectOneWarning(page, {
      reason,
      fault,
      session_id: person.session.session_id,
      error: { feishuCode: code, logId: LOG_ID },
    })
    if (heading === 'needs_admin') expect(page.text).toContain(page.requestId)
    expect(await watch.failures()).toEqual({ [`${reason}/${fault}`]: 1 })
    if (heading === 'needs_admin') await saysItIsEnabled(person)
    await scene.completes(person)
  })
})

describe('a token for another person', () => {
  it('than the one asked is revoked, and both are told', async () => {
    const [person, stranger] = [await scene.askedPerson(), scene.newcomer()]
    const page = await scene.visit(await scene.approve(person.authorizeUrl, stranger))
    expect(page).toMatchObject({ status: 403, heading: headingOf('wrong_account') })
    await eventually(() =>
      scene.cardWords(person.openId).includes('That was a different Feishu account'),
    )
    await strayIsDead()
    expectOneWarning(page, {
      reason: 'identity_mismatch',
      fault: 'security',
      session_id: person.session.session_id,
    })
    expect(await watch.failures()).toEqual({ 'identity_mismatch/security': 1 })
    expect((await scene.service.api(`/v1/tokens/${stranger}`)).status).toBe(404)
    await scene.completes(person)
  })

  it('who has a grant of their own leaves that grant alone', async () => {
    const victim = await scene.askedPerson()
    await scene.completes(victim)
    const token = await readToken(scene.service, victim.openId)
    const attacker = await scene.askedPerson()
    watch = await scene.watch()
    const page = await scene.visit(await scene.approve(attacker.authorizeUrl, victim.openId))
    expect(page).toMatchObject({ status: 403, heading: headingOf('wrong_account') })
    await strayIsDead()
    expect(await readToken(scene.service, victim.openId)).toBe(token)
    expect(sim().tokenOwner(token)).toMatchObject({ openId: victim.openId, works: true })
    expect((await scene.service.api(`/v1/tokens/${attacker.openId}`)).status).toBe(404)
  })

  it('of the same id in another tenant is nobody we asked', async () => {
    const person = await scene.askedPerson()
    // A tap tells the person's tenant.
    await sim().click({
      messageId: messageIdOf(person.session),
      openId: person.openId,
      button: { value: { action: 'check_again', session: person.session.session_id } },
    })
    sim().setPerson({ openId: person.openId, tenantKey: 'another-tenant' })
    watch = await scene.watch()
    const page = await scene.visit(await scene.approve(person.authorizeUrl, person.openId))
    expect(page).toMatchObject({ status: 403, heading: headingOf('wrong_account') })
    expect(await watch.failures()).toEqual({ 'identity_mismatch/security': 1 })
    await strayIsDead()
    sim().setPerson({ openId: person.openId, tenantKey: '2ed263bf32cf1651' })
    await scene.completes(person)
  })

  it('five times on one link closes it', async () => {
    const person = await scene.askedPerson()
    const pages: Page[] = []
    for (let stranger = 0; stranger < 5; stranger++) {
      const { authorizeUrl } = await scene.service.tap(person.openId)
      pages.push(await scene.visit(await scene.approve(authorizeUrl, scene.newcomer())))
    }
    expect(pages.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403])
    await scene.service.cardTurns(person.openId, 'grey')
    expect(await watch.failures()).toEqual({ 'identity_mismatch/security': 5 })
    expect(await sessionNow(person.session.session_id)).toMatchObject({
      state: 'expired',
      end_reason: 'invalidated',
    })
    const { authorizeUrl } = person
    const late = await scene.visit(await scene.approve(authorizeUrl, person.openId))
    expect(late).toMatchObject({ status: 410, heading: headingOf('withdrawn') })
  })
})

describe('a callback with', () => {
  const state = () => randomBytes(32).toString('base64url')
  const long = 'x'.repeat(100_000)
  it.each([
    ['two codes', () => `code=a&code=b&state=${state()}`],
    ['two states', () => `code=a&state=${state()}&state=${state()}`],
    ['codes in brackets', () => `code[]=a&code[]=b&state=${state()}`],
    ['an object', () => `code[x]=a&state[$ne]=1`],
    ['a code of 100 KB', () => `code=${long}&state=${state()}`],
    ['a state of 100 KB', () => `code=a&state=${long}`],
    ['an error of 100 KB', () => `error=${long}&state=${state()}`],
    ['a NUL in the code', () => `code=a%00b&state=${state()}`],
    ['a NUL in the state', () => `code=a&state=${state()}%00`],
    ['line breaks', () => `code=a%0d%0aSet-Cookie:x=1&state=${state()}`],
    ['broken percent signs', () => 'code=%E0%A4%A&state=%zz'],
    ['markup', () => `code=<script>alert(1)</script>&state=${state()}`],
    ['both a code and an error', () => `code=a&error=access_denied&state=${state()}`],
    ['no state', () => 'code=a'],
    ['half a surrogate', () => 'code=%ED%A0%80&state=a'],
    ['a prototype', () => `__proto__[code]=a&constructor[prototype]=b&state=${state()}`],
  ])('%s gets the page of a bad link, one line and one count', async (_, query) => {
    const page = await scene.visit(`/callback?${query()}`)
    expect(page).toMatchObject({ status: 400, heading: headingOf('link_unknown') })
    expectOneWarning(page, { reason: 'state_invalid', fault: 'security' })
    expect(await watch.failures()).toEqual({ 'state_invalid/security': 1 })
    expect(page.text).not.toMatch(/<script>alert|xxxx/)
    expect(JSON.stringify(watch.lines())).not.toMatch(/<script>|xxxx/)
    expect(page.response.headers.get('set-cookie')).toBeNull()
  })

  it('a cookie of 100 KB is read as no cookie', async () => {
    const person = await scene.askedPerson()
    const redirect = await scene.deny(person.authorizeUrl, person.openId)
    const page = await scene.visit(redirect, { cookie: `feishu_card_auth=${long}` })
    expect(page).toMatchObject({ status: 200, heading: headingOf('denial_unproven') })
    await scene.completes(person)
  })
})

/** While the app is not set up, its card asks for that first. */
async function saysItIsEnabled({ openId, session }: AskedPerson): Promise<void> {
  await eventually(() => scene.cardWords(openId).includes('I have enabled it'))
  const button = { text: 'I have enabled it' }
  const answer = await sim().click({ messageId: messageIdOf(session), openId, button })
  expect(answer).toMatchObject({ toast: { type: 'info' } })
}

/** The token that was issued last must be of no use to anybody. */
async function strayIsDead(): Promise<void> {
  const stray = scene.newestToken()
  await eventually(() => sim().tokenOwner(stray)?.works === false)
}

function messageIdOf({ card }: Record<string, unknown>): string {
  return typeof card === 'object' && card && 'message_id' in card ? String(card.message_id) : ''
}
