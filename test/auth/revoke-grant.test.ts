import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/auth/ports.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const KEY = { appId: APP.appId, openId: LIN.openId }

let domain: Domain
let sessionId: string
/** Called before a grant is deleted; lets a test act in between. */
let beforeDelete: () => Promise<unknown>
beforeEach(async () => {
  beforeDelete = async () => {}
  domain = await createDomain({ store: deletingLate })
  sessionId = (await domain.auth.requestAuthorization({ openId: LIN.openId })).session.id
  const { url, state, browserSecret } = await domain.tap(sessionId)
  const code = domain.oauth.consent(url, LIN)
  await domain.auth.completeAuthorization({ kind: 'code', code, state, browserSecret })
})
afterEach(() => domain.close())

function deletingLate(real: Store): Store {
  const deleteLate: Store['grants']['delete'] = async (key) => {
    await beforeDelete()
    return real.grants.delete(key)
  }
  return { ...real, grants: { ...real.grants, delete: deleteLate } }
}

const here = (source: 'user' | 'admin' = 'user') => domain.auth.tokens.revokeGrant.here(KEY, source)
const toldByFeishu = () => domain.auth.tokens.revokeGrant.toldByFeishu(KEY, 'risk')
const told = () => domain.seen.filter(({ type }) => type === 'grant_revoked')
const kinds = () => domain.oauth.revoked.map((token) => token.replace(/-[0-9a-f]+$/, ''))

describe('a grant that is revoked here', () => {
  it.each(['user', 'admin'] as const)(
    'is gone, at Feishu too, and it is told by whom: %s',
    async (by) => {
      expect(await here(by)).toBe(true)
      expect(await domain.store.grants.find(APP.appId, LIN.openId)).toBeNull()
      expect(await domain.store.upkeeps.find(KEY)).toBeNull()
      // The refresh token first: with it the whole grant ends.
      expect(kinds()).toEqual(['eyJ-refresh', 'eyJ-access'])
      expect(told()).toEqual([{ type: 'grant_revoked', ...KEY, sessionId, source: by, reason: by }])
    },
  )

  it('is gone for good: the second time there is nothing to revoke', async () => {
    await here()
    expect(await here()).toBe(false)
    expect(told()).toHaveLength(1)
    expect(kinds()).toHaveLength(2)
  })

  it('loses what is known of a grant that is gone already', async () => {
    await domain.store.grants.delete(KEY)
    await domain.store.upkeeps.schedule(KEY, domain.clock.now())
    expect(await here()).toBe(false)
    expect(await domain.store.upkeeps.find(KEY)).toBeNull()
  })

  it('loses what a refresh has noted between its mark and its end', async () => {
    beforeDelete = () => domain.store.upkeeps.schedule(KEY, domain.clock.now())
    await here()
    expect(await domain.store.upkeeps.find(KEY)).toBeNull()
  })

  it('ends its access token where there is no other', async () => {
    const grant = await domain.store.grants.find(APP.appId, LIN.openId)
    if (grant) await domain.store.grants.rotate(1, { ...grant, sealedRefreshToken: null })
    await here()
    expect(kinds()).toEqual(['eyJ-access'])
  })

  it('is gone here although Feishu cannot be told, and that is told', async () => {
    const error = new FeishuUnavailableError('upstream_5xx')
    domain.oauth.revokeRefreshToken = () => Promise.reject(error)
    expect(await here()).toBe(true)
    expect(await domain.store.grants.find(APP.appId, LIN.openId)).toBeNull()
    expect(domain.seen).toContainEqual({ type: 'revocation_not_told', ...KEY, error })
    expect(told()).toHaveLength(1)
  })
})

describe('a grant that Feishu has ended', () => {
  it('is marked for the version it ended, and never deleted', async () => {
    await toldByFeishu()
    expect(await domain.store.grants.find(APP.appId, LIN.openId)).toMatchObject({
      sealedRefreshToken: null,
      accessTokenExpiresAt: domain.clock.now(),
    })
    const version = (await domain.store.grants.find(APP.appId, LIN.openId))?.version
    expect(await domain.store.upkeeps.find(KEY)).toMatchObject({
      mark: { status: 'revoked', reason: 'revoked', version, at: domain.clock.now() },
    })
    expect(told()).toEqual([
      { type: 'grant_revoked', ...KEY, sessionId, source: 'upstream_event', reason: 'risk' },
    ])
    expect(domain.oauth.revoked).toEqual([])
  })

  it('is nothing to tell of when there is none', async () => {
    await domain.store.grants.delete(KEY)
    await toldByFeishu()
    expect(told()).toEqual([])
    expect((await domain.store.upkeeps.find(KEY))?.mark ?? null).toBeNull()
  })
})
