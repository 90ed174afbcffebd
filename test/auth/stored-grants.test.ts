import { afterEach, describe, expect, it } from 'vitest'
import type { Store, TokenReply } from '../../src/auth/ports.ts'
import { accessTokenBinding, refreshTokenBinding } from '../../src/auth/store-grant.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

let domain: Domain
let sessionId: string
async function begin(store: (real: Store) => Store = (real) => real) {
  domain = await createDomain({ store })
  sessionId = (await domain.auth.requestAuthorization({ openId: LIN.openId })).session.id
}
afterEach(() => domain.close())

const stored = () => domain.store.grants.find(APP.appId, LIN.openId)
const secondsFromNow = (seconds: number) => new Date(domain.clock.now().getTime() + seconds * 1000)

async function authorize(changes: Partial<TokenReply> = {}) {
  const exchange = domain.oauth.exchangeCode
  domain.oauth.exchangeCode = async (request) => ({ ...(await exchange(request)), ...changes })
  return domain.agree(sessionId)
}

describe('a grant', () => {
  it('is stored with what Feishu granted, and whose and until when it is', async () => {
    await begin()
    await authorize({ scopes: ['a', 'b'] })
    expect(await stored()).toEqual({
      appId: APP.appId,
      openId: LIN.openId,
      tenantKey: LIN.tenantKey,
      sessionId,
      scopes: ['a', 'b'],
      sealedAccessToken: expect.stringMatching(/^test\./),
      accessTokenExpiresAt: secondsFromNow(7200),
      sealedRefreshToken: expect.stringMatching(/^test\./),
      refreshTokenExpiresAt: secondsFromNow(604_800),
      authorizedAt: domain.clock.now(),
      issuedAt: domain.clock.now(),
      version: 1,
    })
    expect(await domain.auth.readSession(sessionId)).toMatchObject({
      grantedScopes: ['a', 'b'],
      tenantKey: LIN.tenantKey,
    })
  })

  it('has each token sealed for its person and its place, in words that must never change', () => {
    const row = { appId: APP.appId, tenantKey: LIN.tenantKey, openId: LIN.openId }
    expect(accessTokenBinding(row)).toEqual({ ...row, field: 'access_token' })
    expect(refreshTokenBinding(row)).toEqual({ ...row, field: 'refresh_token' })
  })

  it('is stored without a refresh token where there is none', async () => {
    await begin()
    await authorize({ refreshToken: null, refreshTokenExpiresIn: null })
    expect(await stored()).toMatchObject({ sealedRefreshToken: null, refreshTokenExpiresAt: null })
  })

  it('is not tried to be stored again when something else than the database fails', async () => {
    let tries = 0
    const save = () => {
      tries++
      return Promise.reject(new TypeError('broken'))
    }
    await begin((real) => ({ ...real, grants: { ...real.grants, save } }))
    expect(await authorize()).toMatchObject({ kind: 'failed', reason: 'internal' })
    expect(tries).toBe(1)
  })

  it('completes its session although another one has done so a moment before', async () => {
    await begin((real) => ({
      ...real,
      grants: {
        ...real.grants,
        async save(grant) {
          const saved = await real.grants.save(grant)
          const { scopes: grantedScopes, tenantKey } = grant
          const move = { to: 'completed', grantedScopes, tenantKey } as const
          await real.sessions.move(sessionId, move, domain.clock.now())
          return saved
        },
      },
    }))
    expect(await authorize()).toMatchObject({
      kind: 'completed',
      session: { state: 'completed' },
    })
    // Who completes it tells so; the callback does not tell it a second time.
    expect(domain.seen.filter(({ type }) => type === 'session_ended')).toEqual([])
  })
})
