import { afterEach, describe, expect, it } from 'vitest'
import { createCardMessenger, type FeishuCardMessenger } from '../../src/feishu/messenger.ts'
import { createEmulatorBench, someone } from '../support/emulator-bench.ts'
import {
  appAt,
  createFeishuBench,
  createSleeplessClock,
  rejection,
  STUB_APP,
  sessionOf,
} from './feishu-bench.ts'
import { answerJson, type StubAnswer, startStub } from './stub-server.ts'

const LINK = 'https://auth.example.com/auth/tck_1'
const bench = createEmulatorBench()
afterEach(() => bench.close())

/** A messenger of the emulated app, the emulator, and what was logged. */
async function onEmulator(timeoutMs?: number) {
  const emulator = await bench.start()
  const feishu = createFeishuBench(timeoutMs)
  const app = appAt(emulator.url, emulator.app)
  const clock = createSleeplessClock()
  const messenger = createCardMessenger({ apps: [app], http: feishu.http, log: feishu.log, clock })
  bench.keep(messenger)
  return { emulator, feishu, app, messenger, clock, person: someone(emulator) }
}

/** A messenger on a server that answers by hand; the tenant token is always given. */
async function onStub(answer: StubAnswer, timeoutMs?: number) {
  const stub = await startStub((request, response) => {
    if (request.path.includes('tenant_access_token')) {
      answerJson(response, { code: 0, tenant_access_token: 't-canary-tenant-token', expire: 7200 })
    } else answer(request, response)
  })
  bench.keep(stub)
  const feishu = createFeishuBench(timeoutMs)
  const app = appAt(stub.url, STUB_APP)
  const clock = createSleeplessClock()
  const messenger = createCardMessenger({ apps: [app], http: feishu.http, log: feishu.log, clock })
  bench.keep(messenger)
  return { stub, feishu, app, messenger, clock, session: sessionOf(app, 'ou_someone') }
}

const callsOf = (feishu: { calls: { apiName: string }[] }, apiName: string) =>
  feishu.calls.filter((call) => call.apiName === apiName)

