import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newestCard, type Service, startService } from '../support/service.ts'

type Token = { access_token: string; expires_at: string; scopes: string[] }

const HOUR = 3600
const READ = 'docx:document:readonly'
const WRITE = 'task:task:write'

describe('a token', () => {
  let service: Service
  let openId: string
  beforeEach(async () => {
    service = await startService()
    openId = service.emulator.people[0]?.openId ?? ''
  })
  afterEach(() => service.close())

  it('comes with one call: 202 while the card waits, 200 once the person has consented', async () => {
    const early = await post()
    expect(early.status).toBe(202)
    const session = (await early.json()) as { session_id: string }
    expect(session).toMatchObject({ state: 'pending', scopes: ['offline_access', READ] })
    expect(early.headers.get('location')).toBe(`/v1/sessions/${session.session_id}`)
    const again = (await (await post()).json()) as { session_id: string }
    expect(again.session_id).toBe(session.session_id)

    await consent()
    const { status, token } = await tokenOf(post())
    expect(status).toBe(200)
    expect(token.scopes).toEqual(['offline_access', READ])
    expect(owner(token)).toMatchObject({ openId, works: true })
  })

  it('is answered as soon as the person decides', async () => {
    // The wait is longer than this test may take.
    const waiting = tokenOf(post({ wait: 60 }))
    await consent()
    const { status, token } = await waiting
    expect(status).toBe(200)
    expect(owner(token)).toMatchObject({ openId, works: true })
  })

  it('is not given when the person declines, and the caller is told at once', async () => {
    const waiting = post({ wait: 60 })
    await untilCard()
    const messageId = newestCard(service.emulator, openId)?.message_id ?? ''
    await service.emulator.sim.click({ messageId, openId, button: { text: 'Not now' } })
    const answer = await waiting
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ code: 'authorization_rejected' })
  })

  it('that has run out is refreshed by reading it, once for everybody', async () => {
    const first = await authorize()
    service.emulator.sim.advanceClock({ seconds: 2 * HOUR + 60 })
    expect(owner(first)?.works).toBe(false)
    const answers = await Promise.all(Array.from({ length: 20 }, () => tokenOf(read())))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const tokens = new Set(answers.map(({ token }) => token.access_token))
    expect(tokens.size).toBe(1)
    expect(answers[0] && owner(answers[0].token)).toMatchObject({ openId, works: true })
    expect(refreshes()).toBe(1)
  })

  it('that is fresh is refreshed when a caller insists', async () => {
    const first = await authorize()
    const { status, token } = await tokenOf(refresh())
    expect(status).toBe(200)
    expect(token.access_token).not.toBe(first.access_token)
    expect(owner(token)).toMatchObject({ openId, works: true })
    expect((await tokenOf(read())).token.access_token).toBe(token.access_token)
    expect(refreshes()).toBe(1)
  })

  it('that is fresh is refreshed by the one call, too, when it insists', async () => {
    const first = await authorize()
    const { status, token } = await tokenOf(post({ force_refresh: true }))
    expect(status).toBe(200)
    expect(token.access_token).not.toBe(first.access_token)
    expect((await tokenOf(post())).token.access_token).toBe(token.access_token)
    expect(refreshes()).toBe(1)
  })

  it('that could not be refreshed is asked for with the advice that mends it', async () => {
    expect(await (await post()).json()).toMatchObject({ advice: null })
    await consent([READ])
    service.emulator.sim.advanceClock({ seconds: 2 * HOUR + 60 })
    const answer = await post()
    expect(answer.status).toBe(202)
    expect(await answer.json()).toMatchObject({
      state: 'pending',
      advice: expect.stringContaining('offline_access was not granted'),
    })
    expect(await (await read()).json()).toMatchObject({
      code: 'authorization_required',
      advice: expect.stringContaining('offline_access was not granted'),
    })
  })

  it('is refreshed early for a caller who needs it longer', async () => {
    const first = await authorize()
    service.emulator.sim.advanceClock({ seconds: HOUR + 600 })
    expect((await tokenOf(read())).token.access_token).toBe(first.access_token)
    const { token } = await tokenOf(post({ min_validity: HOUR }))
    expect(token.access_token).not.toBe(first.access_token)
    expect(refreshes()).toBe(1)
  })

  it('steps up by asking only for what is new, and goes on being refreshed', async () => {
    await authorize()
    const asked = await post({ scopes: [READ, WRITE] })
    expect(asked.status).toBe(202)
    expect(await asked.json()).toMatchObject({ scopes: [WRITE, 'offline_access'] })
    await consent()

    const { status, token } = await tokenOf(post({ scopes: [WRITE] }))
    expect(status).toBe(200)
    expect(token.scopes).toContain(WRITE)
    service.emulator.sim.advanceClock({ seconds: 2 * HOUR + 60 })
    const refreshed = await tokenOf(read())
    expect(refreshed.status).toBe(200)
    expect(refreshed.token.scopes).toContain(WRITE)
    expect(owner(refreshed.token)).toMatchObject({ openId, works: true })
  })

  it('dies at Feishu and here when it is revoked, as often as one likes', async () => {
    const token = await authorize()
    for (const _time of ['first', 'second']) {
      const answer = await service.api(`/v1/tokens/${openId}`, { method: 'DELETE' })
      expect(answer.status).toBe(204)
      expect(await answer.text()).toBe('')
    }
    expect(owner(token)).toMatchObject({ openId, works: false })
    for (const gone of [await read(), await refresh()]) {
      expect(gone.status).toBe(404)
      expect(await gone.json()).toMatchObject({ code: 'authorization_required' })
    }
    expect((await post()).status).toBe(202)
  })

  it('is kept when a rule of the organisation asks for a check, and the caller is told where', async () => {
    await authorize()
    service.emulator.sim.advanceClock({ seconds: 2 * HOUR + 60 })
    const challenge_url = 'https://accounts.feishu.cn/challenge?ticket=canary-ticket'
    service.emulator.sim.injectFault({
      match: 'POST /open-apis/authen/v2/oauth/token',
      status: 400,
      body: { code: 21001, error: 'access_denied', challenge_url },
    })
    const answer = await read()
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({
      code: 'person_not_allowed',
      feishu_code: 21001,
      challenge_url,
    })
    // Whoever asks during the pause hears the same.
    expect(await (await read()).json()).toMatchObject({ code: 'person_not_allowed', challenge_url })
    // They have passed it: whoever insists need not sit out the pause.
    expect((await refresh()).status).toBe(200)
    expect(JSON.stringify(service.logs)).not.toContain('canary-ticket')
  })

  it('is kept when Feishu fails, and the caller is told when to come back', async () => {
    await authorize()
    service.emulator.sim.advanceClock({ seconds: 2 * HOUR + 60 })
    service.emulator.sim.injectFault({
      match: 'POST /open-apis/authen/v2/oauth/token',
      status: 503,
      times: 0,
    })
    const answer = await read()
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await answer.json()).toMatchObject({ code: 'feishu_unavailable' })
    expect(refreshes()).toBeGreaterThan(0)

    service.emulator.sim.clearFaults()
    service.emulator.sim.advanceClock({ seconds: HOUR })
    const { status, token } = await tokenOf(read())
    expect(status).toBe(200)
    expect(owner(token)).toMatchObject({ openId, works: true })
  })

  it('of a dead grant may be asked for as often as anybody likes: its end is counted once', async () => {
    await authorize()
    service.emulator.sim.injectFault({
      match: 'POST /open-apis/authen/v2/oauth/token',
      code: 20064,
      status: 400,
    })
    expect((await refresh()).status).not.toBe(200)
    const counted = async () => ({
      failures: await service.metric('lark_service_token_refresh_failure_total'),
      failed: await service.metric('lark_service_token_refresh_total', { outcome: 'failure' }),
      ended: await service.metric('lark_service_token_ended_total', { reason: 'revoked' }),
      posts: await service.metric('lark_service_token_refresh_upstream_calls_total'),
    })
    const once = { failures: 1, failed: 1, ended: 1, posts: 1 }
    expect(await counted()).toEqual(once)
    for (let call = 0; call < 20; call++) expect((await read()).status).not.toBe(200)
    expect(await counted()).toEqual(once)
    const looked = { outcome: 'not_tried' }
    const looks = await service.metric('lark_service_token_refresh_total', looked)
    expect(looks).toBeGreaterThanOrEqual(20)
    expect(await service.metric('lark_service_unsaved_pairs')).toBe(0)
  })

  const post = (extra: Record<string, unknown> = {}) =>
    service.api('/v1/tokens', {
      method: 'POST',
      body: { open_id: openId, scopes: ['offline_access', READ], ...extra },
    })
  const read = () => service.api(`/v1/tokens/${openId}`)
  const refresh = () => service.api(`/v1/tokens/${openId}/refresh`, { method: 'POST' })
  const owner = (token: Token) => service.emulator.sim.tokenOwner(token.access_token)

  async function tokenOf(call: Promise<Response>): Promise<{ status: number; token: Token }> {
    const answer = await call
    return { status: answer.status, token: (await answer.json()) as Token }
  }

  async function untilCard(): Promise<void> {
    for (let look = 0; look < 400; look++) {
      if (newestCard(service.emulator, openId)) return
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error('no card came')
  }

  async function consent(scopes?: string[]): Promise<void> {
    await untilCard()
    const { authorizeUrl } = await service.tap(openId)
    const granted = scopes ? { scopes } : {}
    const approved = await service.emulator.sim.approve({ authorizeUrl, openId, ...granted })
    const page = await fetch('redirect' in approved ? approved.redirect : '')
    expect(page.status).toBe(200)
  }

  async function authorize(): Promise<Token> {
    expect((await post()).status).toBe(202)
    await consent()
    const { status, token } = await tokenOf(read())
    expect(status).toBe(200)
    return token
  }

  /** Refresh tokens presented so far. */
  function refreshes(): number {
    return service.emulator.sim.transcript().filter(({ path, request }) => {
      const isToken = path?.includes('/oauth/token') === true
      return isToken && JSON.stringify(request ?? '').includes('refresh_token')
    }).length
  }
})
