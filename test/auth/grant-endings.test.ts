import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AuthorizationInProgressError } from '../../src/errors.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const MINUTE = 60_000
const KEY = { appId: APP.appId, openId: LIN.openId }

describe('what Feishu tells about the end of grants', () => {
  let domain: Domain
  beforeEach(async () => {
    domain = await createDomain()
  })
  afterEach(() => domain.close())

  const ask = async () =>
    (await domain.auth.requestAuthorization({ openId: LIN.openId })).session.id
  const minutesFromNow = (minutes: number) =>
    new Date(domain.clock.now().getTime() + minutes * MINUTE)
  const mark = async () => (await domain.store.upkeeps.find(KEY))?.mark?.status ?? null
  const revoked = (changes: { tokens?: 'access' | 'refresh' | 'both'; at?: Date | null } = {}) =>
    domain.auth.grantEndings.tokensRevoked({
      ...KEY,
      tokens: 'both',
      reason: 'admin',
      at: domain.clock.now(),
      ...changes,
    })

  async function authorize(): Promise<void> {
    const { url, state, browserSecret } = await domain.tap(await ask())
    const code = domain.oauth.consent(url, LIN)
    await domain.auth.completeAuthorization({ kind: 'code', code, state, browserSecret })
  }

  it.each(['both', 'refresh'] as const)('marks the grant when %s ended', async (tokens) => {
    await authorize()
    await revoked({ tokens })
    expect(await mark()).toBe('revoked')
    expect(domain.seen).toContainEqual(
      expect.objectContaining({ type: 'grant_revoked', source: 'upstream_event', reason: 'admin' }),
    )
  })

  it('asks for a new access token when only that ended', async () => {
    await authorize()
    await expect(revoked({ tokens: 'access' })).rejects.toThrow()
    expect(domain.seen).toContainEqual(expect.objectContaining({ type: 'refresh_ended' }))
    expect(domain.seen.filter(({ type }) => type === 'grant_revoked')).toEqual([])
  })

  it('ends no consent that is newer than the event, clocks a little apart allowed for', async () => {
    await authorize()
    await revoked({ at: minutesFromNow(-2) })
    await domain.auth.grantEndings.personLeft({ ...KEY, at: minutesFromNow(-2) })
    expect(await mark()).toBeNull()
    await revoked({ at: minutesFromNow(-1) })
    expect(await mark()).toBe('revoked')
  })

  it('takes an event that tells no time at its word, and one about nobody for nothing', async () => {
    await revoked()
    await authorize()
    await revoked({ at: null })
    expect(await mark()).toBe('revoked')
  })

  it('withdraws the request that waits for a person who left, with or without a grant', async () => {
    const id = await ask()
    await domain.auth.grantEndings.personLeft({ ...KEY, at: null })
    expect(await domain.auth.readSession(id)).toMatchObject({
      state: 'expired',
      endReason: 'invalidated',
    })
    await domain.auth.grantEndings.personLeft({ ...KEY, at: null })
  })

  it('asks to be told again while the person completes their request', async () => {
    const id = await ask()
    await domain.store.sessions.hold(id, minutesFromNow(1), domain.clock.now())
    await expect(domain.auth.grantEndings.personLeft({ ...KEY, at: null })).rejects.toBeInstanceOf(
      AuthorizationInProgressError,
    )
  })
})
