import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { eventually, openScene, type Scene, type Watch } from './scene.ts'
import { FEISHU_TIMEOUT_MS, TROUBLES } from './troubles.ts'

const DISCOVERY = 'POST /callback/ws/endpoint'

let scene: Scene
let watch: Watch
beforeAll(async () => {
  scene = await openScene({ app: { feishuTimeoutMs: FEISHU_TIMEOUT_MS } })
})
afterAll(() => scene.close())
beforeEach(async () => {
  scene.service.emulator.sim.clearFaults()
  await connected(1)
  watch = await scene.watch()
})

describe('the long connection is cut, and the discovery of the next finds Feishu', () => {
  it.each(TROUBLES)('$name: it comes back, and no tap is lost', async (trouble) => {
    const person = await scene.askedPerson()
    scene.service.emulator.sim.injectFault({ match: DISCOVERY, ...trouble.fault })
    scene.service.emulator.sim.dropConnections()
    await connected(0)
    const call = { api_name: 'ws_endpoint', status: trouble.status }
    await eventually(() => watch.moved('lark_service_api_calls_total', call))
    await connected(1)
    await stillAnswers(person.openId)
    expect(linesAbout('long_connection_lost')).toHaveLength(1)
    expect(linesAbout('feishu_call_failed')).toMatchObject([
      {
        level: 'warn',
        api_name: 'ws_endpoint',
        ...(trouble.hasLogId ? { log_id: expect.stringMatching(/^\w{20,}$/) } : {}),
      },
    ])
    const back = { outcome: 'success' }
    expect(await watch.moved('lark_service_websocket_reconnect_total', back)).toBe(1)
    expect(await watch.failures()).toEqual({ 'declined_on_card/user': 1 })
  })
})

describe('the long connection', () => {
  it('refused at the upgrade comes back', async () => {
    const person = await scene.askedPerson()
    scene.service.emulator.sim.injectFault({ match: 'WS upgrade', status: 503, times: 2 })
    scene.service.emulator.sim.dropConnections()
    await connected(0)
    await connected(1)
    await stillAnswers(person.openId)
    expect(linesAbout('long_connection_lost')).toHaveLength(1)
  })

  it('whose answers are lost leaves the decision made and the card true', async () => {
    const openId = scene.newcomer()
    const session = await scene.service.ask(openId)
    scene.service.emulator.sim.injectFault({ match: 'WS callback' })
    await scene.service.emulator.sim.click({
      messageId: messageIdOf(session),
      openId,
      button: { text: 'Not now' },
    })
    await scene.service.cardTurns(openId, 'grey')
    expect(await scene.session(session.session_id)).toMatchObject({ state: 'rejected' })
    expect(await watch.failures()).toEqual({ 'declined_on_card/user': 1 })
  })

  it('that is away is told by readiness and takes no traffic away', async () => {
    scene.service.emulator.sim.injectFault({ match: DISCOVERY, status: 503, times: 0 })
    scene.service.emulator.sim.dropConnections()
    await connected(0)
    await scene.secondsLater(10)
    const ready = await fetch(`${scene.service.url}/readyz?verbose`)
    expect(ready.status).toBe(200)
    expect(await ready.json()).toMatchObject({
      checks: expect.arrayContaining([
        { name: 'websocket', ok: false, required: false, detail: 'Not connected to Feishu.' },
      ]),
    })
    expect(await scene.service.metric('lark_service_ready', { check: 'websocket' })).toBe(0)
    expect((await fetch(`${scene.service.url}/livez`)).status).toBe(200)
    // Cards and pages do not need it.
    const person = await scene.askedPerson()
    scene.service.emulator.sim.clearFaults()
    await scene.completes(person)
  })
})

async function connected(up: 0 | 1): Promise<void> {
  await eventually(
    async () => (await scene.service.metric('lark_service_websocket_connection_status')) === up,
  )
}

function linesAbout(event: string) {
  return watch.lines().filter((line) => line.event === event)
}

async function stillAnswers(openId: string): Promise<void> {
  const answer = await scene.service.api(`/v1/sessions?open_id=${openId}`)
  const { sessions } = (await answer.json()) as { sessions: Record<string, unknown>[] }
  const [session = {}] = sessions
  const answered = await scene.service.emulator.sim.click({
    messageId: messageIdOf(session),
    openId,
    button: { text: 'Not now' },
  })
  expect(answered).toMatchObject({ toast: { type: 'info' } })
  await scene.service.cardTurns(openId, 'grey')
}

function messageIdOf({ card }: Record<string, unknown>): string {
  return typeof card === 'object' && card && 'message_id' in card ? String(card.message_id) : ''
}
