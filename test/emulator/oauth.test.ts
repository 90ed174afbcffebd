import { withUserAccessToken } from '@larksuiteoapi/node-sdk'
import * as oauth from 'oauth4webapi'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { createSdkClient } from '../support/sdk-bot.ts'
import {
  approvedCode,
  authorizeUrl,
  callback,
  challenge,
  exchange,
  linXia,
  refresh,
  tokensOf,
  userInfo,
  v2,
  v3,
  verifier,
} from './oauth-steps.ts'

let emulator: FeishuEmulator
beforeEach(async () => {
  emulator = await startFeishuEmulator({ now: () => Date.UTC(2026, 10, 20) })
})
afterEach(() => emulator.close())

describe.each([v2, v3])('a standard OAuth client on %s', (tokenPath) => {
  it('goes from consent to user info, refresh and revocation', async () => {
    const insecure = { [oauth.allowInsecureRequests]: true }
    const server: oauth.AuthorizationServer = {
      issuer: emulator.url,
      authorization_endpoint: `${emulator.url}/open-apis/authen/v1/authorize`,
      token_endpoint: `${emulator.url}${tokenPath}`,
      revocation_endpoint: `${emulator.url}/oauth/v1/revoke`,
    }
    const client: oauth.Client = { client_id: emulator.app.appId }
    const authentication = oauth.ClientSecretPost(emulator.app.appSecret)
    const codeVerifier = oauth.generateRandomCodeVerifier()

    const approved = await emulator.sim.approve({
      authorizeUrl: authorizeUrl(emulator, {
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      }),
      openId: linXia,
    })
    if (!('redirect' in approved)) throw new Error('no redirect')
    const parameters = oauth.validateAuthResponse(
      server,
      client,
      new URL(approved.redirect),
      'the-state',
    )
    const exchanged = await oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        parameters,
        callback,
        codeVerifier,
        insecure,
      ),
    )
    expect(exchanged).toMatchObject({ expires_in: 7200, refresh_token_expires_in: 604_800 })
    expect(exchanged.scope?.split(' ')).toEqual(['offline_access', 'task:task:read'])
    expect(exchanged.access_token).toMatch(/^eyJ/)
    expect(exchanged.access_token.length).toBeGreaterThan(1024)
    expect(exchanged.access_token.length).toBeLessThan(2048)

    const whoAmI = await userInfo(emulator, `Bearer ${exchanged.access_token}`)
    expect(whoAmI.body).toMatchObject({ code: 0, data: { open_id: linXia, name: '林夏' } })

    const refreshed = await oauth.processRefreshTokenResponse(
      server,
      client,
      await oauth.refreshTokenGrantRequest(
        server,
        client,
        authentication,
        exchanged.refresh_token ?? '',
        insecure,
      ),
    )
    expect(refreshed.refresh_token).not.toBe(exchanged.refresh_token)
    expect(emulator.sim.tokenOwner(exchanged.access_token)?.works).toBe(true)

    await oauth.processRevocationResponse(
      await oauth.revocationRequest(
        server,
        client,
        authentication,
        refreshed.access_token,
        insecure,
      ),
    )
    expect(emulator.sim.tokenOwner(refreshed.access_token)?.works).toBe(false)
    expect(emulator.sim.tokenOwner(exchanged.access_token)?.works).toBe(true)
  })
})

it("works with the official SDK's own OAuth helper", async () => {
  const { accessToken, authen } = createSdkClient(emulator)
  const pair = await accessToken.retrieveByAuthorizationCode({
    code: await approvedCode(emulator),
    redirectUri: callback,
  })
  expect(pair).toMatchObject({ tokenType: 'Bearer', expiresIn: 7200 })
  const next = await accessToken.refresh({ refreshToken: pair.refreshToken ?? '' })
  const whoAmI = await authen.userInfo.get({}, withUserAccessToken(next.accessToken))
  expect(whoAmI).toMatchObject({ code: 0, data: { open_id: linXia } })
  await expect(
    accessToken.refresh({ refreshToken: pair.refreshToken ?? '' }),
  ).rejects.toMatchObject({ statusCode: 400, code: 20073, error: 'invalid_grant' })
})

