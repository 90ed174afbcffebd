import { element } from './element.js'
import { icon, pictures } from './icon.js'
import { createKeyedList } from './keyed-list.js'
import { languageTag, localDatetime } from './local-datetime.js'
import { clockNow, personName } from './page-state.js'
import { wordsIn } from './words.js'

/**
 * @typedef {import('./page-state.js').PageState} PageState
 * @typedef {import('./page-state.js').PageStore} PageStore
 * @typedef {{ store: PageStore, actions: import('./actions.js').Actions }} Neighbours
 */

/** @type {[import('./sim-api.js').Locale, string][]} */
const languages = [
  ['zh_cn', '中文'],
  ['en_us', 'English'],
  ['ja_jp', '日本語'],
]

/**
 * Who I am, the language, light or dark, the clock and the two panels' switches.
 * @param {Neighbours} neighbours
 */
export function createTopBar({ store, actions }) {
  const time = element('time', { class: 'clock-time' })
  const node = element('header', { class: 'top-bar' })
  const show = createKeyedList(node)

  function tick() {
    const state = store.value()
    const now = clockNow(state)
    const parts = ['date_short', 'time'].map((format) => localDatetime(now, format, state.locale))
    if (time.textContent !== parts.join(' ')) time.textContent = parts.join(' ')
  }
  setInterval(tick, 1000)

  return {
    node,
    /** @param {PageState} state */
    show(state) {
      tick()
      const people = (state.world?.people ?? []).map(({ open_id }) => ({
        value: open_id,
        label: personName(state, open_id) ?? open_id,
      }))
      const offset = state.world?.clock.offset_seconds ?? 0
      const faulty = (state.world?.faults.length ?? 0) > 0 || state.tapAs !== undefined
      show([
        {
          key: 'brand',
          signature: String(state.world?.app.name),
          build: () => brand(state.world?.app.name ?? ''),
        },
        {
          key: 'choices',
          signature: JSON.stringify([people, state.me, state.locale]),
          build: () => choices(people, state, { store, actions }),
        },
        {
          key: 'clock',
          signature: JSON.stringify([state.locale, offset !== 0]),
          build: () => clock(time, offset !== 0, state, actions),
        },
        {
          key: 'switches',
          signature: JSON.stringify([
            ...[state.locale, state.theme, state.faultsOpen, state.inspectorOpen, faulty],
          ]),
          build: () => switches(state, faulty, store),
        },
      ])
    },
  }
}

/** @param {string} appName */
function brand(appName) {
  return element('h1', { class: 'brand' }, icon(pictures.bot), element('span', {}, appName))
}

/**
 * @param {{ value: string, label: string }[]} people
 * @param {PageState} state
 * @param {Neighbours} neighbours
 */
function choices(people, state, { store, actions }) {
  const words = wordsIn(state.locale)
  const locales = languages.map(([value, label]) => ({ value, label }))
  return element(
    'div',
    { class: 'choices' },
    choice(words.whoAmI, 'me', people, state.me, (openId) => actions.become(openId)),
    choice(words.language, 'locale', locales, state.locale, (chosen) => {
      const locale = languages.find(([value]) => value === chosen)?.[0]
      if (locale) store.change({ locale })
    }),
  )
}

/**
 * @param {string} label
 * @param {string} name
 * @param {{ value: string, label: string }[]} options
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
function choice(label, name, options, chosen, choose) {
  const select = element('select', { 'data-focus': name })
  for (const option of options) {
    const language = languages.find(([value]) => value === option.value)?.[0]
    select.append(
      element(
        'option',
        {
          value: option.value,
          selected: option.value === chosen,
          lang: language && languageTag(language),
        },
        option.label,
      ),
    )
  }
  select.addEventListener('change', () => choose(select.value))
  return element('label', { class: `choice choice-${name}` }, element('span', {}, label), select)
}

/**
 * @param {HTMLElement} time
 * @param {boolean} isMoved
 * @param {PageState} state
 * @param {import('./actions.js').Actions} actions
 */
function clock(time, isMoved, state, actions) {
  const words = wordsIn(state.locale)
  const steps = Object.entries(words.clockSteps).map(([seconds, label]) =>
    element(
      'button',
      {
        type: 'button',
        class: 'plain-button small-button',
        'data-focus': `clock-${seconds}`,
        click: () => void actions.moveClock(Number(seconds)),
      },
      label,
    ),
  )
  const back = element(
    'button',
    {
      type: 'button',
      class: 'plain-button small-button',
      'data-focus': 'clock-back',
      disabled: !isMoved,
      click: () => void actions.moveClock(),
    },
    words.clockBack,
  )
  const moved = isMoved ? ' clock-moved' : ''
  return element(
    'div',
    {
      class: `clock${moved}`,
      role: 'group',
      'aria-label': words.clock,
      title: isMoved ? words.clockMoved : undefined,
    },
    time,
    ...steps,
    back,
  )
}

/**
 * @param {PageState} state
 * @param {boolean} faulty
 * @param {PageStore} store
 */
function switches(state, faulty, store) {
  const words = wordsIn(state.locale)
  const isDark = darkNow(state.theme)
  return element(
    'div',
    { class: 'switches' },
    element(
      'button',
      {
        type: 'button',
        class: `plain-button${faulty ? ' is-faulty' : ''}`,
        'data-focus': 'faults',
        'aria-expanded': String(state.faultsOpen),
        'aria-controls': 'faults',
        id: 'faults-switch',
        click: () => store.change({ faultsOpen: !state.faultsOpen }),
      },
      icon(pictures.faults),
      element('span', {}, words.faults),
    ),
    element(
      'button',
      {
        type: 'button',
        class: 'icon-button',
        'data-focus': 'inspector',
        'aria-label': words.inspector,
        title: words.inspector,
        'aria-expanded': String(state.inspectorOpen),
        'aria-controls': 'inspector',
        id: 'inspector-switch',
        click: () => store.change({ inspectorOpen: !state.inspectorOpen }),
      },
      icon(pictures.inspect),
    ),
    element(
      'button',
      {
        type: 'button',
        class: 'icon-button',
        'data-focus': 'theme',
        'aria-label': words.theme,
        title: words.theme,
        click: () => store.change({ theme: isDark ? 'light' : 'dark' }),
      },
      icon(isDark ? pictures.sun : pictures.moon),
    ),
  )
}

/** @param {PageState['theme']} theme */
function darkNow(theme) {
  return theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark'
}
