import { element } from './element.js'
import { icon, pictures } from './icon.js'
import { createKeyedList } from './keyed-list.js'
import { personName } from './page-state.js'
import { wordsIn } from './words.js'

/** @typedef {import('./page-state.js').PageState} PageState */

/**
 * A small panel that breaks Feishu on purpose.
 * @param {{
 *   store: import('./page-state.js').PageStore,
 *   actions: import('./actions.js').Actions,
 *   close: () => void,
 * }} neighbours
 */
export function createFaultsPanel({ store, actions, close }) {
  const node = element('section', { class: 'faults', id: 'faults', hidden: true })
  const show = createKeyedList(node)
  /**
   * What the reader chose and the emulator is still being told: two quick choices are both meant.
   * @type {{ slow: boolean, down: boolean } | undefined}
   */
  let chosen

  return {
    node,
    /** @param {PageState} state */
    show(state) {
      const words = wordsIn(state.locale)
      node.hidden = !state.faultsOpen
      node.setAttribute('aria-label', words.faults)
      const faults = state.world?.faults ?? []
      const active = chosen ?? {
        slow: faults.some((fault) => fault.delay_ms !== undefined),
        down: faults.some((fault) => fault.status === 503),
      }
      show([
        {
          key: 'panel',
          signature: JSON.stringify([state.locale, active, state.tapAs, othersIn(state)]),
          build: () => panel(state, active),
        },
      ])
    },
  }

  /**
   * @param {PageState} state
   * @param {{ slow: boolean, down: boolean }} active
   */
  function panel(state, active) {
    const words = wordsIn(state.locale)
    return element(
      'div',
      {},
      element(
        'div',
        { class: 'panel-title' },
        element('h2', {}, words.faults),
        element(
          'button',
          {
            type: 'button',
            class: 'icon-button',
            'aria-label': `${words.close}: ${words.faults}`,
            'data-focus': 'close',
            click: close,
          },
          icon(pictures.close),
        ),
      ),
      element('p', { class: 'quiet' }, words.faultsHelp),
      toggle(words.slow, 'slow', active),
      toggle(words.down, 'down', active),
      press(words.drop, 'drop', actions.dropConnections),
      press(words.twice, 'twice', actions.duplicateNextEvent),
      tapperChoice(state, words),
    )
  }

  /**
   * @param {string} label
   * @param {'slow' | 'down'} name
   * @param {{ slow: boolean, down: boolean }} active
   */
  function toggle(label, name, active) {
    const box = element('input', {
      type: 'checkbox',
      role: 'switch',
      checked: active[name],
      'data-focus': name,
    })
    box.addEventListener('change', async () => {
      const wanted = { ...(chosen ?? active), [name]: box.checked }
      chosen = wanted
      await actions.haveFaults([
        ...(wanted.down ? /** @type {const} */ (['down']) : []),
        ...(wanted.slow ? /** @type {const} */ (['slow']) : []),
      ])
      if (chosen === wanted) chosen = undefined
    })
    return element('label', { class: 'fault-line' }, label, box)
  }

  /**
   * @param {string} label
   * @param {string} name
   * @param {() => Promise<void>} act
   */
  function press(label, name, act) {
    return element(
      'button',
      {
        type: 'button',
        class: 'plain-button fault-button',
        'data-focus': name,
        click: () => void act(),
      },
      label,
    )
  }

  /**
   * @param {PageState} state
   * @param {import('./words.js').Words} words
   */
  function tapperChoice(state, words) {
    const others = othersIn(state)
    const select = element(
      'select',
      { 'data-focus': 'tap-as', disabled: others.length === 0 },
      element('option', { value: '' }, words.myself),
      ...others.map((openId) =>
        element(
          'option',
          { value: openId, selected: openId === state.tapAs },
          personName(state, openId) ?? openId,
        ),
      ),
    )
    select.addEventListener('change', () => store.change({ tapAs: select.value || undefined }))
    const note = others.length === 0 ? words.groupOnly : undefined
    return element(
      'div',
      {},
      element('label', { class: 'fault-line fault-line-tall' }, words.tapAs, select),
      note && element('p', { class: 'quiet' }, note),
    )
  }
}

/**
 * Who else could tap in the open conversation.
 * @param {PageState} state
 */
function othersIn(state) {
  const chat = state.world?.chats.find(({ chat_id }) => chat_id === state.chatId)
  return (chat?.members ?? []).filter((openId) => openId !== state.me)
}
