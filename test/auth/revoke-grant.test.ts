import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/auth/ports.ts'
import {
  AppMisconfiguredError,
  AuthorizationCodeUsedError,
  FeishuUnavailableError,
} from '../../src/errors.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const KEY = { appId: APP.appId, openId: LIN.openId }
const DAY = 86_400_000
const down = new FeishuUnavailableError('upstream_5xx')

let domain: Domain
let sessionId: string
/** Called before a grant is deleted; lets a test act in between. */
let beforeDelete: () => Promise<unknown>
/** Called before a try to tell Feishu is noted. */
let beforeNote: () => Promise<unknown>
beforeEach(async () => {
  beforeDelete = async () => {}
  beforeNote = async () => {}
  domain = await createDomain({ store: interrupted })
  sessionId = await authorize()
})
afterEach(() => domain.close())

function interrupted(real: Store): Store {
  const deleteLate: Store['grants']['delete'] = async (...which) => {
    await beforeDelete()
    return real.grants.delete(...which)
  }
  const noteLate: Store['revocations']['noteTry'] = async (...which) => {
    await beforeNote()
    return real.revocations.noteTry(...which)
  }
  return {
    ...real,
    grants: { ...real.grants, delete: deleteLate },
    revocations: { ...real.revocations, noteTry: noteLate },
  }
}

async function authorize(): Promise<string> {
  const { id } = (await domain.auth.requestAuthorization({ openId: LIN.openId })).session
  await domain.agree(id)
  return id
}

const here = (source: 'user' | 'admin' = 'user') => domain.auth.tokens.revokeGrant.here(KEY, source)
const sweep = () => domain.auth.tokens.sweepRevocations.due()
const grant = () => domain.store.grants.find(APP.appId, LIN.openId)
const told = () => domain.seen.filter(({ type }) => type === 'grant_revoked')
const trouble = () => domain.seen.filter(({ type }) => type === 'revocation_not_told')
const kinds = () => domain.oauth.revoked.map((token) => token.replace(/-[0-9a-f]+$/, ''))
const BOTH = ['eyJ-refresh', 'eyJ-access']

async function toldByFeishu(): Promise<boolean> {
  const stored = await grant()
  return stored !== null && domain.auth.tokens.revokeGrant.toldByFeishu(stored, 'risk')
}

describe('a grant that is revoked here', () => {
  it.each(['user', 'admin'] as const)(
    'is gone, at Feishu too, and it is told by whom: %s',
    async (by) => {
      expect(await here(by)).toBe('told')
      expect(await grant()).toBeNull()
      expect(await domain.store.upkeeps.find(KEY)).toBeNull()
      expect(kinds()).toEqual(BOTH)
      expect(told()).toEqual([{ type: 'grant_revoked', ...KEY, sessionId, source: by, reason: by }])
      domain.clock.advance(DAY)
      expect(await sweep()).toEqual({ told: 0, left: 0 })
    },
  )

  it('is gone for good: the second time there is nothing to revoke', async () => {
    await here()
    expect(await here()).toBe('nothing')
    expect(told()).toHaveLength(1)
    expect(kinds()).toHaveLength(2)
  })

  it('is revoked once, whoever else revokes it at the same time', async () => {
    const outcomes = await Promise.all([here('user'), here('admin'), here('admin')])
    expect(outcomes.sort()).toEqual(['nothing', 'nothing', 'told'])
    expect(told()).toHaveLength(1)
    expect(kinds()).toEqual(BOTH)
  })

  it('loses what is known of a grant that is gone already', async () => {
    await domain.store.grants.delete(KEY)
    await domain.store.upkeeps.schedule(KEY, domain.clock.now())
    expect(await here()).toBe('nothing')
    expect(await domain.store.upkeeps.find(KEY)).toBeNull()
  })

  it('loses what a refresh has noted between its mark and its end', async () => {
    beforeDelete = () => domain.store.upkeeps.schedule(KEY, domain.clock.now())
    await here()
    expect(await domain.store.upkeeps.find(KEY)).toBeNull()
  })

  it('ends its access token where there is no other', async () => {
    const stored = await grant()
    if (stored) await domain.store.grants.rotate(1, { ...stored, sealedRefreshToken: null })
    await here()
    expect(kinds()).toEqual(['eyJ-access'])
  })

  it('is ended with the pair that a refresh has saved meanwhile', async () => {
    beforeDelete = async () => {
      beforeDelete = async () => {}
      const stored = await grant()
      if (stored) await domain.store.grants.rotate(1, stored)
    }
    expect(await here()).toBe('told')
    expect(await grant()).toBeNull()
    expect(kinds()).toEqual([...BOTH, ...BOTH])
    expect(told()).toHaveLength(1)
  })

  it('releases those who wait within a second, although Feishu does not answer', async () => {
    let answer = () => {}
    domain.oauth.revokeAccessToken = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    const revoking = here()
    await domain.clock.untilSomebodySleeps()
    expect(told()).toEqual([])
    domain.clock.advance(1000)
    await expect.poll(told).toHaveLength(1)
    answer()
    expect(await revoking).toBe('told')
  })
})