describe('sending a card', () => {
  it('puts the card into the chat with the person, and redraws it', async () => {
    const { emulator, app, messenger, person, feishu } = await onEmulator()
    const session = sessionOf(app, person.openId)

    const { messageId } = await messenger.sendCard(session, LINK)
    expect(emulator.sim.messages()).toMatchObject([{ message_id: messageId, updated: false }])

    await messenger.updateCard(sessionOf(app, person.openId, 'completed'), messageId, LINK)
    expect(emulator.sim.messages()).toMatchObject([
      { message_id: messageId, updated: true, content: { header: { template: 'green' } } },
    ])
    expect(feishu.calls.map(({ apiName, status }) => `${apiName} ${status}`)).toEqual([
      'tenant_token ok',
      'send_card ok',
      'update_card ok',
    ])
    expect(feishu.lines).toEqual([])
  })

  it('sends to the group when the session names one', async () => {
    const { emulator, app, messenger, person } = await onEmulator()
    const group = emulator.sim.state().chats.find((chat) => chat.kind === 'group')
    const session = sessionOf(app, person.openId, 'asking', { chatId: group?.chat_id ?? '' })
    await messenger.sendCard(session, LINK)
    expect(emulator.sim.messages({ chatId: group?.chat_id ?? '' })).toHaveLength(1)
  })

  it('sends one card however often one session is sent', async () => {
    const { emulator, app, messenger, person } = await onEmulator()
    const session = sessionOf(app, person.openId)
    const first = await messenger.sendCard(session, LINK)
    expect(await messenger.sendCard(session, LINK)).toEqual(first)
    expect(emulator.sim.messages()).toHaveLength(1)
    expect(
      emulator.sim.transcript().filter((entry) => entry.path?.endsWith('/messages')),
    ).toHaveLength(2)
  })

  it('fetches one tenant token for fifty cards at once', async () => {
    const { stub, app, messenger } = await onStub((request, response) =>
      answerJson(response, {
        code: 0,
        data: { message_id: `om_${JSON.parse(request.body).uuid}` },
      }),
    )
    const sessions = Array.from({ length: 50 }, (_, i) =>
      sessionOf(app, `ou_${i}`, 'asking', { id: `ses_${i}` }),
    )
    const sent = await Promise.all(sessions.map((session) => messenger.sendCard(session, LINK)))
    expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(50)
    expect(stub.requests.filter(({ path }) => path.includes('tenant_access_token'))).toHaveLength(1)
  })

  it('fetches a new tenant token when Feishu no longer takes the old one, and sends', async () => {
    const { emulator, app, messenger, person, feishu } = await onEmulator()
    const session = sessionOf(app, person.openId)
    const { messageId } = await messenger.sendCard(session, LINK)
    emulator.sim.advanceClock({ seconds: 7300 })
    await messenger.updateCard(sessionOf(app, person.openId, 'rejected'), messageId, LINK)
    expect(callsOf(feishu, 'update_card')).toMatchObject([
      { status: 'client_error' },
      { status: 'ok' },
    ])
    expect(callsOf(feishu, 'tenant_token')).toHaveLength(2)
  })

  it('gives up after one fresh tenant token', async () => {
    const { emulator, app, messenger, person, feishu } = await onEmulator()
    emulator.sim.injectFault({
      match: 'POST /open-apis/im/v1/messages',
      status: 400,
      code: 99991663,
      times: 0,
    })
    const error = await rejection(messenger.sendCard(sessionOf(app, person.openId), LINK))
    expect(error).toMatchObject({ code: 'feishu_unavailable', feishuCode: 99991663 })
    expect(callsOf(feishu, 'tenant_token').length).toBeLessThanOrEqual(4)
  })

  it('cannot be led to another path by a message id', async () => {
    const { stub, app, messenger } = await onStub((_, response) =>
      answerJson(response, { code: 0 }),
    )
    const session = sessionOf(app, 'ou_x', 'completed')
    await messenger.updateCard(session, '../../contact/v3/users/ou_y?z=1#', LINK)
    expect(stub.requests.at(-1)?.path).toBe(
      '/open-apis/im/v1/messages/..%2F..%2Fcontact%2Fv3%2Fusers%2Fou_y%3Fz%3D1%23',
    )
  })
})

describe('a card that Feishu refuses', () => {
  it('says that a person outside the availability cannot be reached', async () => {
    const { emulator, app, messenger, person, feishu } = await onEmulator()
    emulator.sim.setPerson({ openId: person.openId, available: false })
    const error = await rejection(messenger.sendCard(sessionOf(app, person.openId), LINK))
    expect(error).toMatchObject({ code: 'person_unreachable', feishuCode: 230013 })
    expect(feishu.linesOf('feishu_call_failed')).toMatchObject([
      {
        level: 'info',
        fields: {
          api_name: 'send_card',
          method: 'POST',
          path: '/open-apis/im/v1/messages',
          status: 400,
          feishu_code: 230013,
          log_id: expect.stringMatching(/^\w{20,}$/),
        },
      },
    ])
  })

  it('says that the bot is off', async () => {
    const { emulator, app, messenger, person } = await onEmulator()
    emulator.sim.setApp({ botEnabled: false })
    const error = await rejection(messenger.sendCard(sessionOf(app, person.openId), LINK))
    expect(error).toMatchObject({ code: 'app_misconfigured', reason: 'card_undeliverable' })
  })

  it('says that the app secret is wrong', async () => {
    const { emulator, messenger, app, person, feishu } = await onEmulator()
    emulator.sim.setApp({ appSecret: 'another-secret' })
    const error = await rejection(messenger.sendCard(sessionOf(app, person.openId), LINK))
    expect(error).toMatchObject({ code: 'app_misconfigured', reason: 'bad_client' })
    expect(feishu.linesOf('feishu_call_failed')).toMatchObject([
      { level: 'info', fields: { api_name: 'tenant_token' } },
    ])
  })

  it('knows a card that can never change again', async () => {
    const { emulator, app, messenger, person } = await onEmulator()
    const { messageId } = await messenger.sendCard(sessionOf(app, person.openId), LINK)
    for (const code of [230011, 230031, 230110, 231003]) {
      emulator.sim.injectFault({
        match: 'PATCH /open-apis/im/v1/messages/:id',
        status: 400,
        body: { code, msg: 'gone' },
      })
      const update = messenger.updateCard(sessionOf(app, person.openId, 'expired'), messageId, LINK)
      expect(await rejection(update)).toMatchObject({ code: 'card_gone', feishuCode: code })
    }
  })
})

