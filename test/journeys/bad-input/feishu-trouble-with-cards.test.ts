import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newestCard } from '../../support/service.ts'
import { eventually, headingOf, openScene, readToken, type Scene, type Watch } from './scene.ts'
import { FEISHU_TIMEOUT_MS, logIdIn, TROUBLES } from './troubles.ts'

const UPDATES = 'lark_service_card_updates_total'

const OFTEN = { cron: '* * * * * *', everySeconds: 1 }
/** Hours pass here, and one that passes in the middle of a refresh would look like a crash. */
const NEVER = { cron: '0 0 0 31 12 *', everySeconds: 31_536_000 }

let scene: Scene
let watch: Watch
beforeAll(async () => {
  const schedules = { session_sweep: OFTEN, card_outbox: OFTEN, token_refresh: NEVER }
  scene = await openScene({ app: { feishuTimeoutMs: FEISHU_TIMEOUT_MS, schedules } })
})
afterAll(() => scene.close())
beforeEach(async () => {
  scene.service.emulator.sim.clearFaults()
  watch = await scene.watch()
})

const SENDING = [
  {
    call: 'message',
    apiName: 'send_card',
    match: 'POST /open-apis/im/v1/messages',
    prepare: () => undefined,
  },
  {
    call: 'tenant token',
    apiName: 'tenant_token',
    match: 'POST /open-apis/auth/v3/tenant_access_token/internal',
    // The service must be out of tokens to ask for one.
    prepare: () => scene.service.emulator.sim.advanceClock({ seconds: 7200 }),
  },
]

describe.each(SENDING)('sending a card: the $call, with Feishu', ({ apiName, match, prepare }) => {
  it.each(TROUBLES)('$name: 503 for the caller, and the card goes out later', async (trouble) => {
    const openId = scene.newcomer()
    prepare()
    scene.service.emulator.sim.injectFault({ match, times: 0, ...trouble.fault })
    const answer = await ask(openId)
    const problem = await answer.json()
    const { requestId, session } = await askedWithoutCard(openId, answer)

    expect(answer.status).toBe(503)
    expect(answer.headers.get('content-type')).toMatch('application/problem+json')
    expect(problem).toMatchObject({
      status: 503,
      code: 'feishu_unavailable',
      request_id: requestId,
    })
    const wait = Number(answer.headers.get('retry-after'))
    expect(wait).toBe(trouble.reason === 'rate_limited' ? 7 : 5)
    expect(watch.warnings()).toMatchObject([
      {
        event: 'card_worked_on',
        outcome: trouble.reason === 'rate_limited' ? 'rate_limited' : 'retried',
        request_id: requestId,
        session_id: session.session_id,
        error: { code: 'feishu_unavailable', ...logIdIn(trouble) },
      },
    ])
    expect(await watch.moved(UPDATES, { card: 'request' })).toBe(1)
    expect(
      await watch.moved('lark_service_api_calls_total', {
        api_name: apiName,
        status: trouble.status,
      }),
    ).toBeGreaterThan(0)
    expect(await watch.failures()).toEqual({})

    // Whoever asks again joins the request that waits; its card follows by itself, and only once.
    scene.service.emulator.sim.clearFaults()
    const again = await ask(openId)
    expect(again.status).toBe(200)
    expect(await again.json()).toMatchObject({ session_id: session.session_id, state: 'pending' })
    await scene.secondsLater(10)
    await scene.service.cardTurns(openId, 'blue')
    await scene.completes({ openId, session })
    expect(cardsOf(openId)).toHaveLength(1)
  })
})

describe('sending a card when Feishu stumbles once', () => {
  const passing = TROUBLES.filter(
    ({ reason, status }) => reason !== 'rate_limited' && status !== 'timeout',
  )
  it.each(passing)('by $name: the caller notices nothing', async ({ fault }) => {
    const openId = scene.newcomer()
    scene.service.emulator.sim.injectFault({ match: 'POST /open-apis/im/v1/messages', ...fault })
    const answer = await ask(openId)
    expect(answer.status).toBe(201)
    expect(watch.warnings()).toEqual([])
    expect(cardsOf(openId)).toHaveLength(1)
  })
})