describe('a revocation that Feishu could not be told', () => {
  it('is done here, said once, and told until Feishu has answered', async () => {
    domain.oauth.revokeFailures = [down, down, down, down]
    expect(await here()).toBe('not_told_yet')
    expect(await grant()).toBeNull()
    expect(told()).toHaveLength(1)
    expect(trouble()).toEqual([{ type: 'revocation_not_told', ...KEY, error: down }])

    expect(await sweep()).toEqual({ told: 0, left: 0 })
    domain.clock.advance(5000)
    expect(await sweep()).toEqual({ told: 0, left: 1 })
    domain.clock.advance(5000)
    expect(await sweep()).toEqual({ told: 0, left: 0 })
    domain.clock.advance(5000)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
    expect(kinds()).toEqual(BOTH)
    expect(trouble()).toHaveLength(1)
    expect(told()).toHaveLength(1)
  })

  it('tells each token by itself, and the one that is left again', async () => {
    domain.oauth.revokeFailures = [down]
    expect(await here()).toBe('not_told_yet')
    expect(kinds()).toEqual(['eyJ-access'])
    domain.clock.advance(5000)
    await sweep()
    expect(kinds()).toEqual(['eyJ-access', 'eyJ-refresh'])
  })

  it('outlives a fault of the app, and waits as long as Feishu asks for', async () => {
    const secret = new AppMisconfiguredError('bad_client', 'no')
    domain.oauth.revokeFailures = [secret, secret]
    expect(await here()).toBe('not_told_yet')
    const slow = new FeishuUnavailableError('rate_limited', { retryAfterSeconds: 60 })
    domain.oauth.revokeFailures = [slow, slow]
    domain.clock.advance(5000)
    await sweep()
    domain.clock.advance(59_000)
    expect(await sweep()).toEqual({ told: 0, left: 0 })
    domain.clock.advance(1000)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
  })

  it('takes a token that Feishu calls dead for told', async () => {
    domain.oauth.revokeFailures = [new AuthorizationCodeUsedError()]
    expect(await here()).toBe('told')
  })

  it('is given up once the tokens have run out by themselves', async () => {
    domain.oauth.revokeFailures = [down, down]
    await here()
    domain.clock.advance(2 * 3_600_000)
    domain.oauth.revokeFailures = [down]
    expect(await sweep()).toEqual({ told: 0, left: 1 })
    domain.clock.advance(7 * DAY)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
    expect(kinds()).toEqual([])
  })

  it('never ends a newer consent of the same person', async () => {
    domain.oauth.revokeFailures = [down, down]
    await here()
    domain.clock.advance(5000)
    const dead = domain.oauth.revoked.length
    await authorize()
    await sweep()
    expect(kinds().slice(dead)).toEqual(['eyJ-access'])
    expect(await domain.auth.tokens.findFreshToken(KEY)).toMatchObject({ kind: 'token' })
    // Nothing of it comes up again once that consent is revoked as well.
    await here()
    expect(kinds().slice(dead)).toEqual(['eyJ-access', ...BOTH])
  })

  it('waits for a consent that is being completed this instant', async () => {
    domain.oauth.revokeFailures = [down, down]
    await here()
    domain.clock.advance(5000)
    const { id } = (await domain.auth.requestAuthorization({ openId: LIN.openId })).session
    const until = new Date(domain.clock.now().getTime() + 10_000)
    await domain.store.sessions.hold(id, until, domain.clock.now())
    expect(await sweep()).toEqual({ told: 0, left: 1 })
    expect(kinds()).toEqual(['eyJ-access'])
    domain.clock.advance(11_000)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
    expect(kinds()).toEqual(['eyJ-access', 'eyJ-refresh'])
  })
})

