import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type AskedPerson,
  headingOf,
  openScene,
  readToken,
  type Scene,
  type Watch,
} from './scene.ts'

let scene: Scene
let watch: Watch
beforeAll(async () => {
  // The link of a card outlives the ten minutes of one sign-in.
  scene = await openScene({ env: { AUTH_SESSION_TTL_SECONDS: '1200' } })
})
afterAll(() => scene.close())
beforeEach(async () => {
  watch = await scene.watch()
})

const unknownState = () => randomBytes(32).toString('base64url')

async function expectPending({ session }: AskedPerson): Promise<void> {
  expect(await scene.session(session.session_id)).toMatchObject({ state: 'pending' })
}

describe('a callback whose state', () => {
  it('is unknown gets the page of a bad link, and the card goes on working', async () => {
    const person = await scene.askedPerson()
    const page = await scene.visit(`/callback?code=abc&state=${unknownState()}`, { language: 'ja' })
    expect(page).toMatchObject({ status: 400, language: 'ja' })
    expect(page.heading).toBe(headingOf('link_unknown', 'ja'))
    expect(watch.warnings()).toMatchObject([
      { event: 'attempt_failed', reason: 'state_invalid', request_id: page.requestId },
    ])
    expect(await watch.failures()).toEqual({ 'state_invalid/security': 1 })
    await scene.completes(person)
  })

  it('is replayed after success says already done, and exchanges nothing again', async () => {
    const person = await scene.askedPerson()
    const redirect = await scene.approve(person.authorizeUrl, person.openId)
    expect(await scene.visit(redirect)).toMatchObject({ status: 200 })
    const token = await readToken(scene.service, person.openId)
    const page = await scene.visit(redirect)
    expect(page).toMatchObject({ status: 200, heading: headingOf('already_done') })
    expect(watch.warnings()).toEqual([])
    expect(await watch.failures()).toEqual({})
    expect(await exchanges()).toBe(1)
    expect(await readToken(scene.service, person.openId)).toBe(token)
    expect(scene.service.emulator.sim.tokenOwner(token)).toMatchObject({ works: true })
  })

  it('is replayed after a failure says the link was used, once', async () => {
    const person = await scene.askedPerson()
    const redirect = await scene.approve(person.authorizeUrl, person.openId)
    await scene.visit(withCode(redirect, 'never-issued'))
    watch = await scene.watch()
    const page = await scene.visit(redirect, { language: 'zh' })
    expect(page).toMatchObject({ status: 400, language: 'zh-CN' })
    expect(page.heading).toBe(headingOf('link_used', 'zh-CN'))
    // What went wrong was told and counted the first time.
    expect(watch.warnings()).toEqual([])
    expect(await watch.failures()).toEqual({})
    await scene.completes(person)
  })

  it('ran out while the card still works gets the page of a late sign-in', async () => {
    const person = await scene.askedPerson()
    scene.service.emulator.sim.advanceClock({ seconds: 601 })
    const page = await scene.visit(callbackOf(person.authorizeUrl, 'late'))
    expect(page).toMatchObject({ status: 400, heading: headingOf('sign_in_stale') })
    expect(watch.warnings()).toEqual([])
    expect(watch.lines()).toContainEqual(
      expect.objectContaining({
        ...{ level: 'info', event: 'attempt_failed', reason: 'timed_out', fault: 'user' },
        ...{ request_id: page.requestId, session_id: person.session.session_id },
      }),
    )
    expect(await watch.failures()).toEqual({})
    expect(await exchanges()).toBe(0)
    await scene.completes(person)
  })

  it('belongs to a request that ran out gets the page of an expired request', async () => {
    const person = await scene.askedPerson()
    const redirect = await scene.approve(person.authorizeUrl, person.openId)
    scene.service.emulator.sim.advanceClock({ seconds: 1201 })
    const page = await scene.visit(redirect)
    expect(page).toMatchObject({ status: 410, heading: headingOf('expired') })
    await scene.service.cardTurns(person.openId, 'grey')
    expect(watch.warnings()).toEqual([])
    expect(await watch.failures()).toEqual({ 'timed_out/user': 1 })
    expect(await exchanges()).toBe(0)
    expect(await scene.session(person.session.session_id)).toMatchObject({
      state: 'expired',
      end_reason: 'timed_out',
    })
  })

  it("is someone else's lets neither take the other's place", async () => {
    const [mallory, alice] = [await scene.askedPerson(), await scene.askedPerson()]
    const redirect = await scene.approve(mallory.authorizeUrl, mallory.openId)
    const crossed = new URL(redirect)
    crossed.searchParams.set('state', stateOf(alice.authorizeUrl))
    // The verifier belongs to the state, so the code of another sign-in cannot be spent with it.
    const page = await scene.visit(crossed.href)
    expect(page).toMatchObject({ status: 400, heading: headingOf('sign_in_stale') })
    expect(watch.warnings()).toMatchObject([
      {
        event: 'attempt_failed',
        reason: 'pkce_failed',
        request_id: page.requestId,
        session_id: alice.session.session_id,
        error: { feishuCode: 20049, logId: expect.stringMatching(/^\w{20,}$/) },
      },
    ])
    expect(await watch.failures()).toEqual({ 'pkce_failed/security': 1 })
    await expectPending(alice)
    await expectPending(mallory)
    await scene.completes(alice)
    await scene.completes(mallory)
  })
})

