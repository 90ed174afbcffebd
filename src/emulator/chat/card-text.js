/** @typedef {import('./sim-api.js').Locale} Locale */

/**
 * The words of a card's text object, or of an element that carries `content`, in the reader's language.
 * @param {unknown} text
 * @param {Locale} locale
 */
export function cardText(text, locale) {
  const { content, i18n_content: translations } = object(text)
  const translated = object(translations)[locale]
  const words = typeof translated === 'string' ? translated : content
  return typeof words === 'string' ? words : ''
}

/**
 * Any JSON value as an object; an empty one when it is none.
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
export function object(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? /** @type {Record<string, unknown>} */ (value)
    : {}
}

/**
 * Any JSON value as a list of objects; an empty one when it is none.
 * @param {unknown} value
 */
export function objects(value) {
  return Array.isArray(value) ? value.map(object) : []
}
