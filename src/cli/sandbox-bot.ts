import type { Auth } from '../auth/auth.ts'
import type { Log } from '../auth/ports.ts'
import type { FeishuEmulator } from '../emulator/index.ts'
import type { EventHandlers } from '../feishu/event-handlers.ts'
import { Client, DefaultCache } from '../feishu/sdk.ts'

/** The bot a newcomer talks to: it greets, and asks for authorization when somebody writes to it. */
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

type Words = { hello: string; help: string; reason: string }

const WORDS: Record<'zh_cn' | 'en_us' | 'ja_jp', Words> = {
  zh_cn: {
    hello: '你好！我是周报助手。授权后，我就能帮你整理本周的文档和日程。',
    help: '发送 /auth，我会给你一张授权卡片。',
    reason: '每周五根据你的文档和日程生成周报',
  },
  en_us: {
    hello:
      'Hello! I write weekly reports. Once you authorize me, I can read the documents and meetings of your week.',
    help: 'Send /auth and I will send you an authorization card.',
    reason: 'To write your weekly report from your documents and calendar every Friday',
  },
  ja_jp: {
    hello:
      'こんにちは。週報ボットです。認可していただくと、今週のドキュメントと予定から週報を作成します。',
    help: '/auth と送ると、認可カードをお届けします。',
    reason: '毎週金曜日に、ドキュメントと予定から週報を作成するため',
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
    logger: { error() {}, warn() {}, info() {}, debug() {}, trace() {} },
  })
  let domain: Auth | null = null

  return {
    handlers: {
      'im.message.receive_v1': async (event) => {
        // Feishu waits three seconds for the answer, so the work comes after it.
        void hear(event).catch((error: unknown) => log('warn', 'sandbox_bot_failed', { error }))
        return {}
      },
    },
    async greet(auth) {
      domain = auth
      for (const { openId, locale } of emulator.people) {
        await write(openId, WORDS[locale].hello)
        await ask(openId)
      }
    },
  }

  async function hear(event: unknown): Promise<void> {
    const { openId, text, groupId } = readMessage(event)
    const person = emulator.people.find((each) => each.openId === openId)
    if (!person) return
    if (text.trim() === '/auth') await ask(openId, groupId)
    else await write(openId, WORDS[person.locale].help)
  }

  async function ask(openId: string, chatId: string | null = null): Promise<void> {
    const person = emulator.people.find((each) => each.openId === openId)
    if (!person || !domain) return
    const locale = LOCALES[person.locale]
    const { reason } = WORDS[person.locale]
    await domain.requestAuthorization({ openId, scopes: SCOPES, reason, locale, chatId })
  }

  async function write(openId: string, text: string): Promise<void> {
    await client.im.v1.message.create({
      params: { receive_id_type: 'open_id' },
      data: { receive_id: openId, msg_type: 'text', content: JSON.stringify({ text }) },
    })
  }
}

type Heard = { openId: string; text: string; groupId: string | null }

/** Who wrote what, and in which group, of an `im.message.receive_v1` event. */
function readMessage(event: unknown): Heard {
  const message = at(event, 'message')
  const content = at(message, 'content')
  const body: unknown = typeof content === 'string' ? JSON.parse(content) : null
  return {
    openId: String(at(at(at(event, 'sender'), 'sender_id'), 'open_id') ?? ''),
    text: String(at(body, 'text') ?? ''),
    groupId: at(message, 'chat_type') === 'group' ? String(at(message, 'chat_id')) : null,
  }
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