describe('the authorize page', () => {
  const post = (url: string, form: Record<string, string>) =>
    fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })

  it('asks, and sends the person back with code and state', async () => {
    const url = authorizeUrl(emulator)
    const page = await fetch(url)
    expect(page.status).toBe(200)
    const shown = await page.text()
    expect(shown).toContain('task:task:read')
    expect(shown).toContain('Weekly Report Bot')

    const answer = await post(url, { open_id: linXia, decision: 'authorize' })
    expect(answer.status).toBe(302)
    const location = new URL(answer.headers.get('location') ?? '')
    expect(location.origin + location.pathname).toBe(callback)
    expect(location.searchParams.get('state')).toBe('the-state')
    expect((await exchange(emulator, location.searchParams.get('code') ?? '')).status).toBe(200)
    expect(answer.headers.get('set-cookie')).toContain(`sim_person=${linXia}`)
  })

  it('sends a refusal back with access_denied, and no state when none was sent', async () => {
    const answer = await post(authorizeUrl(emulator), { open_id: linXia, decision: 'deny' })
    expect(answer.headers.get('location')).toBe(`${callback}?error=access_denied&state=the-state`)
    const url = authorizeUrl(emulator, { state: undefined })
    expect(await emulator.sim.deny({ authorizeUrl: url, openId: linXia })).toEqual({
      redirect: `${callback}?error=access_denied`,
    })
  })

  it('keeps a fragment of the redirect URL behind code and state', async () => {
    const url = authorizeUrl(emulator, { redirect_uri: `${callback}#top` })
    const approved = await emulator.sim.approve({ authorizeUrl: url, openId: linXia })
    expect(approved).toEqual({
      redirect: expect.stringMatching(/\/callback\?code=[\w-]+&state=the-state#top$/),
    })
  })

  it.each([
    [20027, { scope: 'task:task:read contact:contact:write' }, 400],
    [20043, { scope: '*' }, 422],
    [20043, { scope: 'task:task:read,docx:document:readonly' }, 422],
    [20043, { scope: Array.from({ length: 51 }, (_, i) => `a:b${i}`).join(' ') }, 422],
    [20029, { redirect_uri: 'https://elsewhere.example/callback' }, 400],
    [20029, { redirect_uri: 'http://127.0.0.1:9999/other' }, 400],
    [20048, { client_id: 'cli_ffffffffffffffff' }, 400],
    [20001, { redirect_uri: undefined }, 400],
    [20063, { response_type: 'token' }, 400],
    [20063, { code_challenge: 'short' }, 400],
  ])('shows %i and never redirects: %o', async (code, changes, status) => {
    const url = authorizeUrl(emulator, changes)
    const page = await fetch(url, { redirect: 'manual' })
    expect(page.status).toBe(status)
    const shown = await page.text()
    expect(shown).toContain(String(code))
    expect(shown).toContain(page.headers.get('x-tt-logid') ?? 'no log id')
    const approved = await emulator.sim.approve({ authorizeUrl: url, openId: linXia })
    expect(approved).toEqual({ pageError: code })
  })

  it('compares the registered redirect URLs exactly', async () => {
    emulator.sim.setApp({ redirectUris: ['http://localhost:9999/callback'] })
    const approve = (redirect_uri: string) =>
      emulator.sim.approve({
        authorizeUrl: authorizeUrl(emulator, { redirect_uri }),
        openId: linXia,
      })
    expect(await approve('http://localhost:9999/callback')).toHaveProperty('redirect')
    for (const near of [callback, 'http://localhost:9999/callback/', 'http://localhost/callback']) {
      expect(await approve(near)).toEqual({ pageError: 20029 })
    }
  })

  it('shows 20010 to a person outside the availability, and 20066 to a frozen one', async () => {
    const request = { authorizeUrl: authorizeUrl(emulator), openId: linXia }
    emulator.sim.setPerson({ openId: linXia, available: false })
    expect(await emulator.sim.approve(request)).toEqual({ pageError: 20010 })
    emulator.sim.setPerson({ openId: linXia, available: true, status: 'frozen' })
    expect(await emulator.sim.approve(request)).toEqual({ pageError: 20066 })
  })
})

