import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { eventually, headingOf, openScene, readToken, type Scene, type Watch } from './scene.ts'
import { FEISHU_TIMEOUT_MS, logIdIn, TROUBLES } from './troubles.ts'

const EXCHANGE = 'POST /open-apis/authen/v2/oauth/token'
const USER_INFO = 'GET /open-apis/authen/v1/user_info'
const REVOKE = 'POST /oauth/v1/revoke'

let scene: Scene
let watch: Watch
beforeAll(async () => {
  scene = await openScene({ app: { feishuTimeoutMs: FEISHU_TIMEOUT_MS } })
})
afterAll(() => scene.close())
beforeEach(async () => {
  scene.service.emulator.sim.clearFaults()
  watch = await scene.watch()
})

describe.each(TROUBLES)('Feishu $name', (trouble) => {
  const { fault, reason, status } = trouble

  it('to the exchange of a code: tell the person, keep the session and the older token', async () => {
    const person = await scene.askedPerson()
    await scene.completes(person)
    const older = await readToken(scene.service, person.openId)
    const scopes = ['offline_access', 'docx:document:readonly']
    const session = await scene.service.ask(person.openId, { scopes })
    const { authorizeUrl } = await scene.service.tap(person.openId)
    const redirect = await scene.approve(authorizeUrl, person.openId)

    watch = await scene.watch()
    scene.service.emulator.sim.injectFault({ match: EXCHANGE, ...fault })
    const page = await scene.visit(redirect, { language: 'zh' })
    expect(page).toMatchObject({ status: 502, language: 'zh-CN' })
    expect(page.heading).toBe(headingOf('feishu_trouble', 'zh-CN'))
    await scene.service.cardTurns(person.openId, 'blue')
    await eventually(() => scene.cardWords(person.openId).includes('Feishu is not responding'))

    expect(watch.warnings()).toMatchObject([
      {
        event: 'attempt_failed',
        reason,
        fault: 'upstream',
        request_id: page.requestId,
        session_id: session.session_id,
        error: { code: 'feishu_unavailable', ...logIdIn(trouble) },
      },
    ])
    expect(await watch.failures()).toEqual({ [`${reason}/upstream`]: 1 })
    const call = { api_name: 'exchange_code', status }
    expect(await watch.moved('lark_service_api_calls_total', call)).toBe(1)

    expect(await scene.session(session.session_id)).toMatchObject({
      state: 'pending',
      last_failure: { reason },
    })
    expect(await readToken(scene.service, person.openId)).toBe(older)
    await scene.completes({ openId: person.openId, session })
  })

  it('to the question whose token it is: revoke that token, and let the person try again', async () => {
    const person = await scene.askedPerson()
    scene.service.emulator.sim.injectFault({ match: USER_INFO, ...fault })
    const page = await scene.visit(await scene.approve(person.authorizeUrl, person.openId))
    expect(page).toMatchObject({ status: 502, heading: headingOf('feishu_trouble') })
    const stray = scene.newestToken()
    await eventually(() => scene.service.emulator.sim.tokenOwner(stray)?.works === false)

    expect(watch.warnings()).toMatchObject([
      {
        event: 'attempt_failed',
        reason,
        request_id: page.requestId,
        session_id: person.session.session_id,
        error: { code: 'feishu_unavailable', ...logIdIn(trouble) },
      },
    ])
    expect(await watch.failures()).toEqual({ [`${reason}/upstream`]: 1 })
    const call = { api_name: 'user_info', status }
    expect(await watch.moved('lark_service_api_calls_total', call)).toBe(1)
    expect((await scene.service.api(`/v1/tokens/${person.openId}`)).status).toBe(404)
    await scene.completes(person)
  })

  it('once to the revocation of a stray token: ask again until it is dead', async () => {
    const [person, stranger] = [await scene.askedPerson(), scene.newcomer()]
    scene.service.emulator.sim.injectFault({ match: REVOKE, ...fault })
    const page = await scene.visit(await scene.approve(person.authorizeUrl, stranger))
    expect(page).toMatchObject({ status: 403, heading: headingOf('wrong_account') })
    const revocations = { api_name: 'revoke', status: 'ok' }
    await eventually(() => watch.moved('lark_service_api_calls_total', revocations))
    const stray = scene.newestToken()
    expect(scene.service.emulator.sim.tokenOwner(stray)).toMatchObject({ works: false })
    expect(watch.warnings()).toMatchObject([
      { event: 'attempt_failed', reason: 'identity_mismatch', request_id: page.requestId },
    ])
    expect(await watch.moved('lark_service_api_calls_total', { api_name: 'revoke', status })).toBe(
      1,
    )
    await scene.completes(person)
  })
})

describe.each(TROUBLES.filter(({ status }) => status === 'server_error' || status === 'timeout'))(
  'Feishu $name for good',
  (trouble) => {
    it('to the revocation of a stray token: say so in one line', async () => {
      const [person, stranger] = [await scene.askedPerson(), scene.newcomer()]
      scene.service.emulator.sim.injectFault({ match: REVOKE, times: 0, ...trouble.fault })
      const page = await scene.visit(await scene.approve(person.authorizeUrl, stranger))
      expect(page).toMatchObject({ status: 403 })
      const told = await eventually(() =>
        watch.warnings().find(({ event }) => event === 'stray_token_kept'),
      )
      expect(told).toMatchObject({
        request_id: page.requestId,
        session_id: person.session.session_id,
        error: { code: 'feishu_unavailable', ...logIdIn(trouble) },
      })
      expect(watch.warnings()).toHaveLength(2)
      expect((await scene.service.api(`/v1/tokens/${stranger}`)).status).toBe(404)
      scene.service.emulator.sim.clearFaults()
      await scene.completes(person)
    })
  },
)