describe('a link', () => {
  it('A9: uses nothing up when a previewer opens it first, with HEAD and GET', async () => {
    const person = await scene.askedPerson()
    const link = scene.linkOf(person.session)
    for (const method of ['HEAD', 'GET', 'HEAD', 'GET', 'GET']) {
      const opened = await fetch(link, { method, redirect: 'manual' })
      expect(opened.status).toBe(302)
    }
    // The tab that was open before the previewer came still works.
    const page = await scene.visit(await scene.approve(person.authorizeUrl, person.openId))
    expect(page).toMatchObject({ status: 200, heading: headingOf('completed') })
    expect(watch.warnings()).toEqual([])
  })

  it('of nobody gets the page of a bad link', async () => {
    const page = await scene.visit(`/auth/${unknownState()}`)
    expect(page).toMatchObject({ status: 404, heading: headingOf('link_unknown') })
    expect(watch.warnings()).toEqual([])
  })

  it('of a card that completed says already done, kindly', async () => {
    const person = await scene.askedPerson()
    const link = scene.linkOf(person.session)
    await scene.completes(person)
    const page = await scene.visit(link, { language: 'ja' })
    expect(page).toMatchObject({ status: 200, heading: headingOf('already_done', 'ja') })
  })
})

describe('A8: a hundred callbacks at once', () => {
  it('spend the code once and all say that it is done', async () => {
    const person = await scene.askedPerson()
    const redirect = await scene.approve(person.authorizeUrl, person.openId)
    const pages = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        scene.visit(redirect, { from: `203.0.113.${index}` }),
      ),
    )
    expect(pages.map(({ status }) => status)).toEqual(Array(100).fill(200))
    const headings = pages.map(({ heading }) => heading)
    expect(headings.filter((heading) => heading === headingOf('completed'))).toHaveLength(1)
    expect(headings.filter((heading) => heading === headingOf('already_done'))).toHaveLength(99)
    expect(await exchanges()).toBe(1)
    expect(watch.warnings()).toEqual([])
    expect(await watch.failures()).toEqual({})
    const method = { auth_method: 'websocket_card' }
    expect(await watch.moved('lark_service_auth_success_total', method)).toBe(1)
    const token = await readToken(scene.service, person.openId)
    expect(scene.service.emulator.sim.tokenOwner(token)).toMatchObject({ works: true })
  })
})

function exchanges(): Promise<number> {
  return watch.moved('lark_service_api_calls_total', { api_name: 'exchange_code' })
}

function stateOf(authorizeUrl: string): string {
  return new URL(authorizeUrl).searchParams.get('state') ?? ''
}

function callbackOf(authorizeUrl: string, code: string): string {
  return `/callback?code=${code}&state=${stateOf(authorizeUrl)}`
}

function withCode(redirect: string, code: string): string {
  const url = new URL(redirect)
  url.searchParams.set('code', code)
  return url.href
}
