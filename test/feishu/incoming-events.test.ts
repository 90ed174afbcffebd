import { afterEach, describe, expect, it } from 'vitest'
import { createBackground } from '../../src/auth/background.ts'
import type { SeenEventStore } from '../../src/auth/ports.ts'
import { createCommandEvents } from '../../src/feishu/command-events.ts'
import type { CommandMessage } from '../../src/feishu/command-message.ts'
import {
  botEventHandlers,
  type EventHandlers,
  serviceEventHandlers,
} from '../../src/feishu/event-handlers.ts'
import { createEventInbox } from '../../src/feishu/event-inbox.ts'
import { createFirstTime } from '../../src/feishu/first-time.ts'
import { createGrantEndingEvents } from '../../src/feishu/grant-ending-events.ts'
import { createLongConnection } from '../../src/feishu/long-connection.ts'
import type { PersonBack, PersonLeft } from '../../src/feishu/person-left-event.ts'
import type { TokenRevoked } from '../../src/feishu/token-revoked-event.ts'
import { createSystemClock } from '../../src/system-clock.ts'
import { createEmulatorBench, someone } from '../support/emulator-bench.ts'
import { appAt, createFeishuBench, createSleeplessClock, STUB_APP } from './feishu-bench.ts'
import { createSeenEvents } from './seen-events.ts'

const PERSON = 'ou_7d8a6e6df7621556ce0d21922b676706'
const bench = createEmulatorBench()
afterEach(() => bench.close())

type Work = { revoked?: () => Promise<void>; left?: () => Promise<void>; command?: () => void }

/** Everything that hears events, over a domain that writes down what it is told. */
function createEars(work: Work = {}, seenEvents: SeenEventStore = createSeenEvents()) {
  const feishu = createFeishuBench()
  const clock = createSleeplessClock()
  const background = createBackground((error) => {
    throw error
  })
  const told = {
    revoked: [] as TokenRevoked[],
    left: [] as PersonLeft[],
    back: [] as PersonBack[],
    commands: [] as CommandMessage[],
  }
  const firstTime = createFirstTime({ seenEvents, clock })
  const inbox = createEventInbox({ firstTime, background, clock, log: feishu.log })
  const grantEndings = createGrantEndingEvents({
    inbox,
    log: feishu.log,
    async onRevoked(revoked) {
      told.revoked.push(revoked)
      await work.revoked?.()
    },
    async onPersonLeft(left) {
      told.left.push(left)
      await work.left?.()
    },
    async onPersonBack(back) {
      told.back.push(back)
    },
  })
  const onMessage = createCommandEvents({
    inbox,
    commands: ['/auth', '/revoke'],
    async onCommand(command) {
      told.commands.push(command)
      work.command?.()
    },
  })
  return { feishu, clock, background, told, grantEndings, onMessage, seenEvents }
}

function hear(handlers: EventHandlers, type: string, event: unknown): Promise<object> {
  const handler = handlers[type]
  if (!handler) throw new Error(`nobody hears ${type}`)
  return handler(event)
}

/** An event as the SDK hands it on: header and event in one object. */
function flat(event: Record<string, unknown>, changes: Record<string, unknown> = {}) {
  return {
    schema: '2.0',
    event_id: 'event-1',
    create_time: '1763625600000',
    tenant_key: 'tenant-1',
    app_id: STUB_APP.appId,
    ...event,
    ...changes,
  }
}

const REVOKED = 'auth.user_access_token.revoked_v4'
const revoked = (changes: Record<string, unknown> = {}) =>
  flat({
    revoke_token_type: 'user_access_token refresh_token',
    revoke_reason: 'Revoked by user action.',
    open_id: PERSON,
    ...changes,
  })

const message = (changes: Record<string, unknown> = {}, content: unknown = { text: '/revoke' }) =>
  flat({
    sender: { sender_id: { open_id: PERSON }, sender_type: 'user', tenant_key: 'tenant-1' },
    message: {
      message_id: 'om_1',
      chat_id: 'oc_1',
      chat_type: 'p2p',
      message_type: 'text',
      content: typeof content === 'string' ? content : JSON.stringify(content),
      ...changes,
    },
  })

