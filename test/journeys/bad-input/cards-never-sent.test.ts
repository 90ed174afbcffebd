import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openScene, type Scene, type Watch } from './scene.ts'

const SEND = 'POST /open-apis/im/v1/messages'

let scene: Scene
let watch: Watch
beforeEach(async () => {
  scene = await openScene()
  watch = await scene.watch()
})
afterEach(() => scene.close())

describe('people whose cards never went out', () => {
  it.each([
    ['the bot is off', { code: 230006 }, 502, 'card_undeliverable/config'],
    ['Feishu is down', { status: 503 }, 503, 'upstream_5xx/upstream'],
  ])('are no people who let them run out: %s', async (_, fault, status, failure) => {
    const before = sent()
    scene.service.emulator.sim.injectFault({ match: SEND, times: 0, ...fault })
    for (const openId of [scene.newcomer(), scene.newcomer(), scene.newcomer()]) {
      expect((await ask(openId)).status).toBe(status)
    }
    await scene.secondsLater(60)
    await scene.secondsLater(1200)
    expect(await watch.failures()).toEqual({ [failure]: 3 })
    expect(await watch.moved('lark_service_auth_session_ended_total', {})).toBe(3)
    expect(sent()).toBe(before)
  })

  it('are told of in one line each when the app is at fault', async () => {
    scene.service.emulator.sim.injectFault({ match: SEND, times: 0, code: 230006 })
    const openId = scene.newcomer()
    const answer = await ask(openId)
    const requestId = answer.headers.get('x-request-id')
    await answer.text()
    const [session] = await sessionsOf(openId)
    expect(watch.warnings()).toMatchObject([
      {
        ...{ level: 'error', event: 'attempt_failed', reason: 'card_undeliverable' },
        ...{ request_id: requestId, session_id: session?.session_id },
        error: { feishuCode: 230006 },
      },
    ])
    expect(session?.last_failure).toMatchObject({ reason: 'card_undeliverable' })
  })
})

function ask(openId: string): Promise<Response> {
  return scene.service.api('/v1/sessions', { method: 'POST', body: { open_id: openId } })
}

function sent(): number {
  return scene.service.emulator.sim.messages().length
}

async function sessionsOf(openId: string) {
  const answer = await scene.service.api(`/v1/sessions?open_id=${openId}`)
  const { sessions } = (await answer.json()) as {
    sessions: Awaited<ReturnType<Scene['session']>>[]
  }
  return sessions
}