describe('a process that dies over a revocation', () => {
  const death = new Error('the process is gone')
  const die = () => Promise.reject(death)

  it('before the grant is deleted: another one finishes it, and everybody is told', async () => {
    beforeDelete = die
    await expect(here('admin')).rejects.toBe(death)
    expect(await grant()).not.toBeNull()
    beforeDelete = async () => {}
    domain.clock.advance(60_000)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
    expect(await grant()).toBeNull()
    expect(kinds()).toEqual(BOTH)
    expect(told()).toEqual([
      { type: 'grant_revoked', ...KEY, sessionId, source: 'admin', reason: 'admin' },
    ])
  })

  it('before the grant is deleted: what was refreshed since goes as well', async () => {
    beforeDelete = die
    await expect(here()).rejects.toBe(death)
    beforeDelete = async () => {}
    const stored = await grant()
    if (stored) await domain.store.grants.rotate(1, stored)
    domain.clock.advance(60_000)
    await sweep()
    expect(await grant()).toBeNull()
    domain.clock.advance(60_000)
    await sweep()
    expect(kinds()).toEqual([...BOTH, ...BOTH])
  })

  it('before the grant is deleted: a consent given since stays', async () => {
    beforeDelete = die
    await expect(here()).rejects.toBe(death)
    beforeDelete = async () => {}
    domain.clock.advance(60_000)
    await authorize()
    await sweep()
    expect(kinds()).toEqual(['eyJ-access'])
    expect(await domain.auth.tokens.findFreshToken(KEY)).toMatchObject({ kind: 'token' })
  })

  it('before Feishu has answered: another one tells it', async () => {
    domain.oauth.revokeFailures = [down, down]
    beforeNote = die
    expect(await here()).toBe('not_told_yet')
    beforeNote = async () => {}
    domain.oauth.revokeFailures = [down, down]
    domain.clock.advance(60_000)
    expect(await sweep()).toEqual({ told: 0, left: 1 })
    expect(trouble()).toMatchObject([{ error: death }, { error: down }])
    domain.clock.advance(5000)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
    expect(kinds()).toEqual(BOTH)
  })
})

describe('a grant that Feishu has ended', () => {
  it('is marked for the version it ended, and never deleted', async () => {
    expect(await toldByFeishu()).toBe(true)
    expect(await grant()).toMatchObject({
      sealedRefreshToken: null,
      accessTokenExpiresAt: domain.clock.now(),
    })
    const version = (await grant())?.version
    expect(await domain.store.upkeeps.find(KEY)).toMatchObject({
      mark: { status: 'revoked', reason: 'revoked', version, at: domain.clock.now() },
    })
    expect(told()).toEqual([
      { type: 'grant_revoked', ...KEY, sessionId, source: 'upstream_event', reason: 'risk' },
    ])
    expect(domain.oauth.revoked).toEqual([])
  })

  it('is nothing to tell of the second time, nor when it is gone', async () => {
    const stored = await grant()
    await toldByFeishu()
    expect(await toldByFeishu()).toBe(false)
    await domain.store.grants.delete(KEY)
    const { toldByFeishu: tellAgain } = domain.auth.tokens.revokeGrant
    expect(stored && (await tellAgain(stored, 'risk'))).toBe(false)
    expect(told()).toHaveLength(1)
  })
})
