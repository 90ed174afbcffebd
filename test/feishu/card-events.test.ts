import { describe, expect, it } from 'vitest'
import type { AnswerCardClick, CardClick, ClickAnswer } from '../../src/auth/answer-card-click.ts'
import type { SeenEventStore } from '../../src/auth/ports.ts'
import { isCardAuthClick } from '../../src/feishu/card-click-event.ts'
import { type ClickObserver, createCardActionHandler } from '../../src/feishu/card-events.ts'
import { botEventHandlers, serviceEventHandlers } from '../../src/feishu/event-handlers.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { appAt, createFeishuBench, STUB_APP, sessionOf } from './feishu-bench.ts'
import { createSeenEvents } from './seen-events.ts'

const APP = appAt('https://open.example.com', STUB_APP)
const PERSON = 'ou_7d8a6e6df7621556ce0d21922b676706'

/** The event as the SDK hands it on: header and event in one object. */
function tap(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schema: '2.0',
    event_id: 'event-1',
    event_type: 'card.action.trigger',
    token: 'c-canary-update-token',
    tenant_key: 'tenant-1',
    app_id: APP.appId,
    operator: { open_id: PERSON, tenant_key: 'tenant-1', union_id: 'on_1' },
    action: { tag: 'button', value: { action: 'decline', session: 'ses_1' } },
    context: { open_message_id: 'om_1', open_chat_id: 'oc_1' },
    ...changes,
  }
}

function setUp(answer?: AnswerCardClick, seenEvents: SeenEventStore = createSeenEvents()) {
  const feishu = createFeishuBench()
  const clock = createFakeClock()
  const clicks: CardClick[] = []
  const outcomes: Parameters<ClickObserver>[0][] = []
  const declined: ClickAnswer = {
    toast: 'declined',
    session: sessionOf(APP, PERSON, 'rejected'),
    authorizeLink: 'https://auth.example.com/',
  }
  const handler = createCardActionHandler({
    apps: [APP],
    appName: () => 'Weekly Bot',
    answerCardClick: async (click) => {
      clicks.push(click)
      return answer ? answer(click) : declined
    },
    seenEvents,
    clock,
    log: feishu.log,
    observeClick: (click) => outcomes.push(click),
  })
  return { handler, clicks, clock, feishu, seenEvents, outcomes }
}

describe('a tap on a card', () => {
  it('is answered with a note in three languages and the card redrawn', async () => {
    const { handler, clicks } = setUp()
    expect(await handler(tap())).toMatchObject({
      toast: {
        type: 'info',
        i18n: { zh_cn: expect.any(String), en_us: expect.any(String), ja_jp: expect.any(String) },
      },
      card: { type: 'raw', data: { schema: '2.0', header: { template: 'grey' } } },
    })
    expect(clicks).toEqual([
      {
        action: 'decline',
        sessionId: 'ses_1',
        openId: PERSON,
        tenantKey: 'tenant-1',
        messageId: 'om_1',
        timeZone: null,
      },
    ])
  })

  it('is read from the raw envelope as well', async () => {
    const { handler, clicks } = setUp()
    const { event_id, app_id, tenant_key, operator, action, context } = tap()
    await handler({
      schema: '2.0',
      header: { event_id, app_id, tenant_key, event_type: 'card.action.trigger' },
      event: { operator, action, context },
    })
    expect(clicks).toMatchObject([{ action: 'decline', openId: PERSON, messageId: 'om_1' }])
  })

  it.each([
    ['Asia/Tokyo', 'Asia/Tokyo'],
    ['Mars/Olympus', null],
    ['', null],
    ['A'.repeat(65), null],
    [['Asia/Tokyo'], null],
    [undefined, null],
  ])('tells the time zone of the tapper, where it is one: %j', async (timezone, timeZone) => {
    const { handler, clicks } = setUp()
    const value = { action: 'decline', session: 'ses_1' }
    await handler(tap({ action: { tag: 'button', value, timezone } }))
    expect(clicks).toMatchObject([{ timeZone }])
  })

  it('leaves the card as it is when the domain says so', async () => {
    const { handler } = setUp(async () => ({
      toast: 'not_for_you',
      session: null,
      authorizeLink: null,
    }))
    const answer = await handler(tap())
    expect(answer.toast).toBeDefined()
    expect(answer).not.toHaveProperty('card')
  })

  it.each([
    null,
    'text',
    [],
    {},
    tap({ action: { value: 'a string' } }),
    tap({ action: { value: { action: 'approve', session: 'ses_1' } } }),
    tap({ operator: {} }),
    tap({ operator: null, action: null, context: null }),
  ])('of unknown shape is logged and answered with nothing: %j', async (payload) => {
    const { handler, clicks, feishu } = setUp()
    expect(await handler(payload)).toEqual({})
    expect(clicks).toEqual([])
    expect(feishu.linesOf('card_click_unknown')).toHaveLength(1)
    expect(feishu.everything()).not.toContain('canary')
  })

  it('is told from taps on a bot’s own cards', () => {
    expect(isCardAuthClick(tap())).toBe(true)
    expect(isCardAuthClick(tap({ action: { value: { my: 'button' } } }))).toBe(false)
  })

  it('never fails, whatever the domain throws', async () => {
    const { handler, feishu } = setUp(async () => {
      throw new Error('database is down: postgres://canary')
    })
    expect(await handler(tap())).toMatchObject({ toast: { type: 'error' } })
    expect(feishu.linesOf('card_click_failed')).toMatchObject([{ level: 'error' }])
    expect(feishu.everything()).not.toContain('canary')
  })

  it('never fails when the store of events is down', async () => {
    const { handler, clicks } = setUp(undefined, {
      markSeen: async () => {
        throw new Error('down')
      },
      deleteSeenBefore: async () => 0,
    })
    expect(await handler(tap())).toMatchObject({ toast: { type: 'error' } })
    expect(clicks).toEqual([])
  })
})