describe('redrawing a card, with Feishu', () => {
  it.each(TROUBLES)('$name: the grant stands, and the card follows', async (trouble) => {
    const person = await scene.askedPerson()
    const { openId, session } = person
    const match = 'PATCH /open-apis/im/v1/messages/:id'
    scene.service.emulator.sim.injectFault({ match, times: 0, ...trouble.fault })
    const page = await scene.visit(await scene.approve(person.authorizeUrl, openId))
    expect(page).toMatchObject({ status: 200, heading: headingOf('completed') })
    const token = await readToken(scene.service, openId)
    expect(scene.service.emulator.sim.tokenOwner(token)).toMatchObject({ openId, works: true })

    await eventually(() => watch.warnings().length > 0)
    expect(watch.warnings()).toMatchObject([
      {
        event: 'card_worked_on',
        look: 'completed',
        outcome: trouble.reason === 'rate_limited' ? 'rate_limited' : 'retried',
        request_id: page.requestId,
        session_id: session.session_id,
        error: { code: 'feishu_unavailable', ...logIdIn(trouble) },
      },
    ])
    expect(await watch.moved(UPDATES, { card: 'completed' })).toBe(1)
    expect(await scene.session(session.session_id)).toMatchObject({
      state: 'completed',
      card: { shows: 'pending' },
    })

    scene.service.emulator.sim.clearFaults()
    await scene.secondsLater(10)
    await eventually(async () => {
      const { card } = await scene.session(session.session_id)
      return JSON.stringify(card).includes('"shows":"completed"')
    })
    await scene.service.cardTurns(openId, 'green')
  })
})

describe('a person whom no card can reach', () => {
  it('makes the request end, with the reason for the caller', async () => {
    const openId = scene.newcomer()
    scene.service.emulator.sim.setPerson({ openId, available: false })
    const answer = await ask(openId)
    const requestId = answer.headers.get('x-request-id')
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({
      code: 'person_unreachable',
      request_id: requestId,
      feishu_code: 230013,
      log_id: expect.stringMatching(/^\w{20,}$/),
    })
    const [session] = await sessionsOf(openId)
    expect(session).toMatchObject({ state: 'expired', end_reason: 'invalidated' })
    expect(watch.warnings()).toMatchObject([
      {
        event: 'attempt_failed',
        reason: 'card_undeliverable',
        request_id: requestId,
        session_id: session?.session_id,
        error: { feishuCode: 230013, logId: expect.stringMatching(/^\w{20,}$/) },
      },
    ])
    expect(await watch.failures()).toEqual({ 'card_undeliverable/config': 1 })
  })
})

function ask(openId: string): Promise<Response> {
  return scene.service.api('/v1/sessions', { method: 'POST', body: { open_id: openId } })
}

async function askedWithoutCard(openId: string, answer: Response) {
  const requestId = answer.headers.get('x-request-id') ?? ''
  await eventually(() =>
    scene.service.logs.find((line) => line.request_id === requestId && line.status_code),
  )
  const [session] = await sessionsOf(openId)
  if (!session) throw new Error('the request was lost')
  expect(session).toMatchObject({ state: 'pending', card: { message_id: null } })
  return { requestId, session }
}

async function sessionsOf(openId: string) {
  const answer = await scene.service.api(`/v1/sessions?open_id=${openId}`)
  const { sessions } = (await answer.json()) as {
    sessions: Awaited<ReturnType<Scene['session']>>[]
  }
  return sessions
}

function cardsOf(openId: string) {
  const chatId = newestCard(scene.service.emulator, openId)?.chat_id
  return scene.service.emulator.sim
    .messages()
    .filter(({ chat_id, msg_type }) => chat_id === chatId && msg_type === 'interactive')
}
