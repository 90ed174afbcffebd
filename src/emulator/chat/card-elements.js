import { cardButton } from './card-button.js'
import { cardText, object, objects } from './card-text.js'
import { element } from './element.js'
import { ink } from './ink.js'
import { markdown } from './markdown.js'
import { cardIcon, richText } from './rich-text.js'

/**
 * @typedef {Record<string, unknown>} Described an element of a card's JSON
 * @typedef {import('./card.js').CardReader} CardReader
 */

/** @type {Record<string, (described: Described, reader: CardReader) => Node>} */
const renderers = {
  markdown: markdownElement,
  div: divElement,
  plain_text: (described, reader) => element('p', {}, cardText(described, reader.locale)),
  lark_md: (described, reader) => element('p', {}, ...richText(described, reader)),
  hr: () => element('hr'),
  button: cardButton,
  column_set: columnSet,
  collapsible_panel: collapsiblePanel,
}

/**
 * The elements of a card, in their order; a tag that is not drawn here becomes a small grey box.
 * @param {Described[]} elements
 * @param {CardReader} reader
 * @returns {Node[]}
 */
export function cardElements(elements, reader) {
  return elements.map((described) => {
    const tag = String(described.tag ?? '')
    const render = Object.hasOwn(renderers, tag) ? renderers[tag] : undefined
    return render ? render(described, reader) : unknownElement(described, reader)
  })
}

/**
 * @param {Described} described
 * @param {CardReader} reader
 */
function markdownElement(described, reader) {
  const text = markdown(cardText(described, reader.locale), reader)
  return element(
    'div',
    { class: `markdown ${textStyle(described)}` },
    described.icon === undefined ? undefined : cardIcon(described.icon),
    element('div', { class: 'markdown-text' }, ...text),
  )
}

/**
 * @param {Described} described
 * @param {CardReader} reader
 */
function divElement(described, reader) {
  const fields = objects(described.fields).map((field) => object(field.text))
  const texts = described.text === undefined ? fields : [object(described.text), ...fields]
  return element(
    'div',
    { class: 'markdown' },
    described.icon === undefined ? undefined : cardIcon(described.icon),
    element(
      'div',
      { class: 'markdown-text' },
      ...texts.map((text) => element('p', { class: textStyle(text) }, ...richText(text, reader))),
    ),
  )
}

/** @param {Described} text */
function textStyle(text) {
  const size = String(text.text_size ?? 'normal')
  const align = String(text.text_align ?? 'left')
  const small = size === 'notation' || size === 'small'
  const large = size.startsWith('heading') || size === 'large'
  return [
    small ? 'text-small' : large ? 'text-large' : '',
    align === 'center' || align === 'right' ? `text-${align}` : '',
    ink(text.text_color),
  ].join(' ')
}

/**
 * @param {Described} described
 * @param {CardReader} reader
 */
function columnSet(described, reader) {
  const mode = String(described.flex_mode ?? 'none')
  const columns = objects(described.columns).map((column) => {
    const weighted = column.width === 'weighted' || column.width === undefined
    const weight = Math.min(5, Math.max(1, Number(column.weight) || 1))
    const node = element(
      'div',
      { class: `column ${weighted ? `column-${Math.round(weight)}` : 'column-auto'}` },
      ...cardElements(objects(column.elements), reader),
    )
    const padding = String(column.padding ?? '')
    if (/^\d{1,2}px( \d{1,2}px){0,3}$/.test(padding)) node.style.padding = padding
    return node
  })
  const background = ink(described.background_style).replace(/ink/g, 'background')
  const className = `columns columns-${/^[a-z]+$/.test(mode) ? mode : 'none'} ${background}`
  return element('div', { class: className }, ...columns)
}

/**
 * @param {Described} described
 * @param {CardReader} reader
 */
function collapsiblePanel(described, reader) {
  const title = richText(object(described.header).title, reader)
  return element(
    'details',
    { class: 'panel-fold', open: described.expanded === true },
    element('summary', {}, ...title),
    element('div', {}, ...cardElements(objects(described.elements), reader)),
  )
}

/**
 * A tag that is not drawn; what it contains is, so that its buttons can be tapped.
 * @param {Described} described
 * @param {CardReader} reader
 */
function unknownElement(described, reader) {
  const text = `${reader.words.notDrawn} ${described.tag}`
  const inside = cardElements(objects(described.elements), reader)
  return element('div', { class: 'column' }, element('p', { class: 'unknown' }, text), ...inside)
}