describe('what is told of a tap', () => {
  it('is its answer, once, and that it came again', async () => {
    const { handler, feishu, outcomes } = setUp()
    await handler(tap())
    await handler(tap())
    const facts = { event_id: 'event-1', session_id: 'ses_1', action: 'decline' }
    expect(feishu.linesOf('card_click_answered')).toMatchObject([
      { level: 'info', fields: { ...facts, answer: 'declined' } },
    ])
    expect(feishu.linesOf('card_click_duplicate')).toHaveLength(1)
    expect(outcomes).toMatchObject([
      { appId: APP.appId, outcome: 'declined' },
      { appId: APP.appId, outcome: 'duplicate' },
    ])
  })

  it('is a warning when somebody else tapped', async () => {
    const { handler, feishu, outcomes } = setUp(async () => ({
      toast: 'not_for_you',
      session: null,
      authorizeLink: null,
    }))
    await handler(tap())
    expect(feishu.linesOf('card_click_answered')).toMatchObject([{ level: 'warn' }])
    expect(outcomes).toMatchObject([{ appId: APP.appId, outcome: 'not_for_you' }])
  })

  it('is its shape alone when it cannot be read', async () => {
    const { handler, feishu, outcomes } = setUp()
    await handler({ header: { event_id: 'event-9' }, event: { action: 'x', token: 'c-secret' } })
    expect(feishu.linesOf('card_click_unknown')).toMatchObject([
      { level: 'warn', fields: { event_id: 'event-9', fields: ['header', 'event'] } },
    ])
    expect(outcomes).toMatchObject([{ appId: null, action: null, outcome: 'unreadable' }])
  })
})

describe('the deadline', () => {
  it('is kept with a friendly note while the work goes on', async () => {
    let finish: () => void = () => undefined
    const working = new Promise<void>((resolve) => {
      finish = resolve
    })
    let done = false
    const { handler, clock, feishu } = setUp(async () => {
      await working
      done = true
      return { toast: 'declined', session: null, authorizeLink: null }
    })
    const answer = handler(tap())
    await clock.untilSomebodySleeps()
    clock.advance(2000)
    expect(await answer).toMatchObject({ toast: { type: 'info' } })
    expect(feishu.linesOf('card_click_slow')).toHaveLength(1)
    expect(done).toBe(false)
    finish()
    await expect.poll(() => done).toBe(true)
  })

  it('is not spoken of when the answer was in time', async () => {
    const { handler, clock, feishu } = setUp()
    await handler(tap())
    clock.advance(10_000)
    expect(feishu.lines.map(({ event }) => event)).toEqual(['card_click_answered'])
  })
})

describe('a doubled event', () => {
  it('acts once and gets the same answer', async () => {
    const { handler, clicks, feishu } = setUp()
    const [first, second] = await Promise.all([handler(tap()), handler(tap())])
    expect(second).toEqual(first)
    expect(clicks).toHaveLength(1)
    expect(feishu.linesOf('card_click_duplicate')).toHaveLength(1)
  })

  it('that another instance has taken is answered as the session now is, and moves nothing', async () => {
    const seenEvents = createSeenEvents()
    const one = setUp(undefined, seenEvents)
    const other = setUp(undefined, seenEvents)
    await one.handler(tap())
    const again = await other.handler(tap())
    expect(again).toMatchObject({ toast: {}, card: {} })
    expect(one.clicks).toMatchObject([{ action: 'decline' }])
    expect(one.clicks[0]?.isDoubled).toBeUndefined()
    expect(other.clicks).toMatchObject([{ action: 'decline', isDoubled: true }])
  })

  it('is another tap when the event is another', async () => {
    const { handler, clicks } = setUp()
    await handler(tap())
    await handler(tap({ event_id: 'event-2' }))
    expect(clicks).toHaveLength(2)
  })

  it('is remembered within bounds', async () => {
    const { handler, clicks } = setUp()
    for (let i = 0; i <= 1000; i += 1) await handler(tap({ event_id: `event-${i}` }))
    await handler(tap({ event_id: 'event-0' }))
    // Forgotten here, the store still knows it.
    expect(clicks.at(-1)).toMatchObject({ action: 'decline', isDoubled: true })
  })
})

describe('the handlers for a dispatcher', () => {
  it('are one for a bot, and all common events for our own', async () => {
    const { handler } = setUp()
    expect(Object.keys(botEventHandlers(handler))).toEqual(['card.action.trigger'])
    const own = serviceEventHandlers(handler)
    expect(Object.keys(own)).toContain('im.message.receive_v1')
    expect(await own['im.message.receive_v1']?.({})).toEqual({})
    expect(await own['card.action.trigger']?.(tap())).toMatchObject({ toast: {} })
  })
})
