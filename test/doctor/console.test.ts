import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { examine, storeWith } from './examine.ts'

const REDIRECT = 'http://127.0.0.1:9/callback'

let emulator: FeishuEmulator
beforeAll(async () => {
  emulator = await startFeishuEmulator()
})
afterEach(() => emulator.sim.reset())
afterAll(() => emulator.close())

/** Takes away what lets the app read its own settings. */
function hideSettings(): void {
  const scopes = emulator.sim.state().app.scopes.filter((scope) => !scope.includes('self_manage'))
  emulator.sim.setApp({ scopes })
}

describe('the redirect URL', () => {
  it('that is not in the list of the console is given to be pasted', async () => {
    emulator.sim.setApp({ redirectUris: ['https://a.example/callback'] })
    const [found] = (await examine(emulator)).of('redirect_uri')
    expect(found).toMatchObject({ status: 'fail', message: expect.stringContaining('20029') })
    expect(found?.hint).toContain(`https://open.feishu.cn/app/${emulator.app.appId}/safe`)
    expect(found?.hint).toMatch(new RegExp(`: ${REDIRECT}$`))
  })

  it.each([
    [{ redirectUris: ['https://a.example/callback'] }, 'fail', /refuses the redirect URL/],
    [{ installed: false }, 'fail', /not installed/],
    [{ redirectUris: [REDIRECT] }, 'pass', /no objection/],
  ] as const)(
    'is tried on the authorize page where the list is hidden: %j',
    async (change, status, words) => {
      hideSettings()
      const { redirectUris, ...others } = { redirectUris: undefined, ...change }
      emulator.sim.setApp({ ...others, ...(redirectUris && { redirectUris: [...redirectUris] }) })
      const [found] = (await examine(emulator)).of('redirect_uri')
      expect(found).toMatchObject({ status, message: expect.stringMatching(words) })
    },
  )

  it('is not refused for a code that stands in a script of the page', async () => {
    hideSettings()
    const body = '<script>const codes = [20029]</script><p>Sign in</p>'
    emulator.sim.injectFault({ match: 'GET /open-apis/authen/v1/authorize', body })
    expect((await examine(emulator)).of('redirect_uri')).toMatchObject([{ status: 'pass' }])
  })
})

describe('scopes', () => {
  it('that people are asked for and the app lacks come with the page that enables them', async () => {
    const app = { scopes: ['offline_access', 'minutes:minutes:readonly', 'bitable:app'] }
    const [found] = (await examine(emulator, { app })).of('scopes')
    expect(found).toMatchObject({ status: 'fail' })
    expect(found?.message).toContain('minutes:minutes:readonly bitable:app')
    expect(found?.hint).toContain('/auth?q=minutes%3Aminutes%3Areadonly%2Cbitable%3Aapp')
  })

  it('without offline_access are a warning with the line to paste', async () => {
    const app = { scopes: ['calendar:calendar:readonly'] }
    const [found] = (await examine(emulator, { app })).of('scopes')
    expect(found).toMatchObject({ status: 'warn' })
    expect(found?.hint).toContain('OAUTH_SCOPES=offline_access calendar:calendar:readonly')
  })

  it('that let the bot send are among them', async () => {
    emulator.sim.setApp({ scopes: ['offline_access', 'calendar:calendar:readonly'] })
    const [found] = (await examine(emulator)).of('scopes')
    expect(found).toMatchObject({ status: 'fail', message: expect.stringContaining('230027') })
    expect(found?.hint).toContain('im%3Amessage%3Asend_as_bot')
  })
})

/** Lets Feishu tell nothing of the console, for the length of a test. */
function loseSettings(): void {
  const match = 'GET /open-apis/application/v6/applications/:app_id'
  emulator.sim.injectFault({ match, status: 500, times: 0 })
}

/** What the console says about itself, with the events it is subscribed to. */
function sayEvents(event: Record<string, unknown>): void {
  const match = 'GET /open-apis/application/v6/applications/:app_id'
  const app = { status: 1, online_version_id: 'oav_1', event }
  emulator.sim.injectFault({ match, status: 200, body: { code: 0, data: { app } }, times: 0 })
}

