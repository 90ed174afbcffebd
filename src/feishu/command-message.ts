import { type EventEnvelope, textOf } from './event-envelope.ts'
import { asRecord } from './judge-reply.ts'

/** What people can write to the bot. */
export type Command = '/auth' | '/auth doctor' | '/auth status' | '/revoke'

/** A person has written a command to the bot, alone with it. */
export type CommandMessage = {
  appId: string
  openId: string
  command: Command
  chatId: string
  tenantKey: string | null
  messageId: string
  /** When it was written. */
  at: Date | null
}

/**
 * Reads `im.message.receive_v1`; null for every message but a text in a chat of two that is a command and nothing else
 * (https://open.feishu.cn/document/server-docs/im-v1/message/events/receive).
 */
export function parseCommandMessage(
  { appId, tenantKey, at, fields }: EventEnvelope,
  commands: readonly Command[],
): CommandMessage | null {
  const message = asRecord(fields.message)
  const sender = asRecord(fields.sender)
  if (message?.chat_type !== 'p2p' || message.message_type !== 'text') return null
  if (sender?.sender_type !== 'user') return null
  const text = textIn(message.content)?.trim().replace(/\s+/g, ' ')
  const command = commands.find((each) => each === text)
  const openId = textOf(asRecord(sender.sender_id)?.open_id)
  const chatId = textOf(message.chat_id)
  const messageId = textOf(message.message_id)
  if (!command || appId === null || openId === null || !chatId || !messageId) return null
  return { appId, openId, command, chatId, tenantKey, messageId, at }
}

function textIn(content: unknown): string | null {
  try {
    return textOf(asRecord(JSON.parse(textOf(content) ?? ''))?.text)
  } catch {
    return null
  }
}
