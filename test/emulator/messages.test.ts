import { isAxiosError } from 'axios'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type EmulatedPerson,
  type FeishuEmulator,
  startFeishuEmulator,
} from '../../src/emulator/index.ts'
import { createSdkClient } from '../support/sdk-bot.ts'

type Client = ReturnType<typeof createSdkClient>

/** What Feishu answered, whether the SDK resolved or rejected. */
type Answer = { status: number; body: unknown; headers: unknown }

const card = {
  schema: '2.0',
  config: { update_multi: true },
  body: { elements: [{ tag: 'markdown', content: 'Hello' }] },
}
const changedCard = { ...card, body: { elements: [{ tag: 'markdown', content: 'Changed' }] } }

let emulator: FeishuEmulator
let client: Client

beforeEach(async () => {
  // The base clock stands still, so that a test decides how much time goes by between two messages.
  const startedAt = Date.now()
  emulator = await startFeishuEmulator({ now: () => startedAt })
  client = createSdkClient(emulator)
})

afterEach(() => emulator.close())

function someone(): EmulatedPerson {
  const person = emulator.people[0]
  if (person === undefined) throw new Error('The emulator has no people.')
  return person
}

function send(
  data: object = {},
  idType: 'open_id' | 'chat_id' | 'union_id' | 'user_id' = 'open_id',
) {
  const said = { msg_type: 'text', content: '{"text":"hi"}', receive_id: someone().openId }
  return answerOf(
    client.im.message.create({
      params: { receive_id_type: idType },
      data: { ...said, ...data },
    }),
  )
}

function sendCard(content: object = card, more: object = {}) {
  return send({ msg_type: 'interactive', content: JSON.stringify(content), ...more })
}

function patch(messageId: string, content: object = changedCard, by: Client = client) {
  return answerOf(
    by.im.message.patch({
      path: { message_id: messageId },
      data: { content: JSON.stringify(content) },
    }),
  )
}

function reply(messageId: string, data: object = {}) {
  return answerOf(
    client.im.message.reply({
      path: { message_id: messageId },
      data: { msg_type: 'text', content: '{"text":"yes"}', ...data },
    }),
  )
}

function recall(messageId: string) {
  return answerOf(client.im.message.delete({ path: { message_id: messageId } }))
}

async function answerOf(call: Promise<unknown>): Promise<Answer> {
  try {
    return { status: 200, body: await call, headers: {} }
  } catch (error) {
    if (!isAxiosError(error) || error.response === undefined) throw error
    const { status, data, headers } = error.response
    return { status, body: data, headers }
  }
}

function newestId(): string {
  return emulator.sim.messages().at(-1)?.message_id ?? ''
}

function refused(code: number) {
  return { status: 400, body: { code, error: { log_id: expect.stringMatching(/^\d{14}/) } } }
}

describe('sending', () => {
  it('puts a text into the private chat and answers as Feishu does', async () => {
    expect(await send()).toMatchObject({
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
      { message_id: newestId(), sender: { kind: 'bot' }, content: { text: 'hi' } },
    ])
  })

  it('finds a person by each of their ids, and a group by its own', async () => {
    const { openId, unionId, userId } = someone()
    await send({ receive_id: openId })
    await send({ receive_id: unionId }, 'union_id')
    await send({ receive_id: userId }, 'user_id')
    const [first, ...others] = emulator.sim.messages().map((message) => message.chat_id)
    expect(others).toEqual([first, first])

    const group = emulator.sim.state().chats.find(({ kind }) => kind === 'group')
    await send({ receive_id: group?.chat_id }, 'chat_id')
    expect(emulator.sim.messages().at(-1)?.chat_id).toBe(group?.chat_id)
  })

  it('sends one message for one uuid within an hour', async () => {
    await send({ uuid: 'same' })
    const first = newestId()
    emulator.sim.advanceClock({ seconds: 3599 })
    expect(await send({ uuid: 'same' })).toMatchObject({ body: { data: { message_id: first } } })
    expect(emulator.sim.messages()).toHaveLength(1)
    emulator.sim.advanceClock({ seconds: 1 })
    await send({ uuid: 'same' })
    expect(emulator.sim.messages()).toHaveLength(2)
  })

  it.each<[number, string, () => Promise<Answer>]>([
    [230034, 'nobody has that id', () => send({ receive_id: 'ou_nobody' })],
    [230034, 'the id is of another type', () => send({ receive_id: someone().openId }, 'user_id')],
    [230034, 'no chat has that id', () => send({ receive_id: 'oc_none' }, 'chat_id')],
    [
      230013,
      'the app is not available to the person',
      () => {
        emulator.sim.setPerson({ openId: someone().openId, available: false })
        return send()
      },
    ],
    [
      230029,
      'the person has resigned',
      () => {
        emulator.sim.setPerson({ openId: someone().openId, status: 'resigned' })
        return send()
      },
    ],
    [
      230006,
      'the bot is switched off',
      () => {
        emulator.sim.setApp({ botEnabled: false })
        return send()
      },
    ],
    [
      99991672,
      'the app lacks the scope',
      () => {
        emulator.sim.setApp({ scopes: [] })
        return send()
      },
    ],
    [230001, 'the content is no JSON', () => send({ content: 'hi' })],
    [230001, 'the text is empty', () => send({ content: '{"text":""}' })],
    [230001, 'the type is not emulated', () => send({ msg_type: 'sticker' })],
    [99992402, 'a field is missing', () => send({ receive_id: '' })],
    [
      230025,
      'the text is longer than 150 KB',
      () => send({ content: `{"text":"${'x'.repeat(154_000)}"}` }),
    ],
    [
      230025,
      'the card is larger than 30 KB',
      () =>
        sendCard({
          ...card,
          body: { elements: [{ tag: 'markdown', content: 'x'.repeat(31_000) }] },
        }),
    ],
  ])('is refused with %i when %s', async (code, _why, attempt) => {
    expect(await attempt()).toMatchObject(refused(code))
    expect(emulator.sim.messages()).toEqual([])
  })

  it('refuses a card with a property Feishu does not know, and says where it stands', async () => {
    const answer = await sendCard({ ...card, body: { elements: [{ tag: 'hr', colour: 'red' }] } })
    expect(answer).toMatchObject(refused(230099))
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
    for (let count = 0; count < 5; count += 1) expect(await send()).toMatchObject({ status: 200 })
    expect(await send()).toMatchObject(refused(230020))
    expect(await send({ receive_id: emulator.people[1]?.openId })).toMatchObject({ status: 200 })
    emulator.sim.advanceClock({ seconds: 1 })
    expect(await send()).toMatchObject({ status: 200 })
  })

  it('let five updates a second through to one card', async () => {
    await sendCard()
    const messageId = newestId()
    for (let count = 0; count < 5; count += 1) {
      expect(await patch(messageId)).toMatchObject({ status: 200 })
    }
    expect(await patch(messageId)).toMatchObject(refused(230020))
  })

  it('let an app make fifty calls a second, and say how long to wait', async () => {
    for (let count = 0; count < 50; count += 1) await recall('om_none')
    expect(await recall('om_none')).toMatchObject({
      status: 429,
      body: { code: 99991400 },
      headers: { 'x-ogw-ratelimit-limit': '50', 'x-ogw-ratelimit-reset': '1' },
    })
  })
})

