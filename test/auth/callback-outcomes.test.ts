import { afterEach, describe, expect, it } from 'vitest'
import type { Callback } from '../../src/auth/complete-authorization.ts'
import type { Store } from '../../src/auth/ports.ts'
import { FeishuUnavailableError } from '../../src/errors.ts'
import { ALEX, createDomain, type Domain, LIN } from '../support/domain.ts'

let domain: Domain
let sessionId: string
afterEach(() => domain.close())

/** Opens a session; some statements of its store may do something else, or something first. */
async function begin(
  change: (store: Store) => Partial<Store['sessions']> = () => ({}),
  grants: Partial<Store['grants']> = {},
) {
  domain = await createDomain({
    store: (real) => ({
      ...real,
      sessions: { ...real.sessions, ...change(real) },
      grants: { ...real.grants, ...grants },
    }),
  })
  sessionId = (await domain.auth.requestAuthorization({ openId: LIN.openId })).session.id
}

async function consentAs(who: typeof LIN): Promise<Extract<Callback, { kind: 'code' }>> {
  const { url, state, browserSecret } = await domain.tap(sessionId)
  return { kind: 'code', code: domain.oauth.consent(url, who), state, browserSecret }
}

async function refusal(error: string): Promise<Callback> {
  const { state, browserSecret } = await domain.tap(sessionId)
  return { kind: 'error', error, state, browserSecret }
}

const complete = (callback: Callback) => domain.auth.completeAuthorization(callback)
const reasons = () =>
  domain.seen.flatMap((event) => (event.type === 'attempt_failed' ? [event.reason] : []))
const steps = () =>
  domain.seen.flatMap((event) => (event.type === 'step_reached' ? [event.step] : []))
const ends = () => domain.seen.filter(({ type }) => type === 'session_ended')
const INVALIDATED = { to: 'expired', endReason: 'invalidated' } as const

describe('a callback', () => {
  it('goes through the steps of the funnel in their order', async () => {
    await begin()
    await complete(await consentAs(LIN))
    await domain.auth.showCard.due()
    expect(steps()).toEqual([
      'session_created',
      'card_sent',
      'link_opened',
      'consent_redirected',
      'callback_received',
      'code_exchanged',
      'token_stored',
      'card_updated',
    ])
    expect(ends()).toHaveLength(1)
  })

  it('of the person whose tenant is known already completes the session', async () => {
    await begin()
    await domain.store.sessions.noteTenant(sessionId, LIN.tenantKey)
    expect(await complete(await consentAs(LIN))).toMatchObject({ kind: 'completed' })
  })

  it('with another error than a denial is trouble of Feishu, and the card asks again', async () => {
    await begin()
    expect(await complete(await refusal('server_error'))).toMatchObject({
      kind: 'failed',
      reason: 'upstream_5xx',
      session: { state: 'pending', card: { wants: 'asking_again:feishu_trouble' } },
    })
    expect(reasons()).toEqual(['upstream_5xx'])
  })

  it('spends no code for a session that was withdrawn a moment before', async () => {
    await begin(({ sessions }) => ({
      async hold(id, until, now) {
        await sessions.move(id, INVALIDATED, now)
        return sessions.hold(id, until, now)
      },
    }))
    expect(await complete(await consentAs(LIN))).toMatchObject({
      kind: 'already_ended',
      session: { state: 'expired', endReason: 'invalidated' },
    })
    expect(domain.oauth.exchanges).toBe(0)
  })

  it('denies nothing that has ended a moment before', async () => {
    await begin(({ sessions }) => ({
      async move(id, move, now) {
        if (move.to === 'rejected') await sessions.move(id, INVALIDATED, now)
        return sessions.move(id, move, now)
      },
    }))
    expect(await complete(await refusal('access_denied'))).toMatchObject({
      kind: 'already_ended',
      session: { state: 'expired' },
    })
    expect(ends()).toEqual([])
  })

  it('tells how a session ended that ran out and was withdrawn at the same time', async () => {
    await begin(({ sessions }) => ({
      async move(id, move, now) {
        await sessions.move(id, INVALIDATED, now)
        return sessions.move(id, move, now)
      },
    }))
    const callback = await consentAs(LIN)
    domain.clock.advance(600_000)
    expect(await complete(callback)).toMatchObject({
      kind: 'already_ended',
      session: { endReason: 'invalidated' },
    })
  })

  it('keeps its failure to itself when another one has completed the session', async () => {
    await begin()
    domain.oauth.beforeAnswer = async () => {
      const move = { to: 'completed', grantedScopes: [], tenantKey: null } as const
      await domain.store.sessions.move(sessionId, move, domain.clock.now())
      throw new FeishuUnavailableError('upstream_timeout')
    }
    expect(await complete(await consentAs(LIN))).toMatchObject({
      kind: 'already_ended',
      session: { state: 'completed' },
    })
    expect(reasons()).toEqual([])
  })

  it('gives its token back when a newer consent is there', async () => {
    await begin(undefined, { save: async () => null })
    expect(await complete(await consentAs(LIN))).toMatchObject({ kind: 'already_ended' })
    await domain.background.drain()
    expect(domain.oauth.revoked).toHaveLength(1)
  })

  it('of a fifth stranger ends the session, and that is told once', async () => {
    await begin()
    for (let stranger = 1; stranger <= 4; stranger++) {
      expect(await complete(await consentAs(ALEX))).toMatchObject({ session: { state: 'pending' } })
    }
    expect(ends()).toEqual([])
    expect(await complete(await consentAs(ALEX))).toMatchObject({
      kind: 'failed',
      reason: 'identity_mismatch',
      session: { state: 'expired' },
    })
    expect(ends()).toHaveLength(1)
    expect(reasons()).toEqual(Array(5).fill('identity_mismatch'))
  })
})
