import { botAvatar, groupAvatar } from './avatar.js'
import { element } from './element.js'
import { icon, pictures } from './icon.js'
import { createKeyedList } from './keyed-list.js'
import { personName } from './page-state.js'
import { wordsIn } from './words.js'

/**
 * The line above the messages: whom I am talking to, and on a phone the way back to the list.
 * @param {{ store: import('./page-state.js').PageStore }} neighbours
 */
export function createChatHeader({ store }) {
  const node = element('div', { class: 'chat-header' })
  const show = createKeyedList(node)

  return {
    node,
    /** @param {import('./page-state.js').PageState} state */
    show(state) {
      const words = wordsIn(state.locale)
      const chat = state.world?.chats.find(({ chat_id }) => chat_id === state.chatId)
      const isGroup = chat?.kind === 'group'
      const title = (isGroup ? chat.name : state.world?.app.name) ?? ''
      const names = (chat?.members ?? []).map((openId) => personName(state, openId)).join(', ')
      const members = isGroup ? names : `${words.whoAmI} ${names}`
      const offline = state.connected ? '' : words.offline
      show([
        {
          key: 'header',
          signature: JSON.stringify([state.locale, title, members, isGroup, offline]),
          build: () =>
            element(
              'div',
              {},
              element(
                'button',
                {
                  type: 'button',
                  class: 'icon-button back-button',
                  'aria-label': words.back,
                  'data-focus': 'back',
                  click: () => store.change({ pane: 'list' }),
                },
                icon(pictures.back),
              ),
              isGroup ? groupAvatar() : botAvatar(),
              element(
                'div',
                { class: 'chat-titles' },
                element('h2', { class: 'clipped' }, title),
                element('p', { class: 'clipped quiet' }, members),
              ),
              offline ? element('p', { class: 'offline', role: 'alert' }, offline) : undefined,
            ),
        },
      ])
    },
  }
}