describe('scopes', () => {
  it('accumulate over consents, and offline_access counts only when asked for', async () => {
    const first = await tokensOf(emulator, { scope: 'offline_access task:task:read' })
    const second = await tokensOf(emulator, { scope: 'docx:document:readonly' })
    expect(first.refresh_token).toBeTruthy()
    expect(second.scope?.split(' ')).toEqual(['task:task:read', 'docx:document:readonly'])
    expect(second.refresh_token).toBeUndefined()
  })

  it('are those the person really granted', async () => {
    const approved = await emulator.sim.approve({
      authorizeUrl: authorizeUrl(emulator),
      openId: linXia,
      scopes: ['task:task:read'],
    })
    if (!('redirect' in approved)) throw new Error('no redirect')
    const code = new URL(approved.redirect).searchParams.get('code') ?? ''
    expect((await exchange(emulator, code)).body.scope).toBe('task:task:read')
  })

  it('narrow at the exchange and do not stay narrow at the refresh', async () => {
    const code = await approvedCode(emulator)
    const narrow = await exchange(emulator, code, { scope: 'offline_access' })
    expect(narrow.body.scope).toBe('offline_access')
    const wide = await refresh(emulator, narrow.body.refresh_token)
    expect(wide.body.scope).toBe('offline_access task:task:read')
  })

  it('lose the refresh token when narrowed without offline_access', async () => {
    const { body } = await exchange(emulator, await approvedCode(emulator), {
      scope: 'task:task:read',
    })
    expect(body.refresh_token).toBeUndefined()
    expect(body.refresh_token_expires_in).toBeUndefined()
  })
})

describe('PKCE', () => {
  it.each([
    ['S256', challenge],
    ['plain', verifier],
    [undefined, verifier],
  ])('accepts the right verifier with method %s', async (method, value) => {
    const code = await approvedCode(emulator, {
      code_challenge: value,
      code_challenge_method: method,
    })
    expect((await exchange(emulator, code, { code_verifier: verifier })).status).toBe(200)
  })

  it.each([v2, v3])('refuses a wrong or missing verifier on %s', async (path) => {
    const asked = { code_challenge: challenge, code_challenge_method: 'S256' }
    const code = await approvedCode(emulator, asked)
    for (const wrong of [undefined, 'too-short', `${verifier}x`]) {
      const { status, body } = await exchange(emulator, code, { code_verifier: wrong }, path)
      expect(status).toBe(400)
      expect(body).toMatchObject({
        code: 20049,
        error: 'invalid_grant',
        error_description: 'PKCE code challenge failed.',
      })
    }
  })

  it('ignores a verifier without a challenge on v2 and rejects it on v3', async () => {
    const changes = { code_verifier: verifier }
    const onV2 = await exchange(emulator, await approvedCode(emulator), changes, v2)
    expect(onV2.status).toBe(200)
    const onV3 = await exchange(emulator, await approvedCode(emulator), changes, v3)
    expect(onV3.body.code).toBe(20049)
  })

  it('fails on v3 when the emulator is told so', async () => {
    const strict = await startFeishuEmulator({ pkceOnV3: false })
    try {
      const asked = { code_challenge: challenge, code_challenge_method: 'S256' }
      const code = await approvedCode(strict, asked)
      const changes = { code_verifier: verifier }
      expect((await exchange(strict, code, changes, v3)).body.code).toBe(20049)
      expect((await exchange(strict, code, changes, v2)).body.code).toBe(0)
    } finally {
      await strict.close()
    }
  })
})
