import { element } from './element.js'
import { nextHint } from './hint.js'
import { createKeyedList } from './keyed-list.js'
import { localDatetime } from './local-datetime.js'
import { messageItem } from './message-item.js'
import { personName } from './page-state.js'
import { wordsIn } from './words.js'

/** @typedef {import('./page-state.js').PageState} PageState */

/** How close to the end, in pixels, still counts as reading the newest message. */
const nearEnd = 120

/**
 * The messages of the open conversation, the newest in view.
 * @param {{
 *   actions: import('./actions.js').Actions,
 *   inspect: (messageId: string) => void,
 *   toast: (toast: { type: string, text: string }) => void,
 * }} neighbours
 */
export function createMessageLog({ actions, inspect, toast }) {
  const list = element('div', { class: 'log-list' })
  const node = element('div', { class: 'log', role: 'log', tabindex: 0 }, list)
  const showItems = createKeyedList(list)
  let chatId = ''

  return {
    node,
    /** @param {PageState} state */
    show(state) {
      const isOtherChat = state.chatId !== chatId
      const wasAtEnd = node.scrollHeight - node.scrollTop - node.clientHeight < nearEnd
      chatId = state.chatId
      // Opening a conversation is no news: only what arrives later is announced.
      node.setAttribute('aria-live', isOtherChat ? 'off' : 'polite')
      node.setAttribute('aria-label', wordsIn(state.locale).messages)
      showItems(items(state, { actions, inspect, toast }))
      if (isOtherChat || wasAtEnd) node.scrollTop = node.scrollHeight
    },
  }
}

/**
 * @param {PageState} state
 * @param {Parameters<typeof createMessageLog>[0]} neighbours
 * @returns {import('./keyed-list.js').KeyedItem[]}
 */
function items(state, neighbours) {
  const words = wordsIn(state.locale)
  const messages = (state.world?.messages ?? []).filter(({ chat_id }) => chat_id === state.chatId)
  const hint = nextHint(state, messages)
  /** @type {import('./keyed-list.js').KeyedItem[]} */
  const shown = []
  let day = ''
  for (const message of messages) {
    const itsDay = localDatetime(Number(message.create_time), 'date', state.locale)
    if (itsDay !== day) shown.push(line(`day-${itsDay}`, itsDay, 'day'))
    day = itsDay
    const author =
      message.sender.kind === 'bot'
        ? state.world?.app.name
        : personName(state, message.sender.open_id)
    const isInspected = message.message_id === state.inspected
    shown.push({
      key: message.message_id,
      signature: JSON.stringify([message, state.locale, state.me, author, isInspected]),
      build: () =>
        messageItem({ message, author: author ?? '', state, isInspected, ...neighbours }),
    })
    if (hint?.below === message.message_id) {
      shown.push({
        key: `hint-${hint.name}`,
        signature: JSON.stringify([hint, state.locale]),
        build: () => hint.build(neighbours),
      })
    }
  }
  if (messages.length === 0 && state.world) shown.push(line('empty', words.empty, 'empty'))
  return shown
}

/**
 * @param {string} key
 * @param {string} text
 * @param {string} className
 */
function line(key, text, className) {
  return { key, signature: text, build: () => element('p', { class: className }, text) }
}
