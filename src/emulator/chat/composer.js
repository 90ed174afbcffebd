import { element } from './element.js'
import { icon, pictures } from './icon.js'
import { createKeyedList } from './keyed-list.js'
import { wordsIn } from './words.js'

const suggestions = ['/auth', '/revoke', 'hello']

/**
 * The line to write to the bot, with a few words to start from.
 * @param {{ actions: import('./actions.js').Actions }} neighbours
 */
export function createComposer({ actions }) {
  const chips = element('div', { class: 'chips', role: 'group' })
  const showChips = createKeyedList(chips)
  const input = element('input', { id: 'compose', autocomplete: 'off', enterkeyhint: 'send' })
  const send = element('button', { class: 'send' }, icon(pictures.send))
  const form = element('form', { class: 'compose-line' }, input, send)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const text = input.value.trim()
    if (text === '') return
    input.value = ''
    void actions.write(text)
  })

  return {
    node: element('div', { class: 'composer' }, chips, form),
    /** @param {import('./page-state.js').PageState} state */
    show({ locale }) {
      const words = wordsIn(locale)
      chips.setAttribute('aria-label', words.suggestions)
      input.placeholder = words.write
      input.setAttribute('aria-label', words.write)
      send.setAttribute('aria-label', words.send)
      send.title = words.send
      showChips(
        suggestions.map((text) => ({
          key: text,
          signature: text,
          build: () =>
            element(
              'button',
              { type: 'button', class: 'chip', click: () => void actions.write(text) },
              text,
            ),
        })),
      )
    },
  }
}
