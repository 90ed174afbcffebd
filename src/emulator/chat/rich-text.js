import { cardText, object } from './card-text.js'
import { standardIcon } from './icon.js'
import { ink } from './ink.js'
import { markdownInline } from './markdown-inline.js'

/**
 * A text object as nodes: `lark_md` with its marks, `plain_text` as it is.
 * @param {unknown} text
 * @param {import('./markdown-inline.js').Reader} reader
 */
export function richText(text, reader) {
  const words = cardText(text, reader.locale)
  return object(text).tag === 'lark_md' ? markdownInline(words, reader) : [words]
}

/**
 * The picture of a card's icon object.
 * @param {unknown} described
 */
export function cardIcon(described) {
  const { token, color } = object(described)
  return standardIcon(String(token ?? ''), `card-icon ${ink(color)}`)
}
