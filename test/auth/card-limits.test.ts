import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CardLimits } from '../../src/auth/card-limits.ts'
import type { AuthSession } from '../../src/auth/session.ts'
import { TooManyCardsError } from '../../src/errors.ts'
import { ALEX, APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const CHAT = 'oc_team'

let domain: Domain
let apiKey: string | null
const begin = async (cardLimits: Partial<CardLimits> = {}) => {
  await domain?.close()
  apiKey = null
  domain = await createDomain({ cardLimits, apiKey: () => apiKey })
}
beforeEach(() => begin())
afterEach(() => domain.close())

const ask = async (extra: { openId?: string; scopes?: string[]; chatId?: string } = {}) =>
  (await domain.auth.requestAuthorization({ openId: LIN.openId, ...extra })).session

const refusalOf = async (asking: Promise<unknown>): Promise<TooManyCardsError> => {
  const error = await asking.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof TooManyCardsError)) throw new Error(`it was not refused: ${error}`)
  return error
}

const tap = (session: AuthSession, action: 'decline' | 'send_again') =>
  domain.auth.answerCardClick({
    action,
    sessionId: session.id,
    openId: session.openId,
    tenantKey: null,
    messageId: null,
  })

const declined = async (extra?: Parameters<typeof ask>[0]) => {
  const session = await ask(extra)
  await tap(session, 'decline')
  return session
}

const seconds = (count: number) => domain.clock.advance(count * 1000)

describe('the cool-down after a card that was not wanted', () => {
  it('holds a program back for half a minute after a decline, and says for how long', async () => {
    await declined()
    const refusal = await refusalOf(ask())
    expect(refusal).toMatchObject({
      code: 'too_many_cards',
      reason: 'cool_down',
      retryAfterSeconds: 30,
    })
    seconds(29)
    expect((await refusalOf(ask())).retryAfterSeconds).toBe(1)
    expect(domain.messenger.sends).toBe(1)
    seconds(1)
    await ask()
    expect(domain.messenger.sends).toBe(2)
  })

  it('begins when a card runs out, too', async () => {
    await ask()
    seconds(601)
    expect(await refusalOf(ask())).toMatchObject({ reason: 'cool_down', retryAfterSeconds: 30 })
  })

  it('does not begin with a card that never went out', async () => {
    domain.messenger.failures.push(...Array.from({ length: 100 }, () => new Error('away')))
    await expect(ask()).rejects.toThrow('away')
    seconds(601)
    domain.messenger.failures.length = 0
    expect((await ask()).state).toBe('pending')
    expect(domain.messenger.sends).toBe(1)
  })

  it('doubles with every card in a row, up to an hour', async () => {
    const pauses: number[] = []
    for (let card = 0; card < 9; card++) {
      await declined()
      const { retryAfterSeconds } = await refusalOf(ask())
      pauses.push(retryAfterSeconds)
      seconds(retryAfterSeconds)
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600])
  })

  it('is as long where fewer cards are allowed within an hour, and the longer wait is told', async () => {
    await begin({ perPerson: 4 })
    const pauses: [string, number][] = []
    for (let card = 0; card < 8; card++) {
      await declined()
      const { reason, retryAfterSeconds } = await refusalOf(ask())
      pauses.push([reason, retryAfterSeconds])
      seconds(retryAfterSeconds)
    }
    expect(pauses).toEqual([
      ['cool_down', 30],
      ['cool_down', 60],
      ['cool_down', 120],
      ['person', 3390],
      ['cool_down', 480],
      ['cool_down', 960],
      ['cool_down', 1920],
      ['cool_down', 3600],
    ])
  })

  it('is over once they have agreed', async () => {
    const no = await declined()
    seconds(1)
    await tap(no, 'send_again')
    const session = await ask()
    await domain.agree(session.id)
    expect((await domain.auth.readSession(session.id)).state).toBe('completed')
    await ask()
  })

  it('begins anew with the first card that is not wanted after one that was', async () => {
    const agree = async (session: AuthSession) => {
      await domain.agree(session.id)
    }
    for (let card = 0; card < 2; card++) {
      await declined()
      seconds(60)
    }
    await agree(await ask())
    seconds(1)
    await declined()
    expect((await refusalOf(ask())).retryAfterSeconds).toBe(30)
  })

  it('is counted from when they declined, not from when the card would have run out', async () => {
    const session = await ask()
    seconds(500)
    await tap(session, 'decline')
    seconds(29)
    await refusalOf(ask())
    seconds(1)
    await ask()
  })

  it('may be none at all', async () => {
    await begin({ coolDownSeconds: 0 })
    await declined()
    expect((await ask()).state).toBe('pending')
  })

  it('is about the same question: what they were not asked may be asked', async () => {
    await declined({ scopes: ['calendar:read', 'docs:read'] })
    await refusalOf(ask({ scopes: ['docs:read'] }))
    await ask({ scopes: ['docs:read', 'mail:read'] })
  })

  it('does not follow a request that was withdrawn or replaced', async () => {
    const session = await ask()
    await domain.auth.invalidateSession(session.id)
    await ask({ scopes: ['a'] })
    await ask({ scopes: ['b'] })
    expect(domain.messenger.sends).toBe(3)
  })

  it('never stops the person: their own button sends a card at once', async () => {
    const session = await declined()
    expect(await tap(session, 'send_again')).toMatchObject({ toast: 'sent_again' })
    await domain.background.drain()
    expect(domain.messenger.sends).toBe(2)
  })

  it('lets a caller join what waits already', async () => {
    const session = await declined()
    await tap(session, 'send_again')
    expect((await ask()).state).toBe('pending')
  })
})

