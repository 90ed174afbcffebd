import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { someone } from '../support/emulator-bench.ts'
import {
  createMessageCalls,
  type MessageCalls,
  newestMessageId,
  refusedWith,
  type SdkAnswer,
} from '../support/message-calls.ts'
import { createSdkClient } from '../support/sdk-bot.ts'

const card = {
  schema: '2.0',
  config: { update_multi: true },
  body: { elements: [{ tag: 'markdown', content: 'Hello' }] },
}

let emulator: FeishuEmulator
let calls: MessageCalls

beforeEach(async () => {
  // The base clock stands still, so that a test decides how much time goes by between two messages.
  const startedAt = Date.now()
  emulator = await startFeishuEmulator({ now: () => startedAt })
  calls = createMessageCalls(emulator)
})

afterEach(() => emulator.close())

describe('sending', () => {
  it('puts a text into the private chat and answers as Feishu does', async () => {
    expect(await calls.send()).toMatchObject({
      body: {
        code: 0,
        msg: 'success',
        data: {
          message_id: expect.stringMatching(/^om_/),
          chat_id: expect.stringMatching(/^oc_/),
          msg_type: 'text',
          create_time: expect.stringMatching(/^\d{13}$/),
          deleted: false,
          updated: false,
          sender: { id: emulator.app.appId, id_type: 'app_id', sender_type: 'app' },
          body: { content: '{"text":"hi"}' },
        },
      },
    })
    expect(emulator.sim.messages()).toMatchObject([
      { message_id: newestMessageId(emulator), sender: { kind: 'bot' }, content: { text: 'hi' } },
    ])
  })

  it('finds a person by each of their ids, and a group by its own', async () => {
    const { openId, unionId, userId } = someone(emulator)
    await calls.send({ receive_id: openId })
    await calls.send({ receive_id: unionId }, 'union_id')
    await calls.send({ receive_id: userId }, 'user_id')
    const [first, ...others] = emulator.sim.messages().map((message) => message.chat_id)
    expect(others).toEqual([first, first])

    const group = emulator.sim.state().chats.find(({ kind }) => kind === 'group')
    await calls.send({ receive_id: group?.chat_id }, 'chat_id')
    expect(emulator.sim.messages().at(-1)?.chat_id).toBe(group?.chat_id)
  })

  it('sends one message for one uuid within an hour', async () => {
    await calls.send({ uuid: 'same' })
    const first = newestMessageId(emulator)
    emulator.sim.advanceClock({ seconds: 3599 })
    expect(await calls.send({ uuid: 'same' })).toMatchObject({
      body: { data: { message_id: first } },
    })
    expect(emulator.sim.messages()).toHaveLength(1)
    emulator.sim.advanceClock({ seconds: 1 })
    await calls.send({ uuid: 'same' })
    expect(emulator.sim.messages()).toHaveLength(2)
  })

  it.each<[number, string, () => Promise<SdkAnswer>]>([
    [230034, 'nobody has that id', () => calls.send({ receive_id: 'ou_nobody' })],
    [
      230034,
      'the id is of another type',
      () => calls.send({ receive_id: someone(emulator).openId }, 'user_id'),
    ],
    [230034, 'no chat has that id', () => calls.send({ receive_id: 'oc_none' }, 'chat_id')],
    [
      230013,
      'the app is not available to the person',
      () => {
        emulator.sim.setPerson({ openId: someone(emulator).openId, available: false })
        return calls.send()
      },
    ],
    [
      230029,
      'the person has resigned',
      () => {
        emulator.sim.setPerson({ openId: someone(emulator).openId, status: 'resigned' })
        return calls.send()
      },
    ],
    [
      230006,
      'the bot is switched off',
      () => {
        emulator.sim.setApp({ botEnabled: false })
        return calls.send()
      },
    ],
    [
      99991672,
      'the app lacks the scope',
      () => {
        emulator.sim.setApp({ scopes: [] })
        return calls.send()
      },
    ],
    [230001, 'the content is no JSON', () => calls.send({ content: 'hi' })],
    [230001, 'the text is empty', () => calls.send({ content: '{"text":""}' })],
    [230001, 'the type is not emulated', () => calls.send({ msg_type: 'sticker' })],
    [99992402, 'a field is missing', () => calls.send({ receive_id: '' })],
    [
      230025,
      'the text is longer than 150 KB',
      () => calls.send({ content: `{"text":"${'x'.repeat(154_000)}"}` }),
    ],
    [
      230025,
      'the card is larger than 30 KB',
      () =>
        calls.sendCard({
          ...card,
          body: { elements: [{ tag: 'markdown', content: 'x'.repeat(31_000) }] },
        }),
    ],
  ])('is refused with %i when %s', async (code, _why, attempt) => {
    expect(await attempt()).toMatchObject(refusedWith(code))
    expect(emulator.sim.messages()).toEqual([])
  })

  it('refuses a card with a property Feishu does not know, and says where it stands', async () => {
    const answer = await calls.sendCard({
      ...card,
      body: { elements: [{ tag: 'hr', colour: 'red' }] },
    })
    expect(answer).toMatchObject(refusedWith(230099))
    expect(answer).toMatchObject({
      body: {
        msg: expect.stringMatching(
          /^Failed to create card content, ext=ErrCode: 200621; .* property: colour, path: ROOT -> body -> elements -> \[0\]\(tag: hr\)/,
        ),
      },
    })
  })

  it('refuses an unknown tenant token', async () => {
    const response = await fetch(
      `${emulator.url}/open-apis/im/v1/messages?receive_id_type=open_id`,
      {
        method: 'POST',
        headers: { authorization: 'Bearer t-unknown' },
      },
    )
    expect(await response.json()).toMatchObject({ code: 99991663 })
  })
})

