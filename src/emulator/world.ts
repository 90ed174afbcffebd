import type { EmulatedApp, EmulatedPerson } from './cast.ts'
import { botOpenId, groupChat } from './default-cast.ts'
import { newMessageId, privateChatId } from './ids.ts'
import { createOAuthLedger, type OAuthLedger } from './oauth/oauth-ledger.ts'
import type { ResolvedOptions } from './options.ts'

/** A chat the bot is in. */
export type EmulatedChat = {
  chatId: string
  kind: 'p2p' | 'group'
  name: string
  /** open_ids of the people in it, without the bot. */
  members: string[]
}

/** Who wrote a message. */
export type MessageSender = { kind: 'bot' } | { kind: 'person'; openId: string }

/** A message as Feishu keeps it. */
export type EmulatedMessage = {
  messageId: string
  chatId: string
  sender: MessageSender
  msgType: 'text' | 'interactive'
  /** `{text}` or the card JSON, already parsed. */
  content: Record<string, unknown>
  /** Milliseconds since the epoch. */
  createTime: number
  /** Milliseconds since the epoch. */
  updateTime: number
  updated: boolean
  recalled: boolean
  /** The message this one answers. */
  parentId?: string
}

/** What a caller gives to add a message; the rest is filled in. */
export type NewMessage = Pick<EmulatedMessage, 'chatId' | 'sender' | 'msgType' | 'content'> & {
  parentId?: string
}

/** Everything the emulated Feishu knows, in memory. */
export interface World {
  readonly app: EmulatedApp
  readonly people: EmulatedPerson[]
  readonly chats: EmulatedChat[]
  readonly messages: EmulatedMessage[]
  readonly oauth: OAuthLedger
  readonly botOpenId: string
  findPerson(openId: string): EmulatedPerson | undefined
  findChat(chatId: string): EmulatedChat | undefined
  findMessage(messageId: string): EmulatedMessage | undefined
  /** The private chat of the bot with a person. */
  privateChat(openId: string): EmulatedChat | undefined
  /** Adds a message now and tells the listeners. */
  addMessage(message: NewMessage): EmulatedMessage
  /** Replaces the content of a message (a card update) or marks it recalled, and tells the listeners. */
  changeMessage(
    message: EmulatedMessage,
    change: { content: Record<string, unknown> } | { recalled: true },
  ): void
  /** Calls `listener` for each new or changed message; returns a function that stops it. */
  onMessage(listener: (message: EmulatedMessage) => void): () => void
  /** Returns to the state at start. */
  reset(): void
}

/** Creates the world from resolved options; `now` gives milliseconds. */
export function createWorld(options: ResolvedOptions, now: () => number): World {
  const app = structuredClone(options.app)
  const people = structuredClone(options.people)
  const chats = chatsOf(people)
  const messages: EmulatedMessage[] = []
  const oauth = createOAuthLedger(options, now)
  const listeners = new Set<(message: EmulatedMessage) => void>()

  function tell(message: EmulatedMessage): void {
    for (const listener of listeners) listener(message)
  }

  const findChat = (chatId: string) => chats.find((chat) => chat.chatId === chatId)

  return {
    app,
    people,
    chats,
    messages,
    oauth,
    botOpenId,
    findPerson: (openId) => people.find((person) => person.openId === openId),
    findChat,
    findMessage: (messageId) => messages.find((message) => message.messageId === messageId),
    privateChat: (openId) => findChat(privateChatId(openId)),
    addMessage(added) {
      const at = now()
      const message: EmulatedMessage = {
        ...added,
        messageId: newMessageId(),
        createTime: at,
        updateTime: at,
        updated: false,
        recalled: false,
      }
      messages.push(message)
      tell(message)
      return message
    },
    changeMessage(message, change) {
      Object.assign(message, change, { updated: true, updateTime: now() })
      tell(message)
    },
    onMessage(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    reset() {
      Object.assign(app, structuredClone(options.app))
      people.splice(0, people.length, ...structuredClone(options.people))
      chats.splice(0, chats.length, ...chatsOf(people))
      messages.length = 0
      oauth.reset()
    },
  }
}

function chatsOf(people: EmulatedPerson[]): EmulatedChat[] {
  const members = people.map((person) => person.openId)
  const privateChats = people.map(
    ({ openId, name }): EmulatedChat => ({
      chatId: privateChatId(openId),
      kind: 'p2p',
      name,
      members: [openId],
    }),
  )
  return [...privateChats, { ...groupChat, kind: 'group', members }]
}