describe('the cap on cards', () => {
  it('is ten for a person within an hour, however they are asked', async () => {
    for (let card = 0; card < 10; card++) {
      await domain.auth.invalidateSession((await ask({ scopes: [`scope:${card}`] })).id)
      seconds(60)
    }
    expect(await refusalOf(ask())).toMatchObject({ reason: 'person', retryAfterSeconds: 3000 })
    expect(domain.messenger.sends).toBe(10)
    await ask({ openId: ALEX.openId })
    seconds(3000)
    await ask()
  })

  it('leaves the pending card alone when a wider one would be too many', async () => {
    await begin({ perPerson: 1 })
    const session = await ask({ scopes: ['a'] })
    await refusalOf(ask({ scopes: ['b'] }))
    expect(await domain.auth.readSession(session.id)).toMatchObject({ state: 'pending' })
    expect((await ask({ scopes: ['a'] })).id).toBe(session.id)
  })

  it("holds for the person's own button as well, on the card and on the page", async () => {
    await begin({ perPerson: 1 })
    const session = await declined()
    expect(await tap(session, 'send_again')).toEqual({
      toast: 'too_many_cards',
      session: null,
      authorizeLink: null,
    })
    const ticket = domain.auth.tickets.link(session).split('/').at(-1)
    await refusalOf(domain.auth.sendAgain(ticket))
    expect(domain.messenger.sends).toBe(1)
  })

  it('counts a group over all its people', async () => {
    await begin({ perChat: 3 })
    for (const name of ['a', 'b', 'c']) await ask({ openId: `ou_${name}`, chatId: CHAT })
    const refusal = await refusalOf(ask({ openId: 'ou_d', chatId: CHAT }))
    expect(refusal).toMatchObject({ reason: 'chat', retryAfterSeconds: 3600 })
    await ask({ openId: 'ou_d', chatId: 'oc_other' })
    await ask({ openId: 'ou_e' })
  })

  it('counts what was sent to a person in a group as well, and the other way round', async () => {
    await begin({ perPerson: 2, perChat: 1 })
    await ask({ scopes: ['a'], chatId: CHAT })
    await ask({ scopes: ['b'] })
    expect((await refusalOf(ask({ scopes: ['c'] }))).reason).toBe('person')
    expect((await refusalOf(ask({ openId: ALEX.openId, chatId: CHAT }))).reason).toBe('chat')
  })

  it('tells of the one that lasts longest', async () => {
    await begin({ perPerson: 1, perChat: 1 })
    await ask({ openId: ALEX.openId, chatId: CHAT })
    seconds(600)
    await ask()
    // The person's own cap ends after the group's.
    const refusal = await refusalOf(ask({ scopes: ['a'], chatId: CHAT }))
    expect(refusal).toMatchObject({ reason: 'person', retryAfterSeconds: 3600 })
    seconds(3000)
    expect(await refusalOf(ask({ scopes: ['a'], chatId: CHAT }))).toMatchObject({
      reason: 'person',
      retryAfterSeconds: 600,
    })
  })

  it('sends one card for fifty callers at once, though it would be the last', async () => {
    await begin({ perPerson: 1 })
    const all = await Promise.all(Array.from({ length: 50 }, () => ask({ scopes: ['a'] })))
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
    expect(domain.messenger.sends).toBe(1)
  })
})

describe('the budget of an API key', () => {
  const askAs = (key: string | null, openId: string, scopes?: string[]) => {
    apiKey = key
    return ask({ openId, ...(scopes && { scopes }) })
  }

  it('lets it ask so many people within a minute, and says when the next one is free', async () => {
    await begin({ perKey: 3 })
    for (const second of [0, 10, 20]) {
      await askAs('bot', `ou_${second}`)
      seconds(10)
    }
    expect(await refusalOf(askAs('bot', 'ou_next'))).toMatchObject({
      reason: 'key',
      retryAfterSeconds: 30,
    })
    seconds(30)
    await askAs('bot', 'ou_next')
    expect(await refusalOf(askAs('bot', 'ou_other'))).toMatchObject({ retryAfterSeconds: 10 })
  })

  it('is not touched by a card that is joined, nor by one that is refused anyway', async () => {
    await begin({ perKey: 2, perPerson: 1 })
    await askAs('bot', 'ou_one')
    for (let round = 0; round < 3; round++) {
      await askAs('bot', 'ou_one')
      const refusal = await refusalOf(askAs('bot', 'ou_one', ['task:task:write']))
      expect(refusal.reason).toBe('person')
    }
    await askAs('bot', 'ou_two')
    expect((await refusalOf(askAs('bot', 'ou_three'))).reason).toBe('key')
  })

  it('is its own in every app', async () => {
    await domain.close()
    const apps = [APP, { ...APP, appId: 'cli_other' }]
    domain = await createDomain({ apps, cardLimits: { perKey: 1 }, apiKey: () => 'bot' })
    const askIn = (appId: string, openId: string) =>
      domain.auth.requestAuthorization({ appId, openId })
    await askIn(APP.appId, 'ou_one')
    await askIn('cli_other', 'ou_one')
    expect((await refusalOf(askIn('cli_other', 'ou_two'))).reason).toBe('key')
  })

  it('is its own: other keys, the library and people have theirs', async () => {
    await begin({ perKey: 1, coolDownSeconds: 0 })
    const session = await askAs('bot', 'ou_one')
    expect((await refusalOf(askAs('bot', 'ou_two'))).reason).toBe('key')
    await askAs('other', 'ou_two')
    for (const openId of ['ou_three', 'ou_four']) await askAs(null, openId)
    apiKey = 'bot'
    await tap(session, 'decline')
    await tap(session, 'send_again')
    expect(domain.messenger.sends).toBe(5)
  })
})
