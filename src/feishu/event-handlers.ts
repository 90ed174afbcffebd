import type { CardActionHandler } from './card-events.ts'
import type { MessageListener } from './command-events.ts'

/** Handlers by event type, as the SDK's `EventDispatcher.register` takes them. */
export type EventHandlers = Record<string, (event: unknown) => Promise<object>>

/** The answer to an event that is none of our business; to Feishu it looks like any other. */
export const IGNORED: object = Object.freeze({})

const MESSAGE = 'im.message.receive_v1'

/** Events that apps commonly subscribe to and we do not need; without a handler the SDK warns about each of them. */
const UNUSED_EVENTS = [
  'im.chat.access_event.bot_p2p_chat_entered_v1',
  'im.message.message_read_v1',
  'im.message.reaction.created_v1',
  'im.message.reaction.deleted_v1',
  'im.message.recalled_v1',
  'p2p_chat_create',
] as const

/**
 * What a bot with a dispatcher of its own registers there: taps on our cards, and the events that end grants
 * (`createGrantEndingEvents`). Messages stay the bot's own. A dispatcher has one handler per type: a bot that needs one of
 * these events itself calls ours from its own.
 */
export function botEventHandlers(
  onCardAction: CardActionHandler,
  grantEndings: EventHandlers = {},
): EventHandlers {
  return { ...grantEndings, 'card.action.trigger': onCardAction }
}

/** What our own dispatcher registers; it sees every event of the app. */
export function serviceEventHandlers(
  onCardAction: CardActionHandler,
  more: {
    grantEndings?: EventHandlers | undefined
    /** Hears messages first; what it does not take goes to `others`. */
    onMessage?: MessageListener | undefined
    /** Handlers of whoever runs the service; they may replace the ones we ignore. */
    others?: EventHandlers | undefined
  } = {},
): EventHandlers {
  const { grantEndings, onMessage = async () => false, others = {} } = more
  const ignore = async () => IGNORED
  return {
    ...Object.fromEntries(UNUSED_EVENTS.map((name) => [name, ignore])),
    ...others,
    [MESSAGE]: async (event) => {
      if (await onMessage(event)) return {}
      return (await others[MESSAGE]?.(event)) ?? IGNORED
    },
    ...botEventHandlers(onCardAction, grantEndings),
  }
}
