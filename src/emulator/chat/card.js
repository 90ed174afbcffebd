import { cardElements } from './card-elements.js'
import { cardText, object, objects } from './card-text.js'
import { element } from './element.js'
import { ink } from './ink.js'
import { cardIcon, richText } from './rich-text.js'

/**
 * What a card needs to know of its reader, and what happens when they tap.
 *
 * @typedef {import('./markdown-inline.js').Reader & {
 *   onTap: (index: number, button: HTMLButtonElement) => void,
 *   words: import('./words.js').Words,
 *   buttonsSoFar: number,
 * }} CardReader
 */

/**
 * Draws card JSON 2.0 as Feishu does.
 * https://open.feishu.cn/document/feishu-cards/card-json-v2-structure
 * @param {Record<string, unknown>} card
 * @param {CardReader} reader
 */
export function renderCard(card, reader) {
  const width = String(object(card.config).width_mode ?? 'default')
  const node = element('article', {
    class: `card card-${width === 'compact' ? width : 'default'}`,
    tabindex: -1,
    'data-heir': true,
  })
  if (card.header !== undefined) node.append(header(object(card.header), reader))
  const body = object(card.body)
  const content = element('div', { class: 'card-body' })
  content.append(...cardElements(objects(body.elements), reader))
  node.append(content)
  return node
}

/**
 * @param {Record<string, unknown>} header
 * @param {CardReader} reader
 */
function header(header, reader) {
  const template = ink(header.template) || 'ink-none'
  const title = element('h3', {}, ...richText(header.title, reader))
  const subtitle = cardText(header.subtitle, reader.locale)
  return element(
    'header',
    { class: `card-header ${template.replace(/ink/g, 'template')}` },
    header.icon === undefined ? undefined : cardIcon(object(header.icon)),
    element(
      'div',
      { class: 'card-titles' },
      element('div', { class: 'card-title' }, title, ...tags(header, reader)),
      subtitle === '' ? undefined : element('p', { class: 'card-subtitle' }, subtitle),
    ),
  )
}

/**
 * @param {Record<string, unknown>} header
 * @param {CardReader} reader
 */
function tags(header, reader) {
  const translated = object(header.i18n_text_tag_list)[reader.locale]
  return objects(translated ?? header.text_tag_list).map((tag) =>
    element(
      'span',
      { class: `text-tag ${ink(tag.color ?? 'neutral')}` },
      cardText(tag.text, reader.locale),
    ),
  )
}
