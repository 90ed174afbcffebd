import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { approvedCode, authorizeUrl, callback, exchange, linXia, v2 } from './oauth-steps.ts'

let emulator: FeishuEmulator
beforeEach(async () => {
  emulator = await startFeishuEmulator({ now: () => Date.UTC(2026, 10, 20) })
})
afterEach(() => emulator.close())

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${emulator.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer: Record<string, unknown> = JSON.parse((await response.text()) || '{}')
  return { status: response.status, answer }
}

/** A card with one link and one callback button, put into Lin Xia's chat as the bot would. */
async function sendCard(): Promise<string> {
  const { appId, appSecret } = emulator.app
  const base = `${emulator.url}/open-apis`
  const post = async (path: string, body: unknown, headers = {}) => {
    const answer = await fetch(`${base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const parsed: { data: { message_id: string }; tenant_access_token: string } = JSON.parse(
      await answer.text(),
    )
    return parsed
  }
  const { tenant_access_token } = await post('/auth/v3/tenant_access_token/internal', {
    app_id: appId,
    app_secret: appSecret,
  })
  const button = (content: string, behavior: unknown) => ({
    tag: 'button',
    text: { tag: 'plain_text', content, i18n_content: { zh_cn: `${content}吗` } },
    behaviors: [behavior],
  })
  const card = {
    schema: '2.0',
    config: { update_multi: true },
    body: {
      elements: [
        button('Open', { type: 'open_url', default_url: 'https://example.com/x' }),
        button('Call', { type: 'callback', value: { do: 'it' } }),
      ],
    },
  }
  const sent = await post(
    '/im/v1/messages?receive_id_type=open_id',
    { receive_id: linXia, msg_type: 'interactive', content: JSON.stringify(card) },
    { authorization: `Bearer ${tenant_access_token}` },
  )
  return sent.data.message_id
}

describe('the /sim API', () => {
  it('says what a person wrote and shows it in the state', async () => {
    const said = await call('POST', '/sim/say', { open_id: linXia, text: 'hello' })
    expect(said.status).toBe(200)
    expect(said.answer).toEqual({ message_id: expect.stringMatching(/^om_/), delivered: false })
    const { answer } = await call('GET', '/sim/state')
    expect(answer.messages).toMatchObject([
      { sender: { kind: 'person', open_id: linXia }, content: { text: 'hello' } },
    ])
    expect(JSON.stringify(answer)).not.toContain(emulator.app.appSecret)
  })

  it('taps buttons by place, by words in any language, and with a forged value', async () => {
    const message_id = await sendCard()
    const tap = (button: unknown) =>
      call('POST', '/sim/click', { message_id, open_id: linXia, button })
    const opened = { status: 200, answer: { open_url: 'https://example.com/x' } }
    expect(await tap({ index: 0 })).toEqual(opened)
    expect(await tap({ text: 'Open吗' })).toEqual(opened)
    // Nobody is connected, which is what the person sees.
    const nobody = { status: 200, answer: { code: 200340 } }
    expect(await tap({ text: 'Call' })).toEqual(nobody)
    expect(await tap({ value: { do: 'something else' } })).toEqual(nobody)
  })

  it('decides on an authorize URL', async () => {
    const body = { authorize_url: authorizeUrl(emulator), open_id: linXia }
    const approved = await call('POST', '/sim/approve', { ...body, scopes: ['task:task:read'] })
    expect(approved.answer.redirect).toMatch(/callback\?code=.+&state=the-state$/)
    const denied = await call('POST', '/sim/deny', body)
    expect(denied.answer).toEqual({ redirect: `${callback}?error=access_denied&state=the-state` })
    const bad = { ...body, authorize_url: authorizeUrl(emulator, { scope: '*' }) }
    expect((await call('POST', '/sim/approve', bad)).answer).toEqual({ page_error: 20043 })
  })

  it('moves the clock and brings it back', async () => {
    const moved = await call('POST', '/sim/clock', { advance_seconds: 7200 })
    expect(moved.answer).toMatchObject({ offset_seconds: 7200 })
    expect((await call('GET', '/sim/state')).answer.clock).toMatchObject({ offset_seconds: 7200 })
    const back = await call('POST', '/sim/clock', { reset: true })
    expect(back.answer).toMatchObject({ offset_seconds: 0 })
  })

  it('changes people and the app, and resets both', async () => {
    const frozen = await call('POST', '/sim/people', { open_id: linXia, status: 'frozen' })
    expect(frozen.answer).toMatchObject({ open_id: linXia, status: 'frozen' })
    const app = await call('POST', '/sim/app', { scopes: [], app_secret: 'another' })
    expect(app.answer).toMatchObject({ scopes: [] })
    expect(app.answer).not.toHaveProperty('app_secret')
    expect(emulator.app.appSecret).toBe('another')
    const people = emulator.people
    expect((await call('POST', '/sim/reset')).answer).toEqual({ ok: true })
    expect(emulator.people).toBe(people)
    expect(people[0]?.status).toBe('active')
    expect(emulator.app.scopes).toContain('offline_access')
    expect(emulator.app.appSecret).not.toBe('another')
  })

  it('injects, lists and clears faults', async () => {
    const fault = { match: `POST ${v2}`, status: 503, delay_ms: 0, times: 0 }
    expect((await call('POST', '/sim/faults', fault)).answer).toEqual({ id: 'fault-1' })
    expect((await call('GET', '/sim/state')).answer.faults).toEqual([
      { id: 'fault-1', match: `POST ${v2}`, status: 503, delay_ms: 0, left: 'until cleared' },
    ])
    await call('DELETE', '/sim/faults')
    expect((await call('GET', '/sim/state')).answer.faults).toEqual([])
  })

  it.each([
    ['POST', '/sim/say', { open_id: linXia }, 400, 'invalid_body'],
    ['POST', '/sim/say', { open_id: 'ou_nobody', text: 'x' }, 404, 'person_unknown'],
    ['POST', '/sim/say', { open_id: linXia, text: 'x', chat_id: 'oc_x' }, 404, 'chat_unknown'],
    [
      'POST',
      '/sim/click',
      { open_id: linXia, message_id: 'om_1', button: {} },
      400,
      'invalid_body',
    ],
    ['POST', '/sim/faults', { match: '*', status: 'soon' }, 400, 'invalid_body'],
    ['POST', '/sim/faults', { match: '*', status: 99 }, 400, 'invalid_body'],
    ['POST', '/sim/approve', { open_id: linXia, authorize_url: 'no' }, 400, 'invalid_url'],
    ['POST', '/sim/clock', [], 400, 'invalid_body'],
  ])('refuses %s %s %j', async (method, path, body, status, code) => {
    const refused = await call(method, path, body)
    expect(refused.status).toBe(status)
    expect(refused.answer).toEqual({ error: { code, message: expect.any(String) } })
  })

  it("keeps people out of other people's chats", async () => {
    const message_id = await sendCard()
    const alex = emulator.people[1]?.openId
    const tap = { message_id, open_id: alex, button: { index: 0 } }
    expect((await call('POST', '/sim/click', tap)).status).toBe(403)
  })
})

describe('the transcript', () => {
  it('shows what crossed the wire, and no secret of it', async () => {
    const code = await approvedCode(emulator)
    const { body } = await exchange(emulator, code)
    await sendCard()
    await emulator.sim.say({ openId: linXia, text: 'hello' })
    const entries = emulator.sim.transcript()
    expect(entries).toContainEqual(
      expect.objectContaining({
        kind: 'api',
        method: 'POST',
        path: v2,
        status: 200,
        logId: expect.any(String),
      }),
    )
    expect(entries.map(({ kind }) => kind)).toContain('sim')
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
    const shown = JSON.stringify(entries)
    const secrets = [code, body.access_token, body.refresh_token, emulator.app.appSecret]
    for (const secret of secrets) expect(shown).not.toContain(String(secret).slice(0, 12))
    expect(shown).not.toMatch(/t-g1[0-9a-f]/)
    const { answer } = await call('GET', '/sim/transcript')
    expect(answer.entries).toHaveLength(entries.length)
  })

  it('links the call that sent a message to that message', async () => {
    const messageId = await sendCard()
    const linked = emulator.sim.transcript().filter((entry) => entry.messageId === messageId)
    expect(linked).toMatchObject([{ path: '/open-apis/im/v1/messages', status: 200 }])
  })
})

describe('server-sent events', () => {
  it('tell about messages, the clock, people and resets', async () => {
    const response = await fetch(`${emulator.url}/sim/events`)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    await emulator.sim.say({ openId: linXia, text: 'hello' })
    emulator.sim.advanceClock({ seconds: 60 })
    emulator.sim.setPerson({ openId: linXia, available: false })
    emulator.sim.reset()
    let heard = ''
    while (!heard.includes('event: reset')) {
      const { value, done } = (await reader?.read()) ?? { value: undefined, done: true }
      if (done) break
      heard += value
    }
    const names = [...heard.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name)
    expect(new Set(names)).toEqual(new Set(['transcript', 'message', 'clock', 'people', 'reset']))
    expect(heard).toContain('"text":"hello"')
    expect(heard).toMatch(/event: clock\ndata: \{"now":\d+,"offset_seconds":60\}/)
  })
})

describe('applinks', () => {
  const locationOf = async (path: string) => {
    const answer = await fetch(`${emulator.url}${path}`, { redirect: 'manual' })
    return answer.headers.get('location') ?? (await answer.text())
  }

  it('open loopback pages and only name the others', async () => {
    const open = (url: string) =>
      locationOf(`/client/web_url/open?mode=sidebar-semi&url=${encodeURIComponent(url)}`)
    expect(await open('http://127.0.0.1:9999/auth/x')).toBe('http://127.0.0.1:9999/auth/x')
    expect(await open('https://example.com/<b>')).toContain('https://example.com/&lt;b&gt;')
    expect(await open('javascript:alert(1)')).toContain('would open')
    expect(await locationOf('/client/chat/open?openId=ou_1')).toBe('/#chat')
  })
})

describe('the tenant token', () => {
  const ask = (fields: Record<string, unknown>) =>
    call('POST', '/open-apis/auth/v3/tenant_access_token/internal', {
      app_id: emulator.app.appId,
      app_secret: emulator.app.appSecret,
      ...fields,
    })

  it('stays the same while it has half an hour left, then both work', async () => {
    const first = await ask({})
    emulator.sim.advanceClock({ seconds: 5400 })
    const second = await ask({})
    expect(second.answer).toEqual({ ...first.answer, expire: 1800 })
    emulator.sim.advanceClock({ seconds: 1 })
    const third = await ask({})
    expect(third.answer.tenant_access_token).not.toBe(first.answer.tenant_access_token)
    for (const { answer } of [first, third]) {
      const response = await fetch(`${emulator.url}/open-apis/application/v6/scopes`, {
        headers: { authorization: `Bearer ${answer.tenant_access_token}` },
      })
      expect(response.status).toBe(200)
    }
  })

  it.each([
    [10003, { app_id: 7 }],
    [10015, { app_secret: 'wrong' }],
    [99991543, { app_id: 'cli_ffffffffffffffff' }],
  ])('is refused with %i and HTTP 200: %o', async (code, fields) => {
    expect(await ask(fields)).toMatchObject({ status: 200, answer: { code } })
  })

  it('also comes from the v3 token endpoint', async () => {
    const { appId, appSecret } = emulator.app
    const grant = { grant_type: 'client_credentials', client_id: appId, client_secret: appSecret }
    const { answer } = await ask({})
    expect(await call('POST', '/oauth/v3/token', grant)).toEqual({
      status: 200,
      answer: {
        code: 0,
        access_token: answer.tenant_access_token,
        token_type: 'Bearer',
        expires_in: 7200,
      },
    })
    expect((await call('POST', v2, grant)).answer).toMatchObject({ code: 20036 })
  })

  it('opens what the console says about the app', async () => {
    const { answer } = await ask({})
    const describeApp = async (query: string) => {
      const response = await fetch(
        `${emulator.url}/open-apis/application/v6/applications/me${query}`,
        { headers: { authorization: `Bearer ${answer.tenant_access_token}` } },
      )
      return response.json()
    }
    emulator.sim.setApp({ redirectUris: [callback] })
    expect(await describeApp('?lang=zh_cn')).toMatchObject({
      code: 0,
      data: { app: { app_id: emulator.app.appId, status: 1, redirect_urls: [callback] } },
    })
    expect(await describeApp('')).toMatchObject({ code: 99992402 })
    emulator.sim.setApp({ scopes: ['im:message'] })
    expect(await describeApp('?lang=zh_cn')).toMatchObject({ code: 99991672 })
  })
})
