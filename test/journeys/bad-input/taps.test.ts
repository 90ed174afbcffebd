import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ButtonChoice } from '../../../src/emulator/index.ts'
import type { SessionJson } from '../../support/service.ts'
import { eventually, headingOf, openScene, type Scene, type Watch } from './scene.ts'

const GROUP = 'oc_a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0'

let scene: Scene
let watch: Watch
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.close())
beforeEach(async () => {
  watch = await scene.watch()
})

const clicks = (outcome: string) => watch.moved('lark_service_card_clicks_total', { outcome })

describe('a tap by someone else than the person asked', () => {
  it.each([{ text: 'Not now' }, 'decline', 'send_again', 'check_again'] as const)(
    'moves nothing, whatever they press: %j',
    async (pressed) => {
      const [target, bystander] = [scene.newcomer(), scene.newcomer()]
      const session = await scene.service.ask(target, { chat_id: GROUP })
      const before = cardAt(session)
      const button =
        typeof pressed === 'string'
          ? { value: { action: pressed, session: session.session_id } }
          : pressed
      const answer = await tap(session, bystander, button)
      expect(answer).toMatchObject({
        toast: {
          type: 'warning',
          i18n: { en_us: 'This request is for someone else.', zh_cn: '这个请求是发给别人的。' },
        },
      })
      expect(answer).not.toHaveProperty('card')
      expect(cardAt(session)).toEqual(before)
      expect(watch.warnings()).toMatchObject([
        {
          event: 'card_click_answered',
          answer: 'not_for_you',
          session_id: session.session_id,
          event_id: expect.stringMatching(/\w{8,}/),
        },
      ])
      expect(await clicks('not_for_you')).toBe(1)
      expect(await watch.failures()).toEqual({})
      expect(await scene.session(session.session_id)).toMatchObject({ state: 'pending' })
      const declined = await tap(session, target, { text: 'Not now' })
      expect(declined).toMatchObject({ toast: { i18n: { en_us: words('declined') } } })
    },
  )

  it('in the tenant next door moves nothing either, once the tenant is known', async () => {
    const openId = scene.newcomer()
    const session = await scene.service.ask(openId)
    await tap(session, openId, { value: { action: 'check_again', session: session.session_id } })
    watch = await scene.watch()
    scene.service.emulator.sim.setPerson({ openId, tenantKey: 'another-tenant' })
    expect(await tap(session, openId, { text: 'Not now' })).toMatchObject({
      toast: { type: 'warning' },
    })
    expect(await clicks('not_for_you')).toBe(1)
    expect(await scene.session(session.session_id)).toMatchObject({ state: 'pending' })
  })
})

describe('A10: a tap on the card of a request that has ended', () => {
  const ENDS: [string, (person: Asked) => Promise<unknown>, string, string, string][] = [
    [
      'declined',
      ({ session, openId }) => tap(session, openId, { text: 'Not now' }),
      'already_declined',
      'info',
      'grey',
    ],
    ['completed', (person) => scene.completes(person), 'already_completed', 'success', 'green'],
    ['timed out', () => scene.secondsLater(601), 'expired', 'warning', 'grey'],
    [
      'withdrawn',
      ({ session }) =>
        scene.service.api(`/v1/sessions/${session.session_id}/invalidate`, { method: 'POST' }),
      'expired',
      'warning',
      'grey',
    ],
    [
      'superseded',
      ({ openId }) => scene.service.ask(openId, { scopes: ['docx:document:readonly'] }),
      'superseded',
      'info',
      'grey',
    ],
  ]
  it.each(ENDS)('%s: says so, redraws the card and moves nothing', async (...row) => {
    const [, end, answered, type, colour] = row
    const openId = scene.newcomer()
    const session = await scene.service.ask(openId)
    await end({ openId, session })
    const ended = await eventually(async () => {
      const now = await scene.session(session.session_id)
      return now.state === 'pending' ? null : now
    })
    watch = await scene.watch()
    const decline = { value: { action: 'decline', session: session.session_id } }
    const answer = await tap(session, openId, decline)
    expect(answer).toMatchObject({ toast: { type } })
    expect(cardAt(session)).toMatchObject({ header: { template: colour } })
    expect(watch.lines().find(({ event }) => event === 'card_click_answered')).toMatchObject({
      level: 'info',
      answer: answered,
      session_id: session.session_id,
    })
    expect(watch.warnings()).toEqual([])
    expect(await clicks(answered)).toBe(1)
    expect(await watch.failures()).toEqual({})
    const { state, end_reason, ended_at } = ended
    expect(await scene.session(session.session_id)).toMatchObject({ state, end_reason, ended_at })
  })
})