describe('over the long connection', () => {
  async function connected() {
    const emulator = await bench.start({ now: () => Date.parse('2026-11-20T08:00:00Z') })
    const ears = createEars()
    const others: unknown[] = []
    const connection = createLongConnection({
      app: appAt(emulator.url, emulator.app),
      http: ears.feishu.http,
      clock: createSystemClock(),
      log: ears.feishu.log,
      onCardAction: async () => ({}),
      grantEndings: ears.grantEndings,
      onMessage: ears.onMessage,
      handlers: {
        async 'im.message.receive_v1'(event) {
          others.push(event)
          return {}
        },
      },
      onStatus: () => undefined,
    })
    bench.keep(connection)
    await connection.start()
    const { openId, tenantKey } = someone(emulator)
    return { emulator, ...ears, others, openId, tenantKey, appId: emulator.app.appId }
  }

  it('a revocation at Feishu is heard, once', async () => {
    const { emulator, told, openId, appId, background, feishu } = await connected()
    emulator.sim.duplicateEvents({ times: 1 })
    expect(await emulator.sim.revoke({ openId })).toEqual({ delivered: true })
    await background.drain()
    const at = new Date('2026-11-20T08:00:00Z')
    expect(told.revoked).toEqual([{ appId, openId, tokens: 'both', reason: 'user', at }])
    const [line, ...more] = feishu.linesOf('event_duplicate')
    expect(line).toMatchObject({ fields: { event_type: REVOKED, app_id: appId } })
    expect(more).toEqual([])
    expect(JSON.stringify(line)).not.toContain(openId)
  })

  it('people who leave, are frozen or come back are heard, and nothing else about them', async () => {
    const { emulator, told, openId, appId } = await connected()
    emulator.sim.setPerson({ openId, name: '林夏夏' })
    emulator.sim.setPerson({ openId, status: 'frozen' })
    await expect.poll(() => told.left).toMatchObject([{ appId, openId, why: 'frozen' }])
    emulator.sim.setPerson({ openId, status: 'active' })
    await expect.poll(() => told.back).toEqual([{ appId, openId }])
    emulator.sim.setPerson({ openId, name: 'Lin' })
    emulator.sim.setPerson({ openId, status: 'resigned' })
    await expect.poll(() => told.left).toMatchObject([{ why: 'frozen' }, { why: 'resigned' }])
  })

  it('a command in a chat of two is heard; everything else is left to the bot', async () => {
    const { emulator, told, openId, appId, tenantKey, others } = await connected()
    const group = emulator.sim.state().chats.find(({ kind }) => kind === 'group')?.chat_id ?? ''
    await emulator.sim.say({ openId, text: ' /revoke\n' })
    await emulator.sim.say({ openId, text: '/revoke please' })
    await emulator.sim.say({ openId, text: '/revoke', chatId: group })
    await expect
      .poll(() => told.commands)
      .toMatchObject([{ appId, openId, tenantKey, command: '/revoke', chatId: expect.any(String) }])
    expect(others).toHaveLength(2)
  })
})

