import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MOST_SCOPES } from '../../src/auth/grant.ts'
import type { TokenReply } from '../../src/auth/ports.ts'
import type { FinishedReason } from '../../src/auth/refresh-outcome.ts'
import type { Upkeep } from '../../src/auth/upkeep.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const KEY = { appId: APP.appId, openId: LIN.openId }
const DAY = 86_400_000
const GRANTED = ['a', 'offline_access']

describe('whoever needs more of somebody whose grant is over', () => {
  let domain: Domain
  let upkeepReads: number
  beforeEach(async () => {
    upkeepReads = 0
    domain = await createDomain({
      apps: [{ ...APP, defaultScopes: ['offline_access', 'profile'] }],
      store: (real) => ({
        ...real,
        upkeeps: {
          ...real.upkeeps,
          find(key): Promise<Upkeep | null> {
            upkeepReads++
            return real.upkeeps.find(key)
          },
        },
      }),
    })
  })
  afterEach(() => domain.close())

  const call = (scopes?: string[]) => domain.auth.getUserAccessToken.orSession({ ...KEY, scopes })

  async function asked(scopes?: string[]): Promise<readonly string[]> {
    const result = await call(scopes)
    return result.kind === 'asked' ? result.session.scopes : expect.unreachable()
  }

  async function consent(scopes: readonly string[] = GRANTED, reply: Partial<TokenReply> = {}) {
    const { session } = await domain.auth.requestAuthorization({ ...KEY, scopes })
    domain.oauth.reply = reply
    await domain.agree(session.id)
  }

  const mark = (reason: FinishedReason) =>
    domain.store.upkeeps.mark(KEY, {
      status: 'reauth_required',
      reason,
      version: 1,
      at: domain.clock.now(),
    })

  const tellRevoked = () =>
    domain.auth.grantEndings.tokensRevoked({ ...KEY, tokens: 'both', reason: 'user', at: null })

  it('asks for all of it when Feishu has ended it, for Feishu has forgotten it', async () => {
    await consent()
    await tellRevoked()
    expect(await asked(['a', 'b'])).toEqual(['a', 'b', 'offline_access'])
    expect(await asked(['b'])).toEqual(['a', 'b', 'offline_access'])
  })

  it.each(['expired', 'lost_rotation', 'reused', 'invalid', 'revoked', 'user_status'] as const)(
    'asks for all of it when it is marked %s',
    async (reason) => {
      await consent()
      await mark(reason)
      expect(await asked(['b'])).toEqual(['b', 'a', 'offline_access'])
    },
  )

  it('asks for all of it when it ran out unnoticed', async () => {
    await consent()
    domain.clock.advance(8 * DAY)
    expect(await asked(['b'])).toEqual(['b', 'a', 'offline_access'])
  })

  it('asks for all of it although they need no more than it had', async () => {
    await consent(['a', 'c', 'offline_access'])
    domain.clock.advance(8 * DAY)
    expect(await asked(['c'])).toEqual(['c', 'a', 'offline_access'])
  })

  it('asks for what the app asks for, too, when they name nothing', async () => {
    await consent()
    await tellRevoked()
    expect(await asked()).toEqual(['offline_access', 'profile', 'a'])
  })

  it('tells all that is needed, and why, where no card may be sent', async () => {
    await consent()
    await tellRevoked()
    const read = domain.auth.readUserAccessToken({ ...KEY, scopes: ['a', 'b'] })
    await expect(read).rejects.toMatchObject({
      code: 'authorization_required',
      missingScopes: ['a', 'b'],
      message: expect.stringContaining('The authorization was revoked.'),
    })
  })

  it('asks for no more than one request takes, and for everything that they need', async () => {
    const many = Array.from({ length: MOST_SCOPES - 1 }, (_, index) => `old:${index}`)
    await consent([...many, 'offline_access'])
    await tellRevoked()
    const most = await asked(['b', 'c'])
    expect(most).toHaveLength(MOST_SCOPES)
    expect(most).toEqual(expect.arrayContaining(['b', 'c', 'offline_access']))
  })

  it('asks for no more than one request takes of somebody whose grant lives', async () => {
    await consent()
    const many = Array.from({ length: MOST_SCOPES }, (_, index) => `new:${index}`)
    expect(await asked(many)).toEqual(many)
  })

  it('asks only for what is new while nobody knows whether it is over', async () => {
    await consent()
    const now = domain.clock.now()
    const doubt = { status: 'ambiguous', reason: 'ambiguous', version: 1, at: now } as const
    await domain.store.upkeeps.mark(KEY, doubt)
    expect(await asked(['a', 'b'])).toEqual(['b', 'offline_access'])
  })

  it('asks only for what is new when a newer consent has made the end moot', async () => {
    await consent()
    await mark('expired')
    await consent(['a', 'c', 'offline_access'])
    expect(await asked(['a', 'b'])).toEqual(['b', 'offline_access'])
  })

  it('reads no mark for a token that is there', async () => {
    await consent()
    expect(await call(['a'])).toMatchObject({ kind: 'token' })
    expect(upkeepReads).toBe(0)
  })
})