describe('answering a message', () => {
  it('names the message it answers and the first of the chain', async () => {
    const { openId } = someone()
    const { messageId } = await emulator.sim.say({ openId, text: 'help' })
    expect(await reply(messageId)).toMatchObject({
      body: { data: { parent_id: messageId, root_id: messageId } },
    })
    const second = newestId()
    expect(await reply(second)).toMatchObject({
      body: { data: { parent_id: second, root_id: messageId } },
    })
    const chats = emulator.sim.messages().map((message) => message.chat_id)
    expect(new Set(chats).size).toBe(1)
  })

  it('is refused when the message is recalled or was never sent', async () => {
    await send()
    const messageId = newestId()
    await recall(messageId)
    expect(await reply(messageId)).toMatchObject(refused(230011))
    expect(await reply('om_none')).toMatchObject(refused(230001))
  })
})

describe('updating a card', () => {
  it('replaces it for everybody', async () => {
    await sendCard()
    expect(await patch(newestId())).toMatchObject({ body: { code: 0, msg: 'ok', data: {} } })
    expect(emulator.sim.messages()).toMatchObject([{ content: changedCard, updated: true }])
  })

  it.each([
    [230001, 'the card before was not explicitly shared', { schema: '2.0' }, changedCard],
    [230001, 'the card after is not explicitly shared', card, { schema: '2.0' }],
    [230099, 'the card after is not right', card, { ...changedCard, elements: [] }],
    [230099, 'the card goes back to JSON 1.0', card, { ...changedCard, schema: '1.0' }],
    [230025, 'the card is larger than 30 KB', card, { ...changedCard, filler: 'x'.repeat(31_000) }],
  ])('is refused with %i when %s', async (code, _why, before, after) => {
    await sendCard(before)
    expect(await patch(newestId(), after)).toMatchObject(refused(code))
    expect(emulator.sim.messages()).toMatchObject([{ content: before, updated: false }])
  })

  it('is refused for a text, for what a person sent and for what nobody sent', async () => {
    await send()
    expect(await patch(newestId())).toMatchObject(refused(230001))
    const { messageId } = await emulator.sim.say({ openId: someone().openId, text: 'mine' })
    expect(await patch(messageId)).toMatchObject(refused(230001))
    expect(await patch('om_none')).toMatchObject(refused(230001))
  })

  it('is refused once the message is recalled', async () => {
    await sendCard()
    await recall(newestId())
    expect(await patch(newestId())).toMatchObject(refused(230011))
  })

  it('is possible for fourteen days', async () => {
    await sendCard()
    // A fresh client each time, because the tenant token of the first one is over by then.
    emulator.sim.advanceClock({ seconds: 14 * 24 * 3600 })
    const lastMoment = await patch(newestId(), changedCard, createSdkClient(emulator))
    expect(lastMoment).toMatchObject({ status: 200 })
    emulator.sim.advanceClock({ seconds: 1 })
    const tooLate = await patch(newestId(), card, createSdkClient(emulator))
    expect(tooLate).toMatchObject(refused(230031))
  })
})

describe('reading and recalling', () => {
  it('shows a message until it is recalled', async () => {
    await send()
    const messageId = newestId()
    const get = () => answerOf(client.im.message.get({ path: { message_id: messageId } }))
    expect(await get()).toMatchObject({
      body: { data: { items: [{ message_id: messageId, deleted: false }] } },
    })
    expect(await recall(messageId)).toMatchObject({ body: { code: 0 } })
    expect(await get()).toMatchObject({
      body: {
        data: { items: [{ deleted: true, body: { content: 'This message was recalled' } }] },
      },
    })
    expect(await recall(messageId)).toMatchObject(refused(230110))
  })

  it('lets the bot recall only what it sent', async () => {
    const { openId } = someone()
    const { messageId } = await emulator.sim.say({ openId, text: 'mine' })
    expect(await recall(messageId)).toMatchObject(refused(230026))
  })
})

describe('the bot', () => {
  it('says who it is, beside the code and not inside data', async () => {
    const info = await client.request({ method: 'GET', url: '/open-apis/bot/v3/info' })
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