describe('the end of tokens', () => {
  it.each([
    ['user_access_token', 'access'],
    [' refresh_token ', 'refresh'],
    ['refresh_token  user_access_token', 'both'],
  ])('of %j is read as %s', async (type, tokens) => {
    const { grantEndings, told, background } = createEars()
    await hear(grantEndings, REVOKED, revoked({ revoke_token_type: type }))
    await background.drain()
    expect(told.revoked).toMatchObject([{ openId: PERSON, tokens }])
  })

  it.each([
    ['Revoked by unknown action.', 'unknown'],
    ['Revoked by user action.', 'user'],
    ['Revoked by administrator action. ', 'admin'],
    ['Revoked by security and risk control action.', 'risk'],
    ['Revoked by restriction action.', 'restriction'],
    ['Revoked by the moon.', 'unknown'],
    [undefined, 'unknown'],
  ])('for %j is read as %s', async (revoke_reason, reason) => {
    const { grantEndings, told, background } = createEars()
    await hear(grantEndings, REVOKED, revoked({ revoke_reason }))
    await background.drain()
    expect(told.revoked).toMatchObject([{ reason }])
  })

  it('is read from the raw envelope as well', async () => {
    const { grantEndings, told, background } = createEars()
    const { event_id, app_id, tenant_key, create_time, ...event } = revoked()
    const header = { event_id, app_id, tenant_key, create_time }
    await hear(grantEndings, REVOKED, { schema: '2.0', header, event })
    await background.drain()
    expect(told.revoked).toMatchObject([
      { appId: STUB_APP.appId, openId: PERSON, at: new Date(1763625600000) },
    ])
  })

  it.each([
    null,
    'text',
    {},
    revoked({ open_id: '' }),
    revoked({ app_id: undefined }),
    revoked({ revoke_token_type: 'tenant_access_token' }),
    revoked({ revoke_token_type: 7 }),
  ])('of unknown shape is logged by its fields alone: %j', async (payload) => {
    const { grantEndings, told, background, feishu } = createEars()
    expect(await hear(grantEndings, REVOKED, payload)).toEqual({})
    await background.drain()
    expect(told.revoked).toEqual([])
    expect(feishu.linesOf('event_unknown')).toHaveLength(1)
    expect(feishu.everything()).not.toContain(PERSON)
  })
})

describe('people who leave', () => {
  const updated = (status: unknown) => flat({ object: { open_id: PERSON, status } })
  it.each([
    [{ is_resigned: true, is_frozen: true }, 'resigned'],
    [{ is_exited: true }, 'exited'],
    [{ is_frozen: true }, 'frozen'],
  ])('with %j have %s', async (status, why) => {
    const { grantEndings, told, background } = createEars()
    await hear(grantEndings, 'contact.user.updated_v3', updated(status))
    await background.drain()
    expect(told.left).toMatchObject([{ appId: STUB_APP.appId, openId: PERSON, why }])
  })

  it.each([
    undefined,
    null,
    {},
    { is_activated: true },
    { is_frozen: false },
    { is_frozen: 'true' },
  ])('have not with %j, and nothing is logged', async (status) => {
    const { grantEndings, told, background, feishu } = createEars()
    await hear(grantEndings, 'contact.user.updated_v3', updated(status))
    await background.drain()
    expect(told).toMatchObject({ left: [], back: [] })
    expect(feishu.lines).toEqual([])
  })
})

describe('commands', () => {
  it.each(['/auth', '/revoke'])(
    'such as %s are taken, and the bot need not hear them',
    async (text) => {
      const { onMessage, told, background } = createEars()
      expect(await onMessage(message({}, { text }))).toBe(true)
      await background.drain()
      expect(told.commands).toMatchObject([
        {
          appId: STUB_APP.appId,
          openId: PERSON,
          command: text,
          chatId: 'oc_1',
          tenantKey: 'tenant-1',
        },
      ])
    },
  )

  it.each([
    message({ chat_type: 'group' }),
    message({ message_type: 'post' }),
    message({}, { text: '/REVOKE all' }),
    message({}, { text: 'please /revoke' }),
    message({}, { text: 7 }),
    message({}, 'not json'),
    message({}, '[]'),
    message({ content: undefined }),
    message({ chat_id: '' }),
    { ...message(), sender: { sender_type: 'app', sender_id: { open_id: PERSON } } },
    { ...message(), sender: { sender_type: 'user' } },
    { ...message(), app_id: '' },
    {},
    null,
  ])('are nothing else: %j', async (payload) => {
    const { onMessage, told, background } = createEars()
    expect(await onMessage(payload)).toBe(false)
    await background.drain()
    expect(told.commands).toEqual([])
  })

  it('act once, however often the message comes and under whatever event', async () => {
    const { onMessage, told, background } = createEars()
    await onMessage(message())
    expect(await onMessage({ ...message(), event_id: 'event-2' })).toBe(true)
    await background.drain()
    expect(told.commands).toHaveLength(1)
  })

  it('that fail are logged, and not done again', async () => {
    const { onMessage, told, background, feishu } = createEars({
      command() {
        throw new Error('down')
      },
    })
    await onMessage(message())
    await background.drain()
    expect(told.commands).toHaveLength(1)
    expect(feishu.linesOf('event_failed')).toMatchObject([
      { level: 'error', fields: { command: '/revoke', message_id: 'om_1' } },
    ])
  })
})