describe('A11: a tap that comes twice', () => {
  it('as one event gets one answer and is one decision', async () => {
    const openId = scene.newcomer()
    const session = await scene.service.ask(openId)
    scene.service.emulator.sim.duplicateEvents({ times: 1 })
    expect(await tap(session, openId, { text: 'Not now' })).toMatchObject({
      toast: { type: 'info', i18n: { en_us: words('declined') } },
    })
    await eventually(() => watch.lines().find(({ event }) => event === 'card_click_duplicate'))
    await eventually(async () => (await clicks('duplicate')) === 1)
    expect(await clicks('declined')).toBe(1)
    expect(await watch.failures()).toEqual({ 'declined_on_card/user': 1 })
    expect(watch.lines().filter(({ event }) => event === 'session_rejected')).toHaveLength(1)
    expect(watch.warnings()).toEqual([])
  })

  it('from impatient fingers is one decision as well', async () => {
    const openId = scene.newcomer()
    const session = await scene.service.ask(openId)
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => tap(session, openId, { text: 'Not now' })),
    )
    for (const answer of answers) expect(answer).toMatchObject({ toast: { type: 'info' } })
    expect(await clicks('declined')).toBe(1)
    expect(await clicks('already_declined')).toBe(4)
    expect(await watch.failures()).toEqual({ 'declined_on_card/user': 1 })
    expect(watch.warnings()).toEqual([])
  })

  it('on Send again brings one new card', async () => {
    const openId = scene.newcomer()
    const session = await scene.service.ask(openId)
    await tap(session, openId, { text: 'Not now' })
    const again = { value: { action: 'send_again', session: session.session_id } }
    await Promise.all([tap(session, openId, again), tap(session, openId, again)])
    expect((await clicks('sent_again')) + (await clicks('already_sent'))).toBe(2)
    expect(await clicks('sent_again')).toBe(1)
    const created = watch.lines().filter(({ event }) => event === 'session_created')
    expect(created).toHaveLength(2)
    await scene.service.cardTurns(openId, 'blue')
  })
})

describe('A12: a forged card value', () => {
  it("that names someone else's request ends nothing", async () => {
    const [victim, attacker] = [scene.newcomer(), scene.newcomer()]
    const target = await scene.service.ask(victim)
    const own = await scene.service.ask(attacker)
    const forged = { value: { action: 'decline', session: target.session_id } }
    expect(await tap(own, attacker, forged)).toMatchObject({ toast: { type: 'warning' } })
    expect(await scene.session(target.session_id)).toMatchObject({ state: 'pending' })
    expect(await scene.session(own.session_id)).toMatchObject({ state: 'pending' })
    expect(watch.warnings()).toMatchObject([
      { answer: 'not_for_you', session_id: target.session_id },
    ])
  })

  it('that names no request is answered as one that is over', async () => {
    const openId = scene.newcomer()
    const session = await scene.service.ask(openId)
    const forged = { value: { action: 'decline', session: "' OR 1=1 --" } }
    const answer = await tap(session, openId, forged)
    expect(answer).toMatchObject({ toast: { type: 'warning' } })
    expect(answer).not.toHaveProperty('card')
    expect(await scene.session(session.session_id)).toMatchObject({ state: 'pending' })
    expect(await clicks('expired')).toBe(1)
  })

  it.each([
    ['an unknown action', { action: 'complete', session: 'x' }],
    ['an action that is a list', { action: ['decline'], session: 'x' }],
    ['no session', { action: 'decline' }],
    ['a session that is an object', { action: 'decline', session: { $gt: '' } }],
    ['a session of 100 KB', { action: 'decline', session: 'x'.repeat(100_000) }],
    ['nothing', {}],
  ])('with %s is no tap of ours, and said so once', async (_, value) => {
    const openId = scene.newcomer()
    const session = await scene.service.ask(openId)
    const answer = await tap(session, openId, { value })
    expect(answer).not.toHaveProperty('card')
    expect(watch.warnings()).toMatchObject([
      { event: 'card_click_unknown', event_id: expect.stringMatching(/\w{8,}/) },
    ])
    expect(JSON.stringify(watch.warnings())).not.toContain('xxx')
    expect(await clicks('unreadable')).toBe(1)
    expect(await scene.session(session.session_id)).toMatchObject({ state: 'pending' })
  })
})