describe('Feishu in trouble', () => {
  it('waits as told when there were too many requests, and then sends', async () => {
    const { emulator, app, messenger, person, clock, feishu } = await onEmulator()
    emulator.sim.injectFault({ match: 'POST /open-apis/im/v1/messages', status: 429 })
    await messenger.sendCard(sessionOf(app, person.openId), LINK)
    expect(clock.sleeps).toEqual([1000])
    expect(callsOf(feishu, 'send_card')).toMatchObject([
      { status: 'rate_limited' },
      { status: 'ok' },
    ])
    expect(feishu.linesOf('feishu_call_retried')).toHaveLength(1)
  })

  it('hands a long wait on instead of sitting it out', async () => {
    const { emulator, app, messenger, person, clock } = await onEmulator()
    emulator.sim.injectFault({
      match: 'POST /open-apis/im/v1/messages',
      status: 429,
      body: { code: 99991400, msg: 'request trigger frequency limit' },
      headers: { 'x-ogw-ratelimit-reset': '52' },
    })
    const error = await rejection(messenger.sendCard(sessionOf(app, person.openId), LINK))
    expect(error).toMatchObject({ reason: 'rate_limited', retryAfterSeconds: 52 })
    expect(clock.sleeps).toEqual([])
  })

  it.each([230020, 11232])('tries again after %i, at most three times', async (code) => {
    const { emulator, app, messenger, person, feishu } = await onEmulator()
    emulator.sim.injectFault({
      match: 'POST /open-apis/im/v1/messages',
      status: 400,
      body: { code, msg: 'slow down' },
      times: 0,
    })
    const error = await rejection(messenger.sendCard(sessionOf(app, person.openId), LINK))
    expect(error).toMatchObject({ reason: 'rate_limited', feishuCode: code })
    expect(callsOf(feishu, 'send_card')).toHaveLength(3)
  })

  it('tries again after a server error', async () => {
    const { emulator, app, messenger, person, feishu } = await onEmulator()
    emulator.sim.injectFault({ match: 'POST /open-apis/im/v1/messages', status: 500 })
    await messenger.sendCard(sessionOf(app, person.openId), LINK)
    expect(callsOf(feishu, 'send_card')).toMatchObject([
      { status: 'server_error' },
      { status: 'ok' },
    ])
  })

  it.each([
    ['a page of HTML', { status: 200, body: '<html>proxy says no</html>' }, 'upstream_5xx'],
    ['a bad gateway', { status: 502, body: '<html>bad gateway</html>' }, 'upstream_5xx'],
    ['an empty body', { status: 200, body: '' }, 'upstream_5xx'],
    ['JSON that is no object', { status: 200, body: [1, 2] }, 'upstream_5xx'],
    ['a connection cut before the answer', { cut: 'after' as const }, 'network'],
    ['a connection cut before the request', { cut: 'before' as const }, 'network'],
  ])('survives %s', async (_, fault, reason) => {
    const { emulator, app, messenger, person } = await onEmulator()
    emulator.sim.injectFault({ match: 'POST /open-apis/im/v1/messages', ...fault, times: 0 })
    const error = await rejection(messenger.sendCard(sessionOf(app, person.openId), LINK))
    expect(error).toMatchObject({ code: 'feishu_unavailable', reason })
  })

  it('ends a call that hangs, and does not try it again', async () => {
    const { app, messenger, stub, feishu } = await onStub(() => undefined, 1000)
    const error = await rejection(messenger.sendCard(sessionOf(app, 'ou_x'), LINK))
    expect(error).toMatchObject({ code: 'feishu_unavailable', reason: 'upstream_timeout' })
    expect(stub.requests.filter(({ path }) => path.includes('/messages'))).toHaveLength(1)
    expect(callsOf(feishu, 'send_card')).toMatchObject([{ status: 'timeout' }])
  })

  it('ends an answer that drips in for ever', async () => {
    const drips: NodeJS.Timeout[] = []
    const { app, messenger } = await onStub((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      drips.push(setInterval(() => response.write(' '), 5))
    }, 1000)
    const error = await rejection(messenger.sendCard(sessionOf(app, 'ou_x'), LINK))
    for (const drip of drips) clearInterval(drip)
    expect(error).toMatchObject({ reason: 'upstream_timeout' })
  })

  it('follows no redirect, which would carry the token elsewhere', async () => {
    const { app, messenger, stub } = await onStub((_, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    const error = await rejection(messenger.sendCard(sessionOf(app, 'ou_x'), LINK))
    expect(error).toMatchObject({ code: 'feishu_unavailable' })
    expect(stub.requests.map(({ path }) => path)).not.toContain('/elsewhere')
  })
})

describe('the name of the app', () => {
  async function untilNamed(messenger: FeishuCardMessenger, appId: string): Promise<void> {
    await expect.poll(() => messenger.appName(appId)).not.toBe(appId)
  }

  it('is its id until Feishu has told it', async () => {
    const { messenger, app, emulator } = await onEmulator()
    expect(messenger.appName(app.appId)).toBe(app.appId)
    await messenger.start()
    await untilNamed(messenger, app.appId)
    expect(messenger.appName(app.appId)).toBe(emulator.app.name)
  })

  it('is on the very first card', async () => {
    const { messenger, app, person, emulator } = await onEmulator()
    const slept = createCardMessenger({
      apps: [app],
      http: createFeishuBench().http,
      log: () => undefined,
      // Nobody wakes: the look-up itself must end the wait.
      clock: { now: () => new Date(), sleep: (_, signal) => untilAborted(signal) },
    })
    bench.keep(slept)
    bench.keep(messenger)
    await slept.start()
    await slept.sendCard(sessionOf(app, person.openId), LINK)
    expect(JSON.stringify(emulator.sim.messages())).toContain(emulator.app.name)
  })

  it('is asked for again after a failure', async () => {
    const { messenger, app, emulator, feishu } = await onEmulator()
    emulator.sim.injectFault({ match: 'GET /open-apis/bot/v3/info', status: 500, times: 2 })
    await messenger.start()
    await untilNamed(messenger, app.appId)
    expect(feishu.linesOf('app_name_unknown')).toHaveLength(2)
  })
})

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) =>
    signal?.addEventListener('abort', () => resolve(), { once: true }),
  )
}

describe('a few words', () => {
  it('reach the person, once each time', async () => {
    const { emulator, app, messenger, person } = await onEmulator()
    await messenger.sendText(app.appId, person.openId, '已撤销 "授权"')
    await messenger.sendText(app.appId, person.openId, '已撤销 "授权"')
    expect(emulator.sim.messages()).toMatchObject([
      { msg_type: 'text', content: { text: '已撤销 "授权"' } },
      { msg_type: 'text', content: { text: '已撤销 "授权"' } },
    ])
  })

  it('are sent once when the first answer was lost', async () => {
    const { emulator, app, messenger, person } = await onEmulator()
    emulator.sim.injectFault({ match: 'POST /open-apis/im/v1/messages', cut: 'after' })
    await messenger.sendText(app.appId, person.openId, 'Done.')
    expect(emulator.sim.messages()).toHaveLength(1)
  })

  it('fail like a card for somebody the bot may not write to', async () => {
    const { emulator, app, messenger, person } = await onEmulator()
    emulator.sim.setPerson({ openId: person.openId, available: false })
    expect(await rejection(messenger.sendText(app.appId, person.openId, 'Hi'))).toMatchObject({
      code: 'person_unreachable',
    })
  })
})
