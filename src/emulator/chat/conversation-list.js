import { groupAvatar, personAvatar } from './avatar.js'
import { cardText, object } from './card-text.js'
import { element } from './element.js'
import { createKeyedList } from './keyed-list.js'
import { localDatetime } from './local-datetime.js'
import { personName } from './page-state.js'
import { wordsIn } from './words.js'

/**
 * @typedef {import('./page-state.js').PageState} PageState
 * @typedef {import('./sim-api.js').Chat} Chat
 * @typedef {import('./sim-api.js').Message} Message
 */

/**
 * The conversations on the left, as a list to move through with the keyboard.
 * @param {{ actions: import('./actions.js').Actions }} neighbours
 */
export function createConversationList({ actions }) {
  const list = element('ul', { class: 'conversations' })
  const show = createKeyedList(list)
  const node = element('nav', { class: 'sidebar' }, list)

  return {
    node,
    /** @param {PageState} state */
    show(state) {
      node.setAttribute('aria-label', wordsIn(state.locale).conversations)
      show(
        (state.world?.chats ?? []).map((chat) => {
          const view = conversation(chat, state)
          return {
            key: chat.chat_id,
            signature: JSON.stringify(view),
            build: () => row(chat, view, () => actions.openChat(chat.chat_id)),
          }
        }),
      )
    },
  }
}

/**
 * @param {Chat} chat
 * @param {PageState} state
 */
function conversation(chat, state) {
  const words = wordsIn(state.locale)
  const last = state.world?.messages.findLast((message) => message.chat_id === chat.chat_id)
  const isGroup = chat.kind === 'group'
  return {
    name: isGroup ? (chat.name ?? '') : (personName(state, chat.members[0]) ?? ''),
    note: !isGroup && chat.members[0] === state.me ? words.you : '',
    preview: last ? preview(last, state) : '',
    time: last ? localDatetime(Number(last.create_time), 'time', state.locale) : '',
    isCurrent: chat.chat_id === state.chatId,
    unread: state.unread.includes(chat.chat_id) ? words.unread : '',
  }
}

/**
 * @param {Message} message
 * @param {PageState} state
 */
function preview(message, state) {
  if (message.recalled) return wordsIn(state.locale).recalled
  if (message.msg_type !== 'interactive') return String(message.content.text ?? '')
  return cardText(object(message.content.header).title, state.locale)
}

/**
 * @param {Chat} chat
 * @param {ReturnType<typeof conversation>} view
 * @param {() => void} open
 */
function row(chat, view, open) {
  const picture =
    chat.kind === 'group' ? groupAvatar() : personAvatar(chat.members[0] ?? '', view.name)
  return element(
    'li',
    {},
    element(
      'button',
      {
        type: 'button',
        class: 'conversation',
        'aria-current': view.isCurrent ? 'true' : undefined,
        'data-focus': 'open',
        click: open,
      },
      picture,
      element(
        'span',
        { class: 'conversation-text' },
        element(
          'span',
          { class: 'conversation-name' },
          element('span', { class: 'clipped' }, view.name),
          view.note ? element('span', { class: 'note' }, view.note) : undefined,
          element('time', {}, view.time),
        ),
        element('span', { class: 'clipped conversation-preview' }, view.preview),
      ),
      view.unread
        ? element('span', { class: 'unread' }, element('span', { class: 'unseen' }, view.unread))
        : undefined,
    ),
  )
}