describe('an event of unknown shape', () => {
  const header = (event_type: string) => ({
    event_id: `event-${event_type}`,
    event_type,
    create_time: '1700000000000',
    token: '',
    app_id: 'cli_0123456789abcdef',
    tenant_key: '2ed263bf32cf1651',
  })
  it.each([
    ['a number', 7],
    ['a text', 'hello'],
    ['null', null],
    ['a list', [1, 2]],
    ['an empty object', {}],
    ['a header alone', { schema: '2.0', header: header('card.action.trigger') }],
    ['a type nobody knows', { schema: '2.0', header: header('nobody.knows_v1'), event: {} }],
    [
      'a tap without a person',
      { schema: '2.0', header: header('card.action.trigger'), event: { action: { value: {} } } },
    ],
    [
      'a tap full of lists',
      {
        schema: '2.0',
        header: header('card.action.trigger'),
        event: { operator: [[]], action: [], context: [] },
      },
    ],
  ])('%s harms nothing: the next tap is answered', async (_, payload) => {
    // Nobody waits for an answer that may never come: frames arrive in the order they were sent.
    for (const frameType of ['event', 'card'] as const) {
      void scene.service.emulator.sim.sendRawEvent({ frameType, payload })
    }
    const openId = scene.newcomer()
    const session = await scene.service.ask(openId)
    await tap(session, openId, { text: 'Not now' })
    expect(await scene.session(session.session_id)).toMatchObject({ state: 'rejected' })
    expect(watch.lines().filter(({ level }) => level === 'error')).toEqual([])
    expect(watch.warnings().length).toBeLessThanOrEqual(2)
  })
})

describe('the button of a card', () => {
  it.each(['en', 'zh', 'ja'])(
    'leads to a page in the language of the reader: %s',
    async (language) => {
      const { openId, session } = await scene.askedPerson()
      await tap(session, openId, { text: 'Not now' })
      const link = scene.linkOf(session)
      const page = await scene.visit(link, { language })
      const locale = language === 'zh' ? 'zh-CN' : language === 'ja' ? 'ja' : 'en'
      expect(page).toMatchObject({ status: 410, language: locale })
      expect(page.heading).toBe(headingOf('declined', locale))
    },
  )
})

type Asked = { openId: string; session: SessionJson }

function messageIdOf({ card }: SessionJson): string {
  const id = typeof card === 'object' && card && 'message_id' in card ? card.message_id : null
  if (typeof id !== 'string') throw new Error('the session has no card')
  return id
}

function tap(session: SessionJson, openId: string, button: ButtonChoice) {
  return scene.service.emulator.sim.click({ messageId: messageIdOf(session), openId, button })
}

function cardAt(session: SessionJson) {
  const id = messageIdOf(session)
  return scene.service.emulator.sim.messages().find(({ message_id }) => message_id === id)?.content
}

function words(key: 'declined'): string {
  return { declined: 'Declined. Nothing was shared' }[key]
}
