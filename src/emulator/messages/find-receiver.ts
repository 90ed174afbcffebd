import type { EmulatedPerson } from '../cast.ts'
import type { EmulatedChat, World } from '../world.ts'
import { invalidParameter, type MessageFailure } from './message-failure.ts'

/** The chat a message goes to, or why it cannot. */
export type Receiver = { chat: EmulatedChat } | { failure: MessageFailure }

const personKeys = { open_id: 'openId', union_id: 'unionId', user_id: 'userId' } as const

/** Finds the chat that a `receive_id` of a type names. */
export function findReceiver(world: World, idType: string, receiveId: string): Receiver {
  if (idType === 'chat_id') {
    const chat = world.findChat(receiveId)
    return chat === undefined ? { failure: { code: 230034 } } : reachable(world, chat)
  }
  if (!isPersonKey(idType)) return { failure: invalidParameter('invalid receive_id_type.') }
  const key = personKeys[idType]
  const person = world.people.find((candidate) => candidate[key] === receiveId)
  const chat = person === undefined ? undefined : world.privateChat(person.openId)
  return chat === undefined ? { failure: { code: 230034 } } : reachable(world, chat)
}

/** Checks that the bot may write into a chat: a private one needs its person to be within reach. */
export function reachable(world: World, chat: EmulatedChat): Receiver {
  if (chat.kind === 'group') return { chat }
  const failure = personFailure(world.findPerson(chat.members[0] ?? ''))
  return failure === undefined ? { chat } : { failure }
}

function personFailure(person: EmulatedPerson | undefined): MessageFailure | undefined {
  if (person === undefined) return { code: 230034 }
  if (person.status === 'resigned') return { code: 230029 }
  return person.available ? undefined : { code: 230013 }
}

function isPersonKey(idType: string): idType is keyof typeof personKeys {
  return Object.hasOwn(personKeys, idType)
}
