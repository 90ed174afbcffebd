import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import {
  approvedCode,
  callback,
  exchange,
  linXia,
  postToken,
  refresh,
  tokensOf,
  userInfo,
  v2,
  v3,
} from './oauth-steps.ts'

const day = 24 * 3600
let emulator: FeishuEmulator
beforeEach(async () => {
  emulator = await startFeishuEmulator({ now: () => Date.UTC(2026, 10, 20) })
})
afterEach(() => emulator.close())

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})

describe.each([v2, v3])('any grant on %s', (path) => {
  it.each([
    [20001, 'invalid_request', 'missing a required parameter', { grant_type: undefined }],
    [20001, 'invalid_request', 'missing a required parameter', { client_id: undefined }],
    [20001, 'invalid_request', 'missing a required parameter', { client_secret: undefined }],
    [20001, 'invalid_request', 'missing a required parameter', { code: undefined }],
    [20002, 'invalid_client', 'client secret is invalid', { client_secret: 'wrong' }],
    [20036, 'unsupported_grant_type', 'grant_type is not supported', { grant_type: 'password' }],
    [20048, 'invalid_client', 'app does not exist', { client_id: 'cli_ffffffffffffffff' }],
    [20071, 'invalid_grant', 'redirect URI does not match', { redirect_uri: `${callback}/` }],
    [20071, 'invalid_grant', 'redirect URI does not match', { redirect_uri: undefined }],
    [20067, 'invalid_scope', 'duplicate', { scope: 'task:task:read task:task:read' }],
    [20068, 'invalid_scope', 'not permitted', { scope: 'docx:document:readonly' }],
  ])('refuses with %i %s (%s), and the code stays good', async (code, error, says, changes) => {
    const granted = await approvedCode(emulator)
    const refused = await exchange(emulator, granted, changes, path)
    expect(refused.status).toBe(400)
    expect(refused.body).toEqual({ code, error, error_description: expect.stringContaining(says) })
    expect((await exchange(emulator, granted, {}, path)).status).toBe(200)
  })

  it('refuses Basic beside client_secret with 20070, and Basic alone with 20001', async () => {
    const { appId, appSecret } = emulator.app
    const grant = { grant_type: 'authorization_code', code: 'x' }
    const both = await postToken(emulator, path, grant, basic(appId, appSecret))
    expect(both.body.code).toBe(20070)
    const alone = { ...grant, client_id: undefined, client_secret: undefined }
    const only = await postToken(emulator, path, alone, basic(appId, appSecret))
    expect(only.body.code).toBe(20001)
  })

  it.each(['{"grant_type":', '[]', '{"grant_type":7}'])(
    'refuses the body %s with 20063',
    async (body) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${emulator.url}${path}`, { method: 'POST', headers, body })
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ code: 20063 })
    },
  )

  it.each([
    [20009, { installed: false }],
    [20069, { enabled: false }],
  ])('refuses with %i after the administrator set %o', async (code, change) => {
    const granted = await approvedCode(emulator)
    const { refresh_token } = await tokensOf(emulator, {}, path)
    emulator.sim.setApp(change)
    expect((await exchange(emulator, granted, {}, path)).body.code).toBe(code)
    expect((await refresh(emulator, refresh_token, {}, path)).body.code).toBe(code)
  })

  it.each([
    [20008, { status: 'resigned' as const }],
    [20066, { status: 'frozen' as const }],
    [20010, { available: false }],
  ])('refuses with %i when the person became %o', async (code, change) => {
    const granted = await approvedCode(emulator)
    const { refresh_token } = await tokensOf(emulator, {}, path)
    emulator.sim.setPerson({ openId: linXia, ...change })
    expect((await exchange(emulator, granted, {}, path)).body.code).toBe(code)
    expect((await refresh(emulator, refresh_token, {}, path)).body.code).toBe(code)
    emulator.sim.setPerson({ openId: linXia, status: 'active', available: true })
    expect((await refresh(emulator, refresh_token, {}, path)).status).toBe(200)
  })

  it('accepts a form as well as JSON', async () => {
    const { appId, appSecret } = emulator.app
    const answer = await fetch(`${emulator.url}${path}`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: appId,
        client_secret: appSecret,
        code: await approvedCode(emulator),
        redirect_uri: callback,
      }),
    })
    expect(await answer.json()).toMatchObject({ code: 0, token_type: 'Bearer' })
  })
})

describe('an authorization code', () => {
  it('is unknown: 20003', async () => {
    expect((await exchange(emulator, 'nobody-issued-this')).body.code).toBe(20003)
  })

  it('works once: 20065', async () => {
    const code = await approvedCode(emulator)
    expect((await exchange(emulator, code)).status).toBe(200)
    expect((await exchange(emulator, code)).body).toMatchObject({ code: 20065 })
  })

  it('works for five minutes: 20004', async () => {
    const [early, late] = [await approvedCode(emulator), await approvedCode(emulator)]
    emulator.sim.advanceClock({ seconds: 299 })
    expect((await exchange(emulator, early)).status).toBe(200)
    emulator.sim.advanceClock({ seconds: 1 })
    expect((await exchange(emulator, late)).body.code).toBe(20004)
  })

  it('belongs to one app: 20024', async () => {
    const code = await approvedCode(emulator)
    const { refresh_token } = await tokensOf(emulator)
    emulator.sim.setApp({ appId: 'cli_fedcba9876543210' })
    expect((await exchange(emulator, code)).body.code).toBe(20024)
    expect((await refresh(emulator, refresh_token)).body.code).toBe(20024)
  })
})

describe('a refresh token', () => {
  it('is unknown: 20026, and missing: 20001', async () => {
    expect((await refresh(emulator, 'eyJunknown')).body.code).toBe(20026)
    expect((await refresh(emulator, undefined)).body.code).toBe(20001)
  })

  it('works once: 20073, and its successor works', async () => {
    const { refresh_token } = await tokensOf(emulator)
    const next = await refresh(emulator, refresh_token)
    expect((await refresh(emulator, refresh_token)).body.code).toBe(20073)
    expect((await refresh(emulator, next.body.refresh_token)).status).toBe(200)
  })

  it.each([
    [{ rotatedRefreshTokenCode: 20064 as const }, 0, 20064],
    [{ secondsOfGrace: 30 }, 29, 0],
    [{ secondsOfGrace: 30 }, 31, 20073],
  ])('with %o, used again after %i seconds, gives %i', async (options, seconds, code) => {
    const other = await startFeishuEmulator(options)
    try {
      const { refresh_token } = await tokensOf(other)
      expect((await refresh(other, refresh_token)).status).toBe(200)
      other.sim.advanceClock({ seconds })
      expect((await refresh(other, refresh_token)).body.code).toBe(code)
    } finally {
      await other.close()
    }
  })

  it('lives seven days: 20037', async () => {
    const { refresh_token } = await tokensOf(emulator)
    emulator.sim.advanceClock({ seconds: 7 * day })
    expect((await refresh(emulator, refresh_token)).body.code).toBe(20037)
  })

  it('ends 365 days after the consent, however often it is refreshed: 20037', async () => {
    let { refresh_token, refresh_token_expires_in } = await tokensOf(emulator)
    for (let week = 0; week < 60; week += 1) {
      emulator.sim.advanceClock({ seconds: 6 * day })
      const { body } = await refresh(emulator, refresh_token)
      if (body.code !== 0) throw new Error(`refused with ${body.code} after ${week} rounds`)
      refresh_token = body.refresh_token
      refresh_token_expires_in = body.refresh_token_expires_in
    }
    expect(refresh_token_expires_in).toBe(5 * day)
    emulator.sim.advanceClock({ seconds: 5 * day })
    expect((await refresh(emulator, refresh_token)).body.code).toBe(20037)
  })

  it('of v3 is refused by v2: 20026, and of v2 taken by v3', async () => {
    const ofV3 = await tokensOf(emulator, {}, v3)
    expect((await refresh(emulator, ofV3.refresh_token, {}, v2)).body.code).toBe(20026)
    expect((await refresh(emulator, ofV3.refresh_token, {}, v3)).status).toBe(200)
    const ofV2 = await tokensOf(emulator, {}, v2)
    expect((await refresh(emulator, ofV2.refresh_token, {}, v3)).status).toBe(200)
  })

  it('is refused while the switch is off: 20074, and not spent by that', async () => {
    const { refresh_token } = await tokensOf(emulator)
    emulator.sim.setApp({ refreshAllowed: false })
    expect((await refresh(emulator, refresh_token)).body).toEqual({
      code: 20074,
      error: 'unauthorized_client',
      error_description: 'The specified app is not allowed to refresh token.',
    })
    emulator.sim.setApp({ refreshAllowed: true })
    expect((await refresh(emulator, refresh_token)).status).toBe(200)
  })

  it('narrows, and refuses 20067 and 20068', async () => {
    const { refresh_token } = await tokensOf(emulator)
    const ask = (scope: string) => refresh(emulator, refresh_token, { scope })
    expect((await ask('task:task:read task:task:read')).body.code).toBe(20067)
    expect((await ask('docx:document:readonly')).body.code).toBe(20068)
    expect((await ask('offline_access')).body.scope).toBe('offline_access')
  })

  it('dies when the person withdraws: 20064', async () => {
    const { access_token, refresh_token } = await tokensOf(emulator)
    expect(await emulator.sim.revoke({ openId: linXia })).toEqual({ delivered: false })
    expect((await refresh(emulator, refresh_token)).body.code).toBe(20064)
    expect(emulator.sim.tokenOwner(access_token ?? '')?.works).toBe(false)
  })
})

describe('user_info', () => {
  it.each([
    [99991661, undefined],
    [99991661, 'eyJwithoutBearer'],
    [99991663, 'Bearer t-nobody'],
    [99991668, 'Bearer eyJnobody'],
    [99991671, 'Bearer something-else'],
  ])('refuses with %i: %s', async (code, authorization) => {
    const { status, body } = await userInfo(emulator, authorization)
    expect(status).toBe(400)
    expect(body).toMatchObject({ code, error: { log_id: expect.any(String) } })
  })

  it('says 99991677 about an expired token and 20005 about a revoked one', async () => {
    const first = await tokensOf(emulator)
    emulator.sim.advanceClock({ seconds: 7200 })
    const expired = await userInfo(emulator, `Bearer ${first.access_token}`)
    expect(expired).toMatchObject({ status: 400, body: { code: 99991677 } })
    const second = await tokensOf(emulator)
    await emulator.sim.revoke({ openId: linXia })
    const revoked = await userInfo(emulator, `Bearer ${second.access_token}`)
    expect(revoked).toMatchObject({ status: 200, body: { code: 20005 } })
  })

  it.each([
    [20021, 'resigned' as const],
    [20022, 'frozen' as const],
  ])('says %i about a %s person, with HTTP 200', async (code, status) => {
    const { access_token } = await tokensOf(emulator)
    emulator.sim.setPerson({ openId: linXia, status })
    const answer = await userInfo(emulator, `Bearer ${access_token}`)
    expect(answer).toMatchObject({ status: 200, body: { code } })
  })

  it('gives the fields the scopes open, and no more', async () => {
    const narrow = await tokensOf(emulator)
    const { body } = await userInfo(emulator, `Bearer ${narrow.access_token}`)
    expect(body.data).not.toHaveProperty('email')
    expect(body.data).not.toHaveProperty('user_id')
    const wide = await tokensOf(emulator, {
      scope: 'contact:user.email:readonly contact:user.employee_id:readonly',
    })
    const more = await userInfo(emulator, `Bearer ${wide.access_token}`)
    expect(more.body.data).toMatchObject({ user_id: '1a1a1a1a', email: 'lin.xia@example.com' })
  })
})

describe('revocation', () => {
  const revoke = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${emulator.url}/oauth/v1/revoke`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(fields),
    })

  it('takes Basic, and ends refreshing without ending the access token', async () => {
    const { appId, appSecret } = emulator.app
    const { access_token = '', refresh_token = '' } = await tokensOf(emulator)
    const answer = await revoke({ token: refresh_token }, basic(appId, appSecret))
    expect(answer.status).toBe(200)
    expect((await refresh(emulator, refresh_token)).body.code).toBe(20064)
    expect(emulator.sim.tokenOwner(access_token)?.works).toBe(true)
  })

  it('succeeds for a token nobody knows, and refuses a wrong hint or client', async () => {
    const { appId, appSecret } = emulator.app
    const client = { client_id: appId, client_secret: appSecret, token: 'eyJnobody' }
    expect((await revoke(client)).status).toBe(200)
    const hinted = await revoke({ ...client, token_type_hint: 'id_token' })
    expect(hinted.status).toBe(400)
    const stranger = await revoke({ ...client, client_secret: 'wrong' })
    expect(await stranger.json()).toMatchObject({ code: 20002 })
  })
})
