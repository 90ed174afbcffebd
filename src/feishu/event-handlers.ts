import type { CardActionHandler } from './card-events.ts'

/** Handlers by event type, as the SDK's `EventDispatcher.register` takes them. */
export type EventHandlers = Record<string, (event: unknown) => Promise<object>>

/** Events that apps commonly subscribe to and we do not need; without a handler the SDK warns about each of them. */
const UNUSED_EVENTS = [
  'im.message.receive_v1',
  'im.chat.access_event.bot_p2p_chat_entered_v1',
  'im.message.message_read_v1',
  'im.message.reaction.created_v1',
  'im.message.reaction.deleted_v1',
  'im.message.recalled_v1',
  'p2p_chat_create',
] as const

/** What a bot with a dispatcher of its own registers there. */
export function botEventHandlers(onCardAction: CardActionHandler): EventHandlers {
  return { 'card.action.trigger': onCardAction }
}

/** What our own dispatcher registers; it sees every event of the app. */
export function serviceEventHandlers(onCardAction: CardActionHandler): EventHandlers {
  const ignore = async () => ({})
  return {
    ...Object.fromEntries(UNUSED_EVENTS.map((name) => [name, ignore])),
    ...botEventHandlers(onCardAction),
  }
}
