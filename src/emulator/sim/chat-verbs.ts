import { type CardButton, findButtons } from '../cards/card-buttons.ts'
import type { EmulatedPerson } from '../cast.ts'
import type { EmulatorContext } from '../context.ts'
import type { EmulatedChat, EmulatedMessage, World } from '../world.ts'
import { requireChat, requireMessage, requirePerson } from './find.ts'
import type { ButtonChoice, Sim } from './sim.ts'
import { SimError } from './sim-error.ts'

const timezones = { zh_cn: 'Asia/Shanghai', en_us: 'America/New_York', ja_jp: 'Asia/Tokyo' }

/** What people do in a chat: write, open it, tap buttons. */
export function chatVerbs(context: EmulatorContext): Pick<Sim, 'say' | 'enterChat' | 'click'> {
  const { world, delivery } = context
  return {
    async say({ openId, text, chatId }) {
      const person = requirePerson(world, openId)
      const chat = requireChat(world, openId, chatId)
      const message = world.addMessage({
        chatId: chat.chatId,
        sender: { kind: 'person', openId },
        msgType: 'text',
        content: { text },
      })
      const event = receiveEvent(world, { person, chat, message, text })
      const { delivered } = await delivery.sendEvent('im.message.receive_v1', event, person)
      return { messageId: message.messageId, delivered }
    },
    async enterChat({ openId }) {
      const person = requirePerson(world, openId)
      const { chatId } = requireChat(world, openId)
      const { delivered } = await delivery.sendEvent(
        'im.chat.access_event.bot_p2p_chat_entered_v1',
        { chat_id: chatId, operator_id: userIds(world, person), ...lastMessage(world, chatId) },
        person,
      )
      return { delivered }
    },
    async click({ messageId, openId, button: choice }) {
      const person = requirePerson(world, openId)
      const message = requireMessage(world, messageId)
      requireChat(world, openId, message.chatId)
      if (message.msgType !== 'interactive') {
        throw new SimError('not_a_card', 'the message has no buttons')
      }
      const button = chooseButton(message, choice)
      if (button.disabled) throw new SimError('button_disabled', 'the button is disabled', 409)
      if (button.kind === 'open_url') return { openUrl: button.url ?? '' }
      const action = {
        value: button.value ?? {},
        tag: 'button',
        timezone: timezones[person.locale],
        ...(button.name === undefined ? {} : { name: button.name }),
      }
      const outcome = await delivery.sendCallback(message, action, person)
      if (outcome.card !== undefined) world.changeMessage(message, { content: outcome.card })
      return outcome
    },
  }
}

function chooseButton(message: EmulatedMessage, choice: ButtonChoice): CardButton {
  const buttons = findButtons(message.content)
  if ('value' in choice) {
    const text = { zh_cn: '', en_us: '', ja_jp: '' }
    return { index: -1, text, kind: 'callback', disabled: false, value: choice.value }
  }
  const chosen = buttons.find((button) =>
    'index' in choice
      ? button.index === choice.index
      : Object.values(button.text).includes(choice.text),
  )
  if (chosen !== undefined) return chosen
  const offered = buttons.map((button) => button.text.en_us).join(', ') || 'none'
  throw new SimError('button_unknown', `the card has no such button; it has: ${offered}`, 404)
}

/** See https://open.feishu.cn/document/server-docs/im-v1/message/events/receive */
function receiveEvent(
  world: World,
  received: {
    person: EmulatedPerson
    chat: EmulatedChat
    message: EmulatedMessage
    text: string
  },
): Record<string, unknown> {
  const { person, chat, message, text } = received
  // In a group Feishu tells a bot only about messages that mention it, so each of ours does.
  const isGroup = chat.kind === 'group'
  const mention = {
    key: '@_user_1',
    id: { open_id: world.botOpenId, union_id: '', user_id: '' },
    mentioned_type: 'bot',
    name: world.app.name,
    tenant_key: person.tenantKey,
  }
  return {
    sender: {
      sender_id: userIds(world, person),
      sender_type: 'user',
      tenant_key: person.tenantKey,
    },
    message: {
      message_id: message.messageId,
      create_time: String(message.createTime),
      update_time: String(message.updateTime),
      chat_id: chat.chatId,
      chat_type: isGroup ? 'group' : 'p2p',
      message_type: 'text',
      content: JSON.stringify({ text: isGroup ? `${mention.key} ${text}` : text }),
      ...(isGroup ? { mentions: [mention] } : {}),
    },
  }
}

/** The user_id is for apps with its field scope only. */
function userIds({ app }: World, { openId, unionId, userId }: EmulatedPerson) {
  const seesUserId = app.scopes.includes('contact:user.employee_id:readonly')
  return { union_id: unionId, open_id: openId, ...(seesUserId ? { user_id: userId } : {}) }
}

/** Absent on the first visit, which is how a bot knows to say hello. */
function lastMessage(world: World, chatId: string): Record<string, string> {
  const last = world.messages.findLast((message) => message.chatId === chatId)
  if (last === undefined) return {}
  return {
    last_message_id: last.messageId,
    last_message_create_time: String(last.createTime),
  }
}
