import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StoreUnavailableError } from '../../src/errors.ts'
import { APP, createDomain, type Domain, LIN } from '../support/domain.ts'

const DAY = 86_400_000
const YEAR = 365 * DAY
const KEY = { appId: APP.appId, openId: LIN.openId }

describe('somebody who cannot be asked ahead of time now', () => {
  let domain: Domain
  let trouble: Error | null
  beforeEach(async () => {
    trouble = null
    domain = await createDomain({
      ahead: { days: 7, quiet: { span: { from: 0, to: 0 }, timeZone: 'UTC' } },
      cardLimits: { perPerson: 1 },
      store: (real) => ({
        ...real,
        sessions: {
          ...real.sessions,
          async insert(session) {
            if (trouble) throw trouble
            return real.sessions.insert(session)
          },
        },
      }),
    })
    domain.oauth.reply = { refreshTokenExpiresIn: YEAR / 1000 }
    const { session } = await domain.auth.requestAuthorization(KEY)
    await domain.agree(session.id)
    await domain.store.upkeeps.adopt(domain.clock.now(), 9)
  })
  afterEach(() => domain.close())

  const due = () => domain.auth.askAhead.due()
  const askForMore = async () =>
    (await domain.auth.requestAuthorization({ ...KEY, scopes: ['mail:read'] })).session.id

  it('because they have had cards enough is asked an hour later', async () => {
    domain.clock.advance(YEAR - 6 * DAY)
    await domain.auth.invalidateSession(await askForMore())
    expect(await due()).toEqual({ asked: 0 })
    domain.clock.advance(DAY / 24)
    expect(await due()).toEqual({ asked: 1 })
    expect(await due()).toEqual({ asked: 0 })
  })

  it('because the database is away is asked when it is back', async () => {
    domain.clock.advance(YEAR - 6 * DAY)
    trouble = new StoreUnavailableError('sessions.insert', new Error('away'))
    await expect(due()).rejects.toBe(trouble)
    trouble = null
    expect(await due()).toEqual({ asked: 1 })
  })

  it('because they have said no is asked a week later', async () => {
    domain.clock.advance(YEAR - 10 * DAY)
    const sessionId = await askForMore()
    const click = { tenantKey: null, messageId: null, sessionId, ...KEY }
    await domain.auth.answerCardClick({ ...click, action: 'decline' })
    domain.clock.advance(7 * DAY - 1)
    expect(await due()).toEqual({ asked: 0 })
    domain.clock.advance(1)
    expect(await due()).toEqual({ asked: 1 })
  })
})
