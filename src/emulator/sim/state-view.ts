import { type CardButton, findButtons } from '../cards/card-buttons.ts'
import type { EmulatedApp, EmulatedPerson } from '../cast.ts'
import type { EmulatorContext } from '../context.ts'
import type { ActiveFault } from '../faults.ts'
import type { EmulatedMessage } from '../world.ts'

/** A message as `/sim/state` shows it. */
export type MessageView = {
  message_id: string
  chat_id: string
  sender: { kind: 'bot' | 'person'; open_id?: string }
  msg_type: 'text' | 'interactive'
  /** `{text}` or the card JSON. */
  content: Record<string, unknown>
  create_time: number
  update_time: number
  updated: boolean
  recalled: boolean
  /** The buttons of a card, in the order of reading. */
  buttons?: CardButton[]
}

/** Everything the chat page shows, as `/sim/state` gives it. */
export type StateView = ReturnType<typeof stateView>

/** Shows the whole world, without the app's secret. */
export function stateView(context: EmulatorContext, hints: { curl?: string }) {
  const { world, delivery, faults } = context
  return {
    clock: clockView(context),
    app: appView(world.app),
    people: world.people.map(personView),
    chats: world.chats.map(({ chatId, kind, name, members }) => {
      return { chat_id: chatId, kind, name, members }
    }),
    messages: world.messages.map(messageView),
    connections: delivery.connections(),
    faults: faults.list().map(faultView),
    hints,
  }
}

/** Shows a message, with the buttons of its card. */
export function messageView(message: EmulatedMessage): MessageView {
  const { sender, msgType, content } = message
  return {
    message_id: message.messageId,
    chat_id: message.chatId,
    sender: sender.kind === 'bot' ? { kind: 'bot' } : { kind: 'person', open_id: sender.openId },
    msg_type: msgType,
    content,
    create_time: message.createTime,
    update_time: message.updateTime,
    updated: message.updated,
    recalled: message.recalled,
    ...(msgType === 'interactive' ? { buttons: findButtons(content) } : {}),
  }
}

/** Shows the clock: milliseconds since the epoch, and how far it is ahead. */
export function clockView({ clock }: Pick<EmulatorContext, 'clock'>) {
  return { now: clock.now(), offset_seconds: clock.offsetSeconds() }
}

/** Shows a person. */
export function personView(person: EmulatedPerson) {
  return {
    open_id: person.openId,
    union_id: person.unionId,
    user_id: person.userId,
    name: person.name,
    en_name: person.enName,
    tenant_key: person.tenantKey,
    locale: person.locale,
    status: person.status,
    available: person.available,
  }
}

/** Shows the app, without its secret. */
export function appView(app: EmulatedApp) {
  return {
    app_id: app.appId,
    name: app.name,
    redirect_uris: app.redirectUris,
    scopes: app.scopes,
    refresh_allowed: app.refreshAllowed,
    enabled: app.enabled,
    installed: app.installed,
    bot_enabled: app.botEnabled,
    bot_status: app.botStatus,
    is_published: app.isPublished,
    is_waiting: app.isWaiting,
    card_callback: app.cardCallback,
  }
}

function faultView({ id, match, status, code, delayMs, cut, left }: ActiveFault) {
  return {
    id,
    match,
    left,
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    ...(delayMs === undefined ? {} : { delay_ms: delayMs }),
    ...(cut === undefined ? {} : { cut }),
  }
}
