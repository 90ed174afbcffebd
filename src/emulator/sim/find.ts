import type { EmulatedPerson } from '../cast.ts'
import type { EmulatedChat, EmulatedMessage, World } from '../world.ts'
import { SimError } from './sim-error.ts'

/** Finds a person or says that there is none. */
export function requirePerson(world: World, openId: string): EmulatedPerson {
  const person = world.findPerson(openId)
  if (person === undefined) throw new SimError('person_unknown', 'no person has this open_id', 404)
  return person
}

/** Finds the chat a person writes into: the named one, else their private chat with the bot. */
export function requireChat(world: World, openId: string, chatId?: string): EmulatedChat {
  const chat = chatId === undefined ? world.privateChat(openId) : world.findChat(chatId)
  if (chat === undefined) throw new SimError('chat_unknown', 'no chat has this chat_id', 404)
  if (!chat.members.includes(openId)) {
    throw new SimError('not_in_chat', 'this person is not in this chat', 403)
  }
  return chat
}

/** Finds a message that a person can still see. */
export function requireMessage(world: World, messageId: string): EmulatedMessage {
  const message = world.findMessage(messageId)
  if (message === undefined) {
    throw new SimError('message_unknown', 'no message has this message_id', 404)
  }
  if (message.recalled) throw new SimError('message_recalled', 'the message was recalled', 409)
  return message
}
