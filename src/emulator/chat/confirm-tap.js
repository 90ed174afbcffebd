import { cardText } from './card-text.js'
import { element } from './element.js'

/**
 * Asks a button's confirm question in a native dialog, which keeps the focus and gives it back.
 * @param {Record<string, unknown>} question
 * @param {import('./card.js').CardReader} reader
 * @returns {Promise<boolean>} whether the person said yes
 */
export function confirmTap(question, reader) {
  const title = cardText(question.title, reader.locale)
  const text = cardText(question.text, reader.locale)
  const dialog = element(
    'dialog',
    { class: 'confirm', 'aria-labelledby': 'confirm-title' },
    element(
      'form',
      { method: 'dialog' },
      element('h2', { id: 'confirm-title' }, title || text),
      title && text ? element('p', {}, text) : undefined,
      element(
        'div',
        { class: 'confirm-choices' },
        element('button', { class: 'plain-button', value: 'no' }, reader.words.cancel),
        element(
          'button',
          { class: 'plain-button plain-button-primary', value: 'yes', autofocus: true },
          reader.words.confirm,
        ),
      ),
    ),
  )
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(dialog.returnValue === 'yes')
    })
  })
}
