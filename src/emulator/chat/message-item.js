import { botAvatar, personAvatar } from './avatar.js'
import { renderCard } from './card.js'
import { element } from './element.js'
import { icon, pictures } from './icon.js'
import { localDatetime } from './local-datetime.js'
import { personName } from './page-state.js'
import { wordsIn } from './words.js'

/**
 * @typedef {{
 *   message: import('./sim-api.js').Message,
 *   author: string,
 *   state: import('./page-state.js').PageState,
 *   isInspected: boolean,
 *   actions: import('./actions.js').Actions,
 *   inspect: (messageId: string) => void,
 * }} ItemParts
 */

/**
 * A message with its author: a bubble or a card, and a button that shows what crossed the wire.
 * @param {ItemParts} parts
 */
export function messageItem(parts) {
  const { message, author, state, isInspected, inspect } = parts
  const isBot = message.sender.kind === 'bot'
  const isMine = !isBot && message.sender.open_id === state.me
  const words = wordsIn(state.locale)
  const sentAt = localDatetime(Number(message.create_time), 'time', state.locale)
  const note = message.updated && !message.recalled ? ` · ${words.edited}` : undefined
  return element(
    'div',
    { class: `message${isMine ? ' message-mine' : ''}${isInspected ? ' message-inspected' : ''}` },
    isBot ? botAvatar() : personAvatar(message.sender.open_id ?? '', author),
    element(
      'div',
      { class: 'message-content' },
      element(
        'div',
        { class: 'message-author' },
        element('p', {}, author, ' ', element('time', {}, sentAt), note),
        element(
          'button',
          {
            type: 'button',
            class: 'icon-button inspect-button',
            'aria-label': words.inspect,
            'aria-pressed': String(isInspected),
            title: words.inspect,
            'data-focus': 'inspect',
            click: () => inspect(message.message_id),
          },
          icon(pictures.inspect),
        ),
      ),
      content(parts),
    ),
  )
}

/** @param {ItemParts} parts */
function content({ message, state, actions }) {
  const words = wordsIn(state.locale)
  if (message.recalled) return element('p', { class: 'unknown' }, words.recalled)
  if (message.msg_type === 'text') {
    return element('p', { class: 'bubble' }, String(message.content.text ?? ''))
  }
  if (message.msg_type !== 'interactive') {
    return element('p', { class: 'unknown' }, `${words.notDrawn} ${message.msg_type}`)
  }
  const card = renderCard(message.content, {
    locale: state.locale,
    words,
    buttonsSoFar: 0,
    personName: (openId) => personName(state, openId),
    onTap: (index) => void tap(index),
  })

  /** A card waits for its answer, as in Feishu: further taps do nothing. @param {number} index */
  async function tap(index) {
    if (card.ariaBusy === 'true') return
    card.ariaBusy = 'true'
    await actions.tap(message.message_id, index)
    card.ariaBusy = 'false'
  }

  return card
}
