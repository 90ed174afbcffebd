import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBackground } from '../../src/auth/background.ts'
import type { Store } from '../../src/auth/ports.ts'
import type { Revocation } from '../../src/auth/revocation.ts'
import { createRevokeStray } from '../../src/auth/revoke-stray.ts'
import { createTokenCipher } from '../../src/auth/token-cipher.ts'
import {
  AppMisconfiguredError,
  AuthorizationCodeUsedError,
  FeishuUnavailableError,
  StoreUnavailableError,
} from '../../src/errors.ts'
import { ALEX, APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const down = new FeishuUnavailableError('upstream_5xx')
const away = new StoreUnavailableError('insert', new Error('away'))

let domain: Domain
/** Thrown by the next statements, one each. */
let putFailures: unknown[]
let saveFailures: unknown[]
/** What was asked to be put on disk, with failures or not. */
let puts: Revocation[]
let putsAt: number[]
beforeEach(async () => {
  putFailures = []
  saveFailures = []
  puts = []
  putsAt = []
  domain = await createDomain({ store: inTrouble })
})
afterEach(() => domain.close())

function inTrouble(real: Store): Store {
  const put: Store['revocations']['put'] = async (revocation) => {
    puts.push(revocation)
    putsAt.push(domain.clock.now().getTime())
    if (putFailures.length > 0) throw putFailures.shift()
    return real.revocations.put(revocation)
  }
  const save: Store['grants']['save'] = async (grant) => {
    if (saveFailures.length > 0) throw saveFailures.shift()
    return real.grants.save(grant)
  }
  return {
    ...real,
    revocations: { ...real.revocations, put },
    grants: { ...real.grants, save },
  }
}

const sweep = () => domain.auth.tokens.sweepRevocations.due()
const kinds = () => domain.oauth.revoked.map((token) => token.replace(/-[0-9a-f]+$/, ''))
const told = (type: string) => domain.seen.filter((event) => event.type === type)
const BOTH = ['eyJ-refresh', 'eyJ-access']

async function ask(openId = LIN.openId): Promise<string> {
  return (await domain.auth.requestAuthorization({ openId })).session.id
}

/** Somebody consents to a request. */
async function consent(sessionId: string, who: typeof LIN) {
  return domain.agree(sessionId, who)
}

/** Lets time pass until this is done, and all work in the background. */
async function settled(work: Promise<unknown> = Promise.resolve()): Promise<void> {
  const done = work.then(() => domain.background.drain()).then(() => true)
  const tick = () => new Promise<false>((resolve) => setImmediate(() => resolve(false)))
  while (!(await Promise.race([done, tick()]))) domain.clock.advance(250)
}

describe('tokens of somebody who was not asked', () => {
  it('end both where that person has granted nothing, and are counted', async () => {
    const id = await ask()
    await consent(id, ALEX)
    await settled()
    expect(kinds()).toEqual(BOTH)
    const { appId } = APP
    expect(told('stray_token_revoked')).toEqual([
      { type: 'stray_token_revoked', appId, sessionId: id },
    ])
    expect(told('stray_token_kept')).toEqual([])
    expect(told('grant_revoked')).toEqual([])
  })

  it('end but for the refresh token where that person has a grant of their own', async () => {
    await consent(await ask(ALEX.openId), ALEX)
    await consent(await ask(), ALEX)
    await settled()
    expect(kinds()).toEqual(['eyJ-access'])
    domain.clock.advance(60_000)
    await sweep()
    expect(kinds()).toEqual(['eyJ-access'])
  })

  it('end but for the refresh token while that person completes a request of their own', async () => {
    const theirs = await ask(ALEX.openId)
    const until = new Date(domain.clock.now().getTime() + 30_000)
    await domain.store.sessions.hold(theirs, until, domain.clock.now())
    await consent(await ask(), ALEX)
    await settled()
    expect(kinds()).toEqual(['eyJ-access'])
    domain.clock.advance(31_000)
    await sweep()
    expect(kinds()).toEqual(['eyJ-access', 'eyJ-refresh'])
    expect(told('stray_token_kept')).toEqual([])
    expect(told('stray_token_revoked')).toHaveLength(1)
  })

  it('end both where the grant of that person is over', async () => {
    await consent(await ask(ALEX.openId), ALEX)
    await domain.store.grants.end({ appId: APP.appId, openId: ALEX.openId }, domain.clock.now())
    await consent(await ask(), ALEX)
    await settled()
    expect(kinds()).toEqual(BOTH)
  })

  it('are ended again after Feishu was away for a moment, and nobody is told', async () => {
    domain.oauth.revokeFailures = [down, down, down, down]
    await consent(await ask(), ALEX)
    await settled()
    expect(kinds()).toEqual(BOTH)
    expect(told('stray_token_kept')).toEqual([])
  })

  it('are told of once while Feishu stays away, and end when it is back', async () => {
    domain.oauth.revokeFailures = Array.from({ length: 6 }, () => down)
    const id = await ask()
    await consent(id, ALEX)
    await settled()
    expect(told('stray_token_kept')).toMatchObject([
      { appId: APP.appId, sessionId: id, error: { reason: 'upstream_5xx' } },
    ])
    domain.clock.advance(60_000)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
    expect(kinds()).toEqual(BOTH)
    expect(told('stray_token_kept')).toHaveLength(1)
  })

  it('are left to the sweep at once when Feishu refuses', async () => {
    const refusal = new AppMisconfiguredError('bad_client', 'no')
    domain.oauth.revokeFailures = [refusal, refusal]
    await consent(await ask(), ALEX)
    await domain.background.drain()
    expect(told('stray_token_kept')).toMatchObject([{ error: refusal }])
  })

  it('are told of each once: what Feishu has taken is not told again', async () => {
    const { revokeAccessToken } = domain.oauth
    let failures = 2
    domain.oauth.revokeAccessToken = async (...which) => {
      if (failures-- > 0) throw down
      return revokeAccessToken(...which)
    }
    await consent(await ask(), ALEX)
    await settled()
    expect(kinds()).toEqual(BOTH)
    expect(told('stray_token_kept')).toEqual([])
  })

  it('are told of each once, also where the refresh token takes longer', async () => {
    const { revokeRefreshToken } = domain.oauth
    let failures = 2
    domain.oauth.revokeRefreshToken = async (...which) => {
      if (failures-- > 0) throw down
      return revokeRefreshToken(...which)
    }
    await consent(await ask(), ALEX)
    await settled()
    expect(kinds()).toEqual(['eyJ-access', 'eyJ-refresh'])
  })

  it('count as ended where Feishu calls them dead', async () => {
    domain.oauth.revokeFailures = [
      new AuthorizationCodeUsedError(),
      new AuthorizationCodeUsedError(),
    ]
    await consent(await ask(), ALEX)
    await settled()
    expect(told('stray_token_revoked')).toHaveLength(1)
    expect(told('stray_token_kept')).toEqual([])
  })

  it('end both where Feishu names no end of the refresh token', async () => {
    domain.oauth.reply = { refreshTokenExpiresIn: null }
    await consent(await ask(), ALEX)
    await settled()
    expect(kinds()).toEqual(BOTH)
  })

  it('are left to the sweep when Feishu is slow to fail: a shutdown waits for them', async () => {
    let tries = 0
    domain.oauth.revokeAccessToken = async () => {
      tries++
      domain.clock.advance(8001)
      throw down
    }
    await consent(await ask(), ALEX)
    await domain.background.drain()
    expect(tries).toBe(1)
    expect(told('stray_token_kept')).toMatchObject([{ error: down }])
  })

  it('are tried a third time a second and a quarter later, and then left to the sweep', async () => {
    const begun = domain.clock.now().getTime()
    const tries: number[] = []
    domain.oauth.revokeAccessToken = async () => {
      tries.push(domain.clock.now().getTime() - begun)
      throw down
    }
    await consent(await ask(), ALEX)
    await settled()
    expect(tries).toEqual([0, 250, 1250])
    // Each try counts: the next one is twenty seconds after the third.
    domain.clock.advance(1250 + 20_000 - (domain.clock.now().getTime() - begun) - 1)
    expect(await sweep()).toEqual({ told: 0, left: 0 })
    domain.clock.advance(1)
    expect(await sweep()).toEqual({ told: 0, left: 1 })
  })

  it('are put on disk for whom they belong to, and left to this process for a minute', async () => {
    domain.oauth.reply = { expiresIn: 100, refreshTokenExpiresIn: 1000 }
    const id = await ask()
    await consent(id, { ...ALEX, tenantKey: 'tenant-2' })
    await settled()
    const now = domain.clock.now().getTime()
    const [authorizedAt] = puts.map((put) => put.authorizedAt)
    expect(now - (authorizedAt?.getTime() ?? 0)).toBeLessThan(1000)
    const later = (seconds: number) => new Date((authorizedAt?.getTime() ?? 0) + seconds * 1000)
    expect(puts).toEqual([
      {
        id: expect.any(String),
        ...{ appId: APP.appId, openId: ALEX.openId, tenantKey: 'tenant-2', sessionId: id },
        ...{ cause: 'mismatch', grantVersion: null, authorizedAt },
        sealedAccessToken: expect.stringMatching(/^test\./),
        accessTokenExpiresAt: later(100),
        sealedRefreshToken: expect.stringMatching(/^test\./),
        refreshTokenExpiresAt: later(1000),
        ...{ attempts: 0, dueAt: later(60) },
      },
    ])
  })

  it('end as far as they go where there is no refresh token', async () => {
    domain.oauth.reply = { refreshToken: null, refreshTokenExpiresIn: null }
    await consent(await ask(), ALEX)
    await settled()
    expect(kinds()).toEqual(['eyJ-access'])
    expect(puts).toMatchObject([{ sealedRefreshToken: null }])
  })

  it('are put on disk once when something else than the database fails, and that is told', async () => {
    const fault = new TypeError('a bug')
    putFailures = [fault]
    const errors: unknown[] = []
    const background = createBackground((error) => errors.push(error))
    const cipher = createTokenCipher({ keys: [{ id: 'test', key: randomBytes(32) }] })
    const revokeStray = createRevokeStray({ ...domain, ...domain.auth.tokens, cipher, background })
    const reply = { accessToken: 'a', expiresIn: 1, refreshToken: 'r', refreshTokenExpiresIn: 1 }
    const session = await domain.auth.readSession(await ask())
    revokeStray({ session, reply: { ...reply, scopes: [] }, owner: ALEX, cause: 'mismatch' })
    await background.drain()
    expect(errors).toEqual([fault])
    expect(puts).toHaveLength(1)
  })

  it('are put on disk when the database is back after a moment', async () => {
    const begun = domain.clock.now().getTime()
    putFailures = [away, away]
    await consent(await ask(), ALEX)
    await settled()
    expect(kinds()).toEqual(BOTH)
    expect(putsAt.map((at) => at - begun)).toEqual([0, 250, 1250])
  })

  it('end as far as one call goes when the database stays away', async () => {
    putFailures = [away, away, away]
    await consent(await ask(), ALEX)
    await settled()
    expect(kinds()).toEqual(['eyJ-access'])
    putFailures = [away, away, away]
    domain.oauth.revokeFailures = [down]
    await consent(await ask(), ALEX)
    await settled()
    expect(told('stray_token_kept')).toMatchObject([{ error: down }])
  })
})

describe('tokens that could not be kept', () => {
  it('end both once the person does not complete anything any more', async () => {
    saveFailures = [away, away, away]
    const outcome = consent(await ask(), LIN)
    await settled(outcome)
    expect(await outcome).toMatchObject({ kind: 'failed', reason: 'db_error' })
    domain.clock.advance(60_000)
    await sweep()
    expect(kinds().sort()).toEqual(['eyJ-access', 'eyJ-refresh'])
    expect(told('stray_token_revoked')).toEqual([])
  })

  it('end but for the refresh token once the person has tried again with success', async () => {
    const id = await ask()
    saveFailures = [new Error('the disk is full')]
    await consent(id, LIN)
    await domain.background.drain()
    expect(await consent(id, LIN)).toMatchObject({ kind: 'completed' })
    domain.clock.advance(60_000)
    await sweep()
    expect(kinds().filter((kind) => kind === 'eyJ-access')).toHaveLength(1)
    expect(await domain.auth.tokens.findFreshToken({ openId: LIN.openId })).toMatchObject({
      kind: 'token',
    })
  })

  it('end but for the refresh token where Feishu did not say whose they are', async () => {
    domain.oauth.fetchTokenOwner = () => Promise.reject(down)
    await consent(await ask(), LIN)
    await settled()
    domain.clock.advance(60_000)
    await sweep()
    expect(kinds()).toEqual(['eyJ-access'])
    // Then they are of whoever was asked, as far as anybody knows.
    expect(puts).toMatchObject([{ openId: LIN.openId, tenantKey: null, sealedRefreshToken: null }])
  })

  it('and named no end are told of no longer than tokens usually live', async () => {
    domain.oauth.reply = { refreshTokenExpiresIn: null }
    domain.oauth.revokeFailures = Array.from({ length: 6 }, () => down)
    await consent(await ask(), ALEX)
    await settled()
    domain.clock.advance(7 * 86_400_000)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
    expect(kinds()).toEqual([])
  })
})

describe('a process that dies over stray tokens', () => {
  it('leaves them to another one, which says so when Feishu cannot be told', async () => {
    const id = await ask()
    const { appId } = APP
    const now = domain.clock.now()
    const later = new Date(now.getTime() + 3_600_000)
    await domain.store.revocations.put({
      ...{ id: 'stray', appId, openId: ALEX.openId, tenantKey: null, sessionId: id },
      ...{ cause: 'mismatch', grantVersion: null, authorizedAt: now },
      ...{ sealedAccessToken: 'cannot be opened', accessTokenExpiresAt: later },
      ...{ sealedRefreshToken: null, refreshTokenExpiresAt: later, attempts: 0, dueAt: now },
    })
    expect(await sweep()).toEqual({ told: 0, left: 1 })
    expect(told('stray_token_kept')).toMatchObject([
      { appId, sessionId: id, error: { code: 'token_unreadable' } },
    ])
    domain.clock.advance(3_600_000)
    expect(await sweep()).toEqual({ told: 1, left: 0 })
  })
})
