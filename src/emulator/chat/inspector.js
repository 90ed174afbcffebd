import { element } from './element.js'
import { icon, pictures } from './icon.js'
import { createKeyedList } from './keyed-list.js'
import { localDatetime } from './local-datetime.js'
import { wordsIn } from './words.js'

/**
 * @typedef {import('./sim-api.js').Entry} Entry
 * @typedef {import('./page-state.js').PageState} PageState
 */

/** As many entries as are drawn; older ones are in GET /sim/transcript. */
const drawn = 200

/**
 * What crossed the wire, newest first, for one message or for all.
 * @param {{ store: import('./page-state.js').PageStore, close: () => void }} neighbours
 */
export function createInspector({ store, close }) {
  const head = element('div', { class: 'inspector-head' })
  const entries = element('div', { class: 'entries' })
  const showHead = createKeyedList(head)
  const showEntries = createKeyedList(entries)
  const node = element('aside', { class: 'inspector', id: 'inspector' }, head, entries)

  return {
    node,
    /** @param {PageState} state */
    show(state) {
      node.hidden = !state.inspectorOpen
      if (!state.inspectorOpen) return
      const words = wordsIn(state.locale)
      const message = state.world?.messages.find(({ message_id }) => message_id === state.inspected)
      node.setAttribute('aria-label', words.inspector)
      const all = () => store.change({ inspected: undefined })
      showHead([
        {
          key: 'head',
          signature: JSON.stringify([state.locale, message !== undefined]),
          build: () => heading(words, close, message === undefined ? undefined : all),
        },
      ])
      const ofMessage = message
        ? state.transcript.filter(({ messageId }) => messageId === message.message_id)
        : state.transcript
      const shown = ofMessage.slice(-drawn).reverse()
      const isCard = message?.msg_type === 'interactive'
      showEntries([
        ...(message
          ? [
              {
                key: `content-${message.message_id}`,
                signature: JSON.stringify([message.content, state.locale]),
                build: () => json(isCard ? words.cardJson : words.messageJson, message.content),
              },
            ]
          : []),
        ...shown.map((entry) => ({
          key: String(entry.seq),
          signature: state.locale,
          build: () => entryItem(entry, state),
        })),
        ...(shown.length === 0 && !message
          ? [
              {
                key: 'nothing',
                signature: state.locale,
                build: () => element('p', { class: 'empty' }, words.nothing),
              },
            ]
          : []),
      ])
    },
  }
}

/**
 * @param {import('./words.js').Words} words
 * @param {() => void} close
 * @param {(() => void) | undefined} all
 */
function heading(words, close, all) {
  return element(
    'div',
    {},
    element(
      'div',
      { class: 'panel-title' },
      element('h2', {}, words.inspector),
      element(
        'button',
        {
          type: 'button',
          class: 'icon-button',
          'aria-label': `${words.close}: ${words.inspector}`,
          click: close,
          'data-focus': 'close',
        },
        icon(pictures.close),
      ),
    ),
    element('p', { class: 'quiet' }, words.inspectorHelp),
    all
      ? element('button', { type: 'button', class: 'plain-button', click: all }, words.inspectAll)
      : undefined,
  )
}

/**
 * @param {Entry} entry
 * @param {PageState} state
 */
function entryItem(entry, state) {
  const words = wordsIn(state.locale)
  const failed = entry.status !== undefined && entry.status >= 400
  const name = [entry.method, entry.path].filter(Boolean).join(' ') || frameName(entry)
  const node = element(
    'details',
    { class: 'entry' },
    element(
      'summary',
      {},
      element('span', { class: `kind kind-${entry.kind}` }, entry.kind.replace('_', ' ')),
      element('span', { class: 'entry-name' }, name),
      element(
        'span',
        { class: `entry-figures${failed ? ' entry-failed' : ''}` },
        [
          entry.status,
          entry.ms === undefined ? undefined : `${Math.round(entry.ms)} ms`,
          localDatetime(new Date(entry.at).getTime(), 'time_sec', state.locale),
        ]
          .filter((figure) => figure !== undefined)
          .join(' · '),
      ),
    ),
  )
  // Long answers are drawn only when somebody opens them.
  node.addEventListener(
    'toggle',
    () => {
      if (entry.request !== undefined) node.append(json(words.request, entry.request))
      if (entry.response !== undefined) node.append(json(words.response, entry.response))
      if (entry.logId) node.append(element('p', { class: 'quiet' }, `X-Tt-Logid ${entry.logId}`))
    },
    { once: true },
  )
  return node
}

/** @param {Entry} entry */
function frameName({ request, response }) {
  const text = JSON.stringify(request ?? response ?? '')
  return /"event_type":"([\w.]+)"/.exec(text)?.[1] ?? ''
}

/**
 * @param {string} title
 * @param {unknown} value
 */
function json(title, value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  return element(
    'section',
    { class: 'json' },
    element('h3', {}, title),
    element('pre', { tabindex: 0, 'aria-label': title }, element('code', {}, text)),
  )
}
