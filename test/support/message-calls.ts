import { isAxiosError } from 'axios'
import { expect } from 'vitest'
import type { FeishuEmulator } from '../../src/emulator/index.ts'
import { someone } from './emulator-bench.ts'
import { createSdkClient } from './sdk-bot.ts'

/** What Feishu answered, whether the SDK resolved or rejected. */
export type SdkAnswer = { status: number; body: unknown; headers: unknown }

/** How a receiver is named. */
export type ReceiveIdType = 'open_id' | 'chat_id' | 'union_id' | 'user_id'

/** The calls of a bot about messages, through the official SDK. */
export interface MessageCalls {
  /** Sends a text to someone unless told otherwise. */
  send(message?: object, idType?: ReceiveIdType): Promise<SdkAnswer>
  sendCard(card: object): Promise<SdkAnswer>
  reply(messageId: string): Promise<SdkAnswer>
  patch(messageId: string, card: object): Promise<SdkAnswer>
  read(messageId: string): Promise<SdkAnswer>
  recall(messageId: string): Promise<SdkAnswer>
}

/** Creates the calls of a client that has no token yet. */
export function createMessageCalls(emulator: FeishuEmulator): MessageCalls {
  const { message } = createSdkClient(emulator).im
  const byDefault = () => ({
    receive_id: someone(emulator).openId,
    msg_type: 'text',
    content: '{"text":"hi"}',
  })
  const send: MessageCalls['send'] = (given = {}, idType = 'open_id') =>
    answerOf(
      message.create({ params: { receive_id_type: idType }, data: { ...byDefault(), ...given } }),
    )
  return {
    send,
    sendCard: (card) => send({ msg_type: 'interactive', content: JSON.stringify(card) }),
    reply: (messageId) =>
      answerOf(
        message.reply({
          path: { message_id: messageId },
          data: { msg_type: 'text', content: '{"text":"yes"}' },
        }),
      ),
    patch: (messageId, card) =>
      answerOf(
        message.patch({
          path: { message_id: messageId },
          data: { content: JSON.stringify(card) },
        }),
      ),
    read: (messageId) => answerOf(message.get({ path: { message_id: messageId } })),
    recall: (messageId) => answerOf(message.delete({ path: { message_id: messageId } })),
  }
}

/** The id of the newest message in the emulator. */
export function newestMessageId(emulator: FeishuEmulator): string {
  return emulator.sim.messages().at(-1)?.message_id ?? ''
}

/** A refusal of the message API, to match an answer against. */
export function refusedWith(code: number) {
  return { status: 400, body: { code, error: { log_id: expect.stringMatching(/^\d{14}/) } } }
}

async function answerOf(call: Promise<unknown>): Promise<SdkAnswer> {
  try {
    return { status: 200, body: await call, headers: {} }
  } catch (error) {
    if (!isAxiosError(error) || error.response === undefined) throw error
    const { status, data, headers } = error.response
    return { status, body: data, headers }
  }
}
