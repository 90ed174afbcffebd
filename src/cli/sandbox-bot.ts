import type { Auth } from '../auth/auth.ts'
import type { Log } from '../auth/ports.ts'
import type { FeishuEmulator } from '../emulator/index.ts'
import type { EventHandlers } from '../feishu/event-handlers.ts'
import { createHttpClient } from '../feishu/http-client.ts'
import { Client, DefaultCache } from '../feishu/sdk.ts'

/** The bot a newcomer talks to: it greets, and asks for authorization when somebody writes to it; `/revoke` is the service's. */
export interface SandboxBot {
  handlers: EventHandlers
  /** Greets everybody in their language and sends them their card, the first person first. */
  greet(auth: Auth): Promise<void>
}

const SCOPES = [
  'offline_access',
  'auth:user.id:read',
  'calendar:calendar:readonly',
  'docx:document:readonly',
]

/** In a group it asks for more, so that the request there replaces the private one. */
const SCOPES_IN_GROUP = [...SCOPES, 'task:task:read']

type Words = { hello: string; help: string; waiting: string; reason: string }

const WORDS: Record<'zh_cn' | 'en_us' | 'ja_jp', Words> = {
  zh_cn: {
    hello: '你好！我是周报助手。授权后，我就能根据你这一周的文档和日程写好周报。',
    help: '发送 /auth，我会给你一张授权卡片；发送 /revoke 可以撤销授权。',
    waiting: '你的授权卡片还在等你，请直接使用它。',
    reason: '每周五为你生成周报',
  },
  en_us: {
    hello: 'Hello! Let me see your week, and I will write your weekly report.',
    help: 'Send /auth and I will send you an authorization card. /revoke takes it back.',
    waiting: 'Your card is still waiting for you. Please use that one.',
    reason: 'To write your weekly report every Friday',
  },
  ja_jp: {
    hello: 'こんにちは。許可をいただければ、毎週の週報を作成します。',
    help: '/auth と送ると、認可カードをお届けします。/revoke で取り消せます。',
    waiting: '先にお送りしたカードがまだ有効です。そちらをお使いください。',
    reason: '毎週金曜日に週報を作成するため',
  },
}

const LOCALES = { zh_cn: 'zh-CN', en_us: 'en', ja_jp: 'ja' } as const

/** Creates the bot on the official SDK, as any bot would be. */
export function createSandboxBot({
  emulator,
  log,
}: {
  emulator: FeishuEmulator
  log: Log
}): SandboxBot {
  const { appId, appSecret } = emulator.app
  const client = new Client({
    appId,
    appSecret,
    domain: emulator.url,
    cache: new DefaultCache(),
    // The SDK's own client would send a local Feishu's calls to the machine's proxy.
    httpInstance: createHttpClient({ log, observe() {} }).forSdk(),
    logger: { error() {}, warn() {}, info() {}, debug() {}, trace() {} },
  })
  let domain: Auth | null = null
  /** Feishu pushes an event again when its answer came late; a message is heard once all the same. */
  const heard = new Set<string>()

  return {
    handlers: {
      'im.message.receive_v1': async (event) => {
        const message = readMessage(event)
        if (heard.has(message.messageId)) return {}
        heard.add(message.messageId)
        // Feishu waits three seconds for the answer, so the work comes after it.
        void hear(message).catch((error: unknown) => log('warn', 'sandbox_bot_failed', { error }))
        return {}
      },
    },
    async greet(auth) {
      domain = auth
      for (const { openId, locale } of emulator.people) {
        await write('open_id', openId, WORDS[locale].hello)
        await ask(openId)
      }
    },
  }

  async function hear({ openId, text, chatId, isGroup }: Heard): Promise<void> {
    const person = emulator.people.find((each) => each.openId === openId)
    if (!person) return
    const words = WORDS[person.locale]
    if (text !== '/auth') return write('chat_id', chatId, words.help)
    const asked = await ask(openId, isGroup ? chatId : null)
    if (!asked?.created) await write('chat_id', chatId, words.waiting)
  }

  async function ask(openId: string, groupId: string | null = null) {
    const person = emulator.people.find((each) => each.openId === openId)
    return domain?.requestAuthorization({
      openId,
      scopes: groupId === null ? SCOPES : SCOPES_IN_GROUP,
      reason: person ? WORDS[person.locale].reason : null,
      locale: person ? LOCALES[person.locale] : null,
      chatId: groupId,
    })
  }

  async function write(to: 'open_id' | 'chat_id', id: string, text: string): Promise<void> {
    await client.im.v1.message.create({
      params: { receive_id_type: to },
      data: { receive_id: id, msg_type: 'text', content: JSON.stringify({ text }) },
    })
  }
}

type Heard = { messageId: string; openId: string; text: string; chatId: string; isGroup: boolean }

/** Who wrote what, and where, of an `im.message.receive_v1` event. */
function readMessage(event: unknown): Heard {
  const message = at(event, 'message')
  const content = at(message, 'content')
  const body: unknown = typeof content === 'string' ? JSON.parse(content) : null
  return {
    messageId: String(at(message, 'message_id')),
    openId: String(at(at(at(event, 'sender'), 'sender_id'), 'open_id') ?? ''),
    // In a group the bot hears only what mentions it, and the mention is part of the text.
    text: String(at(body, 'text') ?? '')
      .replace(/@_user_\d+/g, '')
      .trim(),
    chatId: String(at(message, 'chat_id')),
    isGroup: at(message, 'chat_type') === 'group',
  }
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