describe('the inbox', () => {
  it('answers before the work is done', async () => {
    let finish: () => void = () => undefined
    const working = new Promise<void>((resolve) => {
      finish = resolve
    })
    let isDone = false
    const { grantEndings, background } = createEars({
      async revoked() {
        await working
        isDone = true
      },
    })
    expect(await hear(grantEndings, REVOKED, revoked())).toEqual({})
    expect(isDone).toBe(false)
    finish()
    await background.drain()
    expect(isDone).toBe(true)
  })

  it('takes an event on one instance alone', async () => {
    const seenEvents = createSeenEvents()
    const [one, other] = [createEars({}, seenEvents), createEars({}, seenEvents)]
    await Promise.all([one, other].map((ears) => hear(ears.grantEndings, REVOKED, revoked())))
    await Promise.all([one.background.drain(), other.background.drain()])
    expect([...one.told.revoked, ...other.told.revoked]).toHaveLength(1)
  })

  it('tries the end of a grant again, and then says so', async () => {
    let failures = 2
    const { grantEndings, told, background, feishu, clock } = createEars({
      async revoked() {
        failures -= 1
        if (failures >= 0) throw new Error('down')
      },
    })
    await hear(grantEndings, REVOKED, revoked())
    await background.drain()
    expect(told.revoked).toHaveLength(3)
    expect(clock.sleeps).toEqual([250, 1000])
    expect(feishu.lines).toEqual([])

    failures = 3
    await hear(grantEndings, REVOKED, revoked({ event_id: 'event-2' }))
    await background.drain()
    expect(feishu.linesOf('event_failed')).toMatchObject([{ fields: { event_id: 'event-2' } }])
  })

  it('fails when the store is down, so that Feishu pushes the event again', async () => {
    const { grantEndings, told } = createEars(
      {},
      {
        markSeen: () => Promise.reject(new Error('down')),
        deleteSeenBefore: async () => 0,
      },
    )
    await expect(hear(grantEndings, REVOKED, revoked())).rejects.toThrow('down')
    expect(told.revoked).toEqual([])
  })
})

describe('the handlers for a dispatcher', () => {
  const ENDINGS = [REVOKED, 'contact.user.deleted_v3', 'contact.user.updated_v3']

  it('of a bot end grants and leave its messages alone', () => {
    const { grantEndings } = createEars()
    const handlers = botEventHandlers(async () => ({}), grantEndings)
    expect(Object.keys(handlers).sort()).toEqual([...ENDINGS, 'card.action.trigger'].sort())
  })

  it('of the service hear commands before the bot does', async () => {
    const { grantEndings, onMessage, told, background } = createEars()
    const heard: unknown[] = []
    const others: EventHandlers = {
      async 'im.message.receive_v1'(event) {
        heard.push(event)
        return { heard: true }
      },
    }
    const handlers = serviceEventHandlers(async () => ({}), { grantEndings, onMessage, others })
    expect(await hear(handlers, 'im.message.receive_v1', message())).toEqual({})
    const chatter = message({ message_id: 'om_2' }, { text: 'hello' })
    expect(await hear(handlers, 'im.message.receive_v1', chatter)).toEqual({ heard: true })
    await background.drain()
    expect(told.commands).toHaveLength(1)
    expect(heard).toEqual([chatter])
    for (const type of ENDINGS) expect(handlers).toHaveProperty([type])
  })
})
