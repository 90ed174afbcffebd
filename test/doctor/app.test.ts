import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { examine, storeWith } from './examine.ts'

let emulator: FeishuEmulator
beforeAll(async () => {
  emulator = await startFeishuEmulator()
})
afterEach(() => emulator.sim.reset())
afterAll(() => emulator.close())

describe('an app that is set up well', () => {
  it('passes every check of the console', async () => {
    const { of } = await examine(emulator)
    for (const name of [
      'network',
      'clock',
      'credentials',
      'bot',
      'long_connection',
      'published_version',
      'events',
      'redirect_uri',
      'scopes',
      'refresh_switch',
    ] as const) {
      expect(of(name)).toMatchObject([{ status: 'pass', hint: null }])
    }
  })

  it('loses no event to the examination: nothing connects', async () => {
    await examine(emulator)
    expect(emulator.sim.state().connections).toEqual([])
  })
})

describe('credentials', () => {
  it('that Feishu does not take are one failure, and the others wait for it', async () => {
    const { of, all } = await examine(emulator, { app: { appSecret: 'canary-wrong-secret' } })
    const [found] = of('credentials')
    expect(found).toMatchObject({ status: 'fail', appId: emulator.app.appId })
    expect(found?.message).toMatch(/app secret is wrong/i)
    expect(found?.hint).toMatch(/open\.feishu\.cn\/app\/cli_0123456789abcdef.*FEISHU_APP_SECRET=/)
    for (const name of ['bot', 'published_version', 'scopes'] as const) {
      expect(of(name)).toMatchObject([{ status: 'skip' }])
    }
    expect(JSON.stringify(all)).not.toContain('canary')
  })
})

describe('the bot', () => {
  it('that is missing is named, with the page to add it on', async () => {
    emulator.sim.setApp({ botEnabled: false })
    const [found] = (await examine(emulator)).of('bot')
    expect(found).toMatchObject({ status: 'fail', message: expect.stringMatching(/has no bot/) })
    expect(found?.hint).toMatch(/Add Features → Bot/)
  })

  it.each([
    [1, /stopped/],
    [3, /not enabled/],
    [5, /licence/],
    [42, /activate_status 42/],
  ])('whose status is %i says why it cannot act', async (botStatus, words) => {
    emulator.sim.setApp({ botStatus })
    const [found] = (await examine(emulator)).of('bot')
    expect(found).toMatchObject({ status: 'fail', message: expect.stringMatching(words) })
  })
})

describe('the long connection', () => {
  it('that Feishu would refuse is a failure', async () => {
    emulator.sim.injectFault({
      match: 'POST /callback/ws/endpoint',
      body: { code: 403, msg: 'forbidden', data: { URL: '' } },
    })
    const [found] = (await examine(emulator)).of('long_connection')
    expect(found).toMatchObject({ status: 'fail' })
  })

  it('whose host cannot be reached is a failure that names the host, and nothing that lets in', async () => {
    emulator.sim.injectFault({
      match: 'POST /callback/ws/endpoint',
      body: { code: 0, data: { URL: 'wss://nowhere.invalid/ws/v2?access_key=canary' } },
    })
    const [found] = (await examine(emulator)).of('long_connection')
    expect(found).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/nowhere\.invalid cannot be reached: its name/),
      hint: expect.stringMatching(/no proxy.*nowhere\.invalid/),
    })
    expect(JSON.stringify(found)).not.toContain('canary')
  })

  it('tells when the service had it last', async () => {
    const connected = new Date('2026-11-20T08:00:00Z')
    const seen = await examine(emulator, { store: storeWith(null, { connected }) })
    expect(seen.of('long_connection')).toMatchObject([
      { status: 'pass', message: expect.stringContaining('last at 2026-11-20T08:00:00Z') },
    ])
    const unseen = await examine(emulator, { store: storeWith(null) })
    expect(unseen.of('long_connection')).toMatchObject([
      { status: 'pass', message: expect.stringContaining('has not connected yet') },
    ])
  })

  it('that is not used is not asked for', async () => {
    const [found] = (await examine(emulator, { usesLongConnection: false })).of('long_connection')
    expect(found).toMatchObject({ status: 'skip' })
  })
})

describe('Feishu', () => {
  it('that refuses with a code nobody knows is quoted, with what to do', async () => {
    const match = 'GET /open-apis/application/v6/scopes'
    emulator.sim.injectFault({ match, status: 400, code: 987654 })
    const [found] = (await examine(emulator)).of('scopes')
    expect(found).toMatchObject({ status: 'warn', message: expect.stringContaining('987654') })
    expect(found?.hint).toMatch(/log id \w+/)
  })

  it('that is away for one question leaves a warning, and the others are answered', async () => {
    const match = 'GET /open-apis/application/v6/scopes'
    emulator.sim.injectFault({ match, cut: 'before', times: 0 })
    const { of } = await examine(emulator)
    expect(of('scopes')).toMatchObject([{ status: 'warn', hint: expect.stringMatching(/network/) }])
    expect(of('bot')).toMatchObject([{ status: 'pass' }])
  })

  it('that takes no more questions now says so', async () => {
    const match = 'GET /open-apis/bot/v3/info'
    emulator.sim.injectFault({ match, status: 429, code: 99991400, times: 0 })
    const [found] = (await examine(emulator)).of('bot')
    expect(found).toMatchObject({ status: 'warn', hint: expect.stringMatching(/minute/) })
  })
})
