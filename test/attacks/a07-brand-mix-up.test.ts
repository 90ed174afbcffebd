import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { freePort } from '../support/free-port.ts'
import { type Service, startService } from '../support/service.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const TOKEN_PATH = '/open-apis/authen/v2/oauth/token'

/** A brand: its own Feishu, and a token endpoint that remembers which codes it was sent. */
type Brand = {
  name: 'feishu' | 'lark'
  appId: string
  emulator: FeishuEmulator
  tokenUrl: string
  codes: string[]
  close(): Promise<void>
}

async function startBrand(name: Brand['name'], appId: string): Promise<Brand> {
  const emulator = await startFeishuEmulator({ app: { appId } })
  const codes: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    codes.push(/\bcode"?[:=]\s*"?([^"&]+)/.exec(body)?.[1] ?? body)
    const answer = await fetch(emulator.url + TOKEN_PATH, {
      method: 'POST',
      headers: { 'content-type': request.headers['content-type'] ?? '' },
      body,
    })
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    name,
    appId,
    emulator,
    tokenUrl: `http://127.0.0.1:${port}${TOKEN_PATH}`,
    codes,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await emulator.close()
    },
  }
}

describe('A7: one service, an app of Feishu and an app of Lark', () => {
  let directory: string
  let feishu: Brand
  let lark: Brand
  let service: Service
  const openId = () => feishu.emulator.people[0]?.openId ?? ''

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fca-a07-'))
    feishu = await startBrand('feishu', 'cli_aaaaaaaaaaaaaaaa')
    lark = await startBrand('lark', 'cli_bbbbbbbbbbbbbbbb')
    const port = await freePort()
    const apps = [feishu, lark].map(({ name, appId, emulator }) => ({
      appId,
      appSecret: emulator.app.appSecret,
      brand: name,
      redirectUri: `http://127.0.0.1:${port}/${name}/callback`,
    }))
    await writeFile(join(directory, 'apps.json'), JSON.stringify(apps))
    service = await startService({
      emulator: feishu.emulator,
      env: {
        FEISHU_APP_ID: '',
        FEISHU_APP_SECRET: '',
        FEISHU_API_BASE_URL: '',
        FEISHU_ACCOUNTS_BASE_URL: '',
        OAUTH_REDIRECT_URI: '',
        FEISHU_APPS_FILE: join(directory, 'apps.json'),
        CALLBACK_SERVER_PORT: String(port),
      },
      app: {
        endpointsOf: (appId) => {
          const { emulator, tokenUrl } = appId === feishu.appId ? feishu : lark
          return { api: emulator.url, accounts: emulator.url, tokenUrl }
        },
      },
    })
  })
  afterAll(async () => {
    await service?.close()
    await lark?.close()
    await feishu?.close()
    await rm(directory, { recursive: true, force: true })
  })

  /** Asks a person of one brand, opens their link and agrees; the redirect has not been followed. */
  async function agree(brand: Brand) {
    const session = await service.ask(openId(), { app_id: brand.appId })
    const stored = await service.app.parts.store.sessions.find(session.session_id)
    if (!stored) throw new Error('the session is not stored')
    const opened = await fetch(service.app.parts.auth.tickets.link(stored), { redirect: 'manual' })
    const authorizeUrl = opened.headers.get('location') ?? ''
    const consent = await brand.emulator.sim.approve({ authorizeUrl, openId: openId() })
    if (!('redirect' in consent)) throw new Error(`no redirect: ${consent.pageError}`)
    return { session, authorizeUrl, redirect: new URL(consent.redirect) }
  }

  const stateOf = async (id: string) =>
    (await (await service.api(`/v1/sessions/${id}`)).json()) as {
      state: string
      last_failure: { reason: string } | null
    }

  const forget = async () => {
    feishu.codes.length = 0
    lark.codes.length = 0
    for (const { appId } of [feishu, lark]) {
      await service.api(`/v1/tokens/${openId()}?app_id=${appId}`, { method: 'DELETE' })
      const sessions = await service.app.parts.store.sessions.list({ appId, limit: 9 })
      for (const { id, state } of sessions) {
        if (state === 'pending') await service.app.parts.auth.invalidateSession(id)
      }
    }
  }

  const expectNothingSaved = async () => {
    expect(await service.app.parts.store.grants.list({ limit: 9 })).toEqual([])
    for (const { appId } of [feishu, lark]) {
      const answer = await service.api(`/v1/tokens/${openId()}?app_id=${appId}`)
      expect(answer.status).toBe(404)
    }
  }

  it('sends each person to their own brand, and each code to the token endpoint it came from', async () => {
    await forget()
    for (const [brand, other] of [
      [feishu, lark],
      [lark, feishu],
    ] as const) {
      const { authorizeUrl, redirect } = await agree(brand)
      expect(new URL(authorizeUrl).origin).toBe(brand.emulator.url)
      expect(redirect.pathname).toBe(`/${brand.name}/callback`)
      redirect.searchParams.set('iss', brand.emulator.url)
      expect((await fetch(redirect)).status).toBe(200)
      const code = redirect.searchParams.get('code')
      expect(brand.codes).toEqual([code])
      expect(other.codes).not.toContain(code)
    }
    for (const { appId, emulator } of [feishu, lark]) {
      const answer = await service.api(`/v1/tokens/${openId()}?app_id=${appId}`)
      const { access_token } = (await answer.json()) as { access_token: string }
      expect(emulator.sim.tokenOwner(access_token)).toMatchObject({ works: true })
    }
  })

  it.each([
    ['feishu', 'lark'],
    ['lark', 'feishu'],
  ] as const)('does not tell a code of %s to %s, though the state is its own', async (from, to) => {
    await forget()
    const [one, other] = from === 'feishu' ? [feishu, lark] : [lark, feishu]
    const honest = await agree(one)
    const attacked = await agree(other)
    // The redirect of one brand carries the state that was meant for the other.
    const mixed = new URL(honest.redirect)
    mixed.searchParams.set('state', attacked.redirect.searchParams.get('state') ?? '')
    const page = await fetch(mixed)
    expect(page.status).toBe(400)
    expect(other.codes, `${to} was told a code`).toEqual([])
    expect(one.codes).toEqual([])
    expect(await stateOf(attacked.session.session_id)).toMatchObject({
      state: 'pending',
      last_failure: { reason: 'state_invalid' },
    })
    await expectNothingSaved()
  })

  it('does not believe a redirect that names another issuer', async () => {
    await forget()
    const { session, redirect } = await agree(lark)
    redirect.searchParams.set('iss', feishu.emulator.url)
    expect((await fetch(redirect)).status).toBe(400)
    expect(lark.codes).toEqual([])
    expect(feishu.codes).toEqual([])
    expect(await stateOf(session.session_id)).toMatchObject({ state: 'pending' })
    await expectNothingSaved()
  })

  it('lets a denial of one brand end nothing of the other', async () => {
    await forget()
    const attacked = await agree(lark)
    const state = attacked.redirect.searchParams.get('state')
    const page = await fetch(`${service.url}/feishu/callback?error=access_denied&state=${state}`)
    expect(page.status).toBe(400)
    expect(await stateOf(attacked.session.session_id)).toMatchObject({ state: 'pending' })
    await expectNothingSaved()
  })
})
