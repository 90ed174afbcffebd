import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  AppMisconfiguredError,
  CardGoneError,
  FeishuUnavailableError,
  PersonUnreachableError,
} from '../../src/errors.ts'
import { insertSession } from '../store/contract/samples.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const rateLimited = () => new FeishuUnavailableError('rate_limited', { retryAfterSeconds: 90 })
const misconfigured = () => new AppMisconfiguredError('bad_client', 'The secret is wrong.')

describe('the work on a card', () => {
  let domain: Domain
  let sessionId: string
  beforeEach(async () => {
    domain = await createDomain()
    sessionId = (await domain.auth.requestAuthorization({ openId: LIN.openId })).session.id
  })
  afterEach(() => domain.close())

  const worked = () =>
    domain.seen.flatMap((event) =>
      event.type === 'card_worked_on' ? [[event.look, event.outcome]] : [],
    )

  it('is told when it was done', async () => {
    await domain.auth.invalidateSession(sessionId)
    await domain.auth.showCard.due()
    expect(worked()).toEqual([
      ['asking', 'ok'],
      ['expired', 'ok'],
    ])
    expect(domain.seen).toContainEqual({ type: 'stage_ended', stage: 'card_update', seconds: 0 })
  })

  it.each([
    ['retried', new FeishuUnavailableError('upstream_5xx'), 5],
    ['rate_limited', rateLimited(), 90],
    ['failed', misconfigured(), 30],
    ['failed', new TypeError('a bug'), 2],
    ['gone', new CardGoneError(), null],
  ] as const)('is told when it %s, and done again in its time', async (outcome, error, seconds) => {
    await domain.auth.invalidateSession(sessionId)
    domain.messenger.failures.push(error)
    await domain.auth.showCard.due()
    expect(worked()).toEqual([
      ['asking', 'ok'],
      ['expired', outcome],
    ])
    const { card } = await domain.auth.readSession(sessionId)
    const left = card.dueAt && (card.dueAt.getTime() - domain.clock.now().getTime()) / 1000
    expect(left).toBe(seconds)
  })

  it('is done again later and later, every five minutes in the end', async () => {
    await domain.auth.invalidateSession(sessionId)
    const waits: number[] = []
    for (let time = 0; time < 10; time++) {
      domain.messenger.failures.push(new TypeError('a bug'))
      expect(await domain.auth.showCard.due()).toBe(1)
      const { card } = await domain.auth.readSession(sessionId)
      const wait = (card.dueAt?.getTime() ?? 0) - domain.clock.now().getTime()
      waits.push(wait / 1000)
      domain.clock.advance(wait)
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
  })

  it('is left alone after the end where the person is out of reach: nothing is withdrawn', async () => {
    await domain.auth.invalidateSession(sessionId)
    domain.messenger.failures.push(new PersonUnreachableError(LIN.openId))
    await domain.auth.showCard.due()
    expect(worked().at(-1)).toEqual(['expired', 'failed'])
    expect(domain.seen.filter(({ type }) => type === 'attempt_failed')).toEqual([])
    expect(domain.seen.filter(({ type }) => type === 'session_ended')).toHaveLength(1)
    expect((await domain.auth.readSession(sessionId)).card.dueAt).toBeNull()
  })

  it('withdraws nothing that has ended while the card was on its way', async () => {
    domain.messenger.sendCard = async ({ id, openId }) => {
      await domain.auth.invalidateSession(id)
      throw new PersonUnreachableError(openId)
    }
    const asking = domain.auth.requestAuthorization({ openId: 'ou_far' })
    await expect(asking).rejects.toBeInstanceOf(PersonUnreachableError)
    expect(domain.seen.filter(({ type }) => type === 'session_ended')).toHaveLength(1)
  })

  it('leads to the consent while the card asks, and is done without its ticket afterwards', async () => {
    const [asking] = domain.messenger.cards.values()
    expect(asking?.link).toMatch(/^https:\/\/bot\.example\/auth-bot\/auth\/./)
    const ended = await insertSession(domain.store, {
      ...{ appId: APP.appId, state: 'expired', endReason: 'timed_out' },
      sealedTicket: 'sealed with a key that is lost',
      card: {
        ...{ messageId: 'om_ended', shows: 'asking', wants: 'expired', wantsSince: null },
        ...{ dueAt: domain.clock.now(), attempts: 0 },
      },
    })
    await domain.auth.showCard.due()
    expect(domain.messenger.cards.get('om_ended')).toEqual({
      look: 'expired',
      sessionId: ended.id,
      link: 'https://bot.example/auth-bot/',
    })
  })

  it('is done by nobody else while it takes long', async () => {
    await domain.auth.invalidateSession(sessionId)
    const answers: (() => void)[] = []
    domain.messenger.updateCard = () => new Promise((resolve) => answers.push(resolve))
    const working = domain.auth.showCard.one(sessionId)
    await expect.poll(() => answers.length).toBe(1)
    domain.clock.advance(14_999)
    expect(await domain.auth.showCard.due()).toBe(0)
    answers[0]?.()
    await working
    expect((await domain.auth.readSession(sessionId)).card.shows).toBe('expired')
  })

  it('is left to the next run where another took it over meanwhile: either may show', async () => {
    await domain.auth.invalidateSession(sessionId)
    const answers: (() => void)[] = []
    domain.messenger.updateCard = () => new Promise((resolve) => answers.push(resolve))
    const slow = domain.auth.showCard.one(sessionId)
    await expect.poll(() => answers.length).toBe(1)
    domain.clock.advance(15_000)
    const second = domain.auth.showCard.one(sessionId)
    await expect.poll(() => answers.length).toBe(2)
    answers[0]?.()
    await slow
    expect((await domain.auth.readSession(sessionId)).card.dueAt).not.toBeNull()
    answers[1]?.()
    await second
    expect((await domain.auth.readSession(sessionId)).card.dueAt).toBeNull()
  })

  it('is done a batch at a time until none is left, unless the process is closing', async () => {
    for (let person = 0; person < 45; person++) {
      const { session } = await domain.auth.requestAuthorization({ openId: `ou_${person}` })
      await domain.auth.invalidateSession(session.id)
    }
    expect(await domain.auth.showCard.due(AbortSignal.abort())).toBe(20)
    expect(await domain.auth.showCard.due()).toBe(25)
  })

  it('withdraws a request whose card can reach nobody, and tells why', async () => {
    domain.messenger.failures.push(new PersonUnreachableError('ou_far'))
    const asking = domain.auth.requestAuthorization({ openId: 'ou_far' })
    await expect(asking).rejects.toBeInstanceOf(PersonUnreachableError)
    const session = expect.objectContaining({ openId: 'ou_far' })
    expect(domain.seen).toContainEqual(
      expect.objectContaining({ type: 'attempt_failed', session, reason: 'card_undeliverable' }),
    )
    expect(domain.seen).toContainEqual({
      type: 'session_ended',
      session: expect.objectContaining({ openId: 'ou_far', endReason: 'invalidated' }),
    })
    expect(await domain.auth.showCard.due()).toBe(0)
  })

  it('is none for a request that ended before its card went out', async () => {
    domain.messenger.failures.push(new FeishuUnavailableError('upstream_5xx'))
    const asking = domain.auth.requestAuthorization({ openId: 'ou_far' })
    await expect(asking).rejects.toBeInstanceOf(FeishuUnavailableError)
    domain.clock.advance(601_000)
    await domain.auth.sweep.sessions()
    await domain.auth.showCard.due()
    expect([...domain.messenger.cards.values()].map((card) => card.sessionId)).toEqual([sessionId])
  })

  describe('that should go out for the first time', () => {
    const failed = () =>
      domain.seen.flatMap((event) => (event.type === 'attempt_failed' ? [event.reason] : []))
    const botOff = () => new AppMisconfiguredError('card_undeliverable', 'The bot is off.')
    const trouble = () => new FeishuUnavailableError('upstream_5xx')

    /** Asks for a card that fails with these errors, one try each. */
    async function fail(...errors: Error[]): Promise<string> {
      domain.messenger.failures.push(...errors)
      const asking = domain.auth.requestAuthorization({ openId: 'ou_far' })
      await expect(asking).rejects.toBe(errors[0])
      for (const _again of errors.slice(1)) {
        domain.clock.advance(60_000)
        await domain.auth.showCard.due()
      }
      const [session] = await domain.store.sessions.list({ openId: 'ou_far', limit: 1 })
      return session?.id ?? ''
    }

    it('is told once for each fault of the app, however often it is tried', async () => {
      const error = botOff()
      const id = await fail(error, botOff(), misconfigured(), misconfigured())
      expect(failed()).toEqual(['card_undeliverable', 'bad_client'])
      const session = expect.objectContaining({ id })
      expect(domain.seen).toContainEqual({
        ...{ type: 'attempt_failed', session, reason: 'card_undeliverable' },
        error,
      })
      expect((await domain.auth.readSession(id)).lastFailure?.reason).toBe('bad_client')
    })

    it('does not look as if the person had tried before', async () => {
      const id = await fail(botOff())
      domain.clock.advance(60_000)
      await domain.auth.showCard.due()
      expect((await domain.auth.readSession(id)).card.shows).toBe('asking')
    })

    it('tells of no trouble that passes, but keeps it with the session', async () => {
      const id = await fail(trouble(), rateLimited())
      expect(failed()).toEqual([])
      expect((await domain.auth.readSession(id)).lastFailure?.reason).toBe('rate_limited')
    })

    it('remembers a fault of the app through trouble that passes', async () => {
      const id = await fail(botOff(), trouble(), botOff())
      expect(failed()).toEqual(['card_undeliverable'])
      expect((await domain.auth.readSession(id)).lastFailure?.reason).toBe('card_undeliverable')
    })

    it('tells of no fault once it has gone out', async () => {
      await domain.auth.invalidateSession(sessionId)
      domain.messenger.failures.push(botOff())
      await domain.auth.showCard.due()
      expect(failed()).toEqual([])
      expect((await domain.auth.readSession(sessionId)).lastFailure).toBeNull()
    })
  })
})
