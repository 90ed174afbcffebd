import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Grant } from '../../src/auth/grant.ts'
import type { DoctorOptions } from '../../src/doctor/doctor.ts'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { examine } from './examine.ts'

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

function storeWith(grant: Partial<Grant> | null): DoctorOptions['store'] {
  const whole: Grant = {
    appId: emulator.app.appId,
    openId: 'ou_1',
    tenantKey: 't',
    sessionId: 's',
    scopes: ['offline_access'],
    sealedAccessToken: 'sealed',
    accessTokenExpiresAt: new Date(Date.now() + 3_600_000),
    sealedRefreshToken: 'sealed',
    refreshTokenExpiresAt: null,
    authorizedAt: new Date(),
    issuedAt: new Date(),
    version: 1,
    ...grant,
  }
  const unused = () => Promise.reject(new Error('not asked for'))
  return {
    grants: {
      save: unused,
      find: unused,
      rotate: unused,
      end: unused,
      endAccess: unused,
      delete: unused,
      reseal: unused,
      list: async () => (grant === null ? [] : [whole]),
      countByKey: async () => [],
    },
    signs: { note: unused, find: async () => ({}) },
  }
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