describe('the events', () => {
  it('that are not subscribed to are a warning with what is lost and the names to paste', async () => {
    const subscribed_events = ['im.message.receive_v1', 'contact.user.updated_v3']
    sayEvents({ subscription_type: 'websocket', subscribed_events })
    const [found] = (await examine(emulator)).of('events')
    expect(found).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/revoke at Feishu/),
    })
    expect(found?.hint).toMatch(
      /Event Configuration add auth\.user_access_token\.revoked_v4 contact\.user\.deleted_v3 and/,
    )
    expect(found?.message).not.toContain('/auth status')
  })

  it('that go to a request URL are a warning, too', async () => {
    sayEvents({ subscription_type: 'webhook', subscribed_events: ['im.message.receive_v1'] })
    const [found] = (await examine(emulator)).of('events')
    expect(found).toMatchObject({ status: 'warn', message: expect.stringMatching(/request URL/) })
    expect(found?.hint).toContain('im.message.receive_v1')
  })

  it('are not looked at where they cannot be seen, or nobody listens', async () => {
    const unused = await examine(emulator, { usesLongConnection: false })
    expect(unused.of('events')).toMatchObject([{ status: 'skip' }])
    hideSettings()
    const [hidden] = (await examine(emulator)).of('events')
    expect(hidden).toMatchObject({ status: 'skip', hint: expect.stringContaining('self_manage') })
  })
})

describe('what the database has seen', () => {
  it('tells of taps when the console cannot be asked', async () => {
    loseSettings()
    const old_card_tap = new Date('2026-11-20T08:00:00Z')
    const { of } = await examine(emulator, { store: storeWith(null, { old_card_tap }) })
    expect(of('card_callback')).toMatchObject([
      { status: 'fail', message: expect.stringContaining('old form') },
    ])
    expect(of('published_version')).toMatchObject([{ status: 'warn' }])
  })

  it('tells of refreshing when the console cannot be asked', async () => {
    loseSettings()
    const { of } = await examine(emulator, { store: storeWith({ sealedRefreshToken: null }) })
    expect(of('refresh_switch')).toMatchObject([{ status: 'fail' }])
  })
})

describe('the refresh switch', () => {
  it('that is off fails', async () => {
    emulator.sim.setApp({ refreshAllowed: false })
    const [found] = (await examine(emulator)).of('refresh_switch')
    expect(found).toMatchObject({ status: 'fail', message: expect.stringContaining('20074') })
    expect(found?.hint).toContain('/safe')
  })

  it('shows in the newest authorization, too', async () => {
    hideSettings()
    const without = await examine(emulator, { store: storeWith({ sealedRefreshToken: null }) })
    expect(without.of('refresh_switch')).toMatchObject([{ status: 'fail' }])
    const ended = { sealedRefreshToken: null, accessTokenExpiresAt: new Date(Date.now() - 1) }
    const over = await examine(emulator, { store: storeWith(ended) })
    expect(over.of('refresh_switch')).toMatchObject([{ status: 'skip' }])
    const good = await examine(emulator, { store: storeWith({}) })
    expect(good.of('refresh_switch')).toMatchObject([{ status: 'pass' }])
  })
})

describe('the published version', () => {
  it.each([
    [{ isPublished: false }, 'fail', /No version/],
    [{ isWaiting: true }, 'warn', /waits for approval/],
  ] as const)('is looked at: %j', async (change, status, words) => {
    emulator.sim.setApp(change)
    const [found] = (await examine(emulator)).of('published_version')
    expect(found).toMatchObject({ status, message: expect.stringMatching(words) })
  })

  it('is not seen without the scope for it', async () => {
    hideSettings()
    const [found] = (await examine(emulator)).of('published_version')
    expect(found).toMatchObject({ status: 'skip', hint: expect.stringContaining('self_manage') })
  })
})