describe('the rates', () => {
  it('let five messages a second through to one chat', async () => {
    for (let count = 0; count < 5; count += 1)
      expect(await calls.send()).toMatchObject({ status: 200 })
    expect(await calls.send()).toMatchObject(refusedWith(230020))
    expect(await calls.send({ receive_id: emulator.people[1]?.openId })).toMatchObject({
      status: 200,
    })
    emulator.sim.advanceClock({ seconds: 1 })
    expect(await calls.send()).toMatchObject({ status: 200 })
  })

  it('let an app make fifty calls a second, and say how long to wait', async () => {
    for (let count = 0; count < 50; count += 1) await calls.recall('om_none')
    expect(await calls.recall('om_none')).toMatchObject({
      status: 429,
      body: { code: 99991400 },
      headers: { 'x-ogw-ratelimit-limit': '50', 'x-ogw-ratelimit-reset': '1' },
    })
  })
})

describe('answering a message', () => {
  it('names the message it answers and the first of the chain', async () => {
    const { openId } = someone(emulator)
    const { messageId } = await emulator.sim.say({ openId, text: 'help' })
    expect(await calls.reply(messageId)).toMatchObject({
      body: { data: { parent_id: messageId, root_id: messageId } },
    })
    const second = newestMessageId(emulator)
    expect(await calls.reply(second)).toMatchObject({
      body: { data: { parent_id: second, root_id: messageId } },
    })
    const chats = emulator.sim.messages().map((message) => message.chat_id)
    expect(new Set(chats).size).toBe(1)
  })

  it('is refused when the message is recalled or was never sent', async () => {
    await calls.send()
    const messageId = newestMessageId(emulator)
    await calls.recall(messageId)
    expect(await calls.reply(messageId)).toMatchObject(refusedWith(230011))
    expect(await calls.reply('om_none')).toMatchObject(refusedWith(230001))
  })
})

describe('reading and recalling', () => {
  it('shows a message until it is recalled', async () => {
    await calls.send()
    const messageId = newestMessageId(emulator)
    expect(await calls.read(messageId)).toMatchObject({
      body: { data: { items: [{ message_id: messageId, deleted: false }] } },
    })
    expect(await calls.recall(messageId)).toMatchObject({ body: { code: 0 } })
    expect(await calls.read(messageId)).toMatchObject({
      body: {
        data: { items: [{ deleted: true, body: { content: 'This message was recalled' } }] },
      },
    })
    expect(await calls.recall(messageId)).toMatchObject(refusedWith(230110))
  })

  it('lets the bot recall only what it sent', async () => {
    const { openId } = someone(emulator)
    const { messageId } = await emulator.sim.say({ openId, text: 'mine' })
    expect(await calls.recall(messageId)).toMatchObject(refusedWith(230026))
  })
})

describe('the bot', () => {
  it('says who it is, beside the code and not inside data', async () => {
    const info = await createSdkClient(emulator).request({
      method: 'GET',
      url: '/open-apis/bot/v3/info',
    })
    expect(info).toMatchObject({
      code: 0,
      msg: 'ok',
      bot: {
        app_name: emulator.app.name,
        activate_status: 2,
        open_id: expect.stringMatching(/^ou_/),
      },
    })
  })
})
