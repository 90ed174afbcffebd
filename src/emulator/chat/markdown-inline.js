import { element } from './element.js'
import { ink } from './ink.js'
import { localDatetime } from './local-datetime.js'
import { safeLink } from './safe-link.js'

/**
 * Feishu's inline markdown as nodes; text stays text, whatever it looks like.
 * https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/rich-text
 *
 * @typedef {{ locale: import('./sim-api.js').Locale, personName: (openId: string) => string | undefined }} Reader
 */

const entityNames = /** @type {Record<string, string>} */ ({
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  ensp: '\u2002',
  emsp: '\u2003',
})

/** @type {[RegExp, (match: RegExpExecArray, reader: Reader) => Node | string | undefined][]} */
const rules = [
  [/\\([\\`*_{}[\]()#+\-.!~<>|])/y, ([, character = '']) => character],
  [/&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,6});/iy, ([whole, name = '']) => decode(name) ?? whole],
  [/`([^`\n]+)`/y, ([, code = '']) => element('code', {}, code)],
  [
    /\*\*\*(?=\S)(.+?)(?<=\S)\*\*\*/sy,
    ([, text = ''], reader) => wrap('strong', [wrap('em', markdownInline(text, reader))]),
  ],
  [
    /\*\*(?=\S)(.+?)(?<=\S)\*\*(?!\*)/sy,
    ([, text = ''], reader) => wrap('strong', markdownInline(text, reader)),
  ],
  [
    /\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?!\*)/sy,
    ([, text = ''], reader) => wrap('em', markdownInline(text, reader)),
  ],
  [/~~(?=\S)(.+?)(?<=\S)~~/sy, ([, text = ''], reader) => wrap('s', markdownInline(text, reader))],
  [
    /\[([^\]\n]*)\]\(((?:[^()\s]|\([^()\s]*\))+)\)/y,
    ([, text = '', url = ''], reader) => link(url, markdownInline(text, reader)),
  ],
  [/<br\s*\/?>/iy, () => element('br')],
  [
    /<(local_datetime|at|person)\b([^>]*?)\/>/y,
    ([, tag = '', attributes = ''], reader) => tagged(tag, attributes, '', reader),
  ],
  [
    /<(font|text_tag|local_datetime|a|at|person)\b([^>]*)>(.*?)<\/\1>/sy,
    ([, tag = '', attributes = '', inner = ''], reader) => tagged(tag, attributes, inner, reader),
  ],
]

/**
 * @param {string} source
 * @param {Reader} reader
 * @returns {(Node | string)[]}
 */
export function markdownInline(source, reader) {
  /** @type {(Node | string)[]} */
  const nodes = []
  let text = ''
  let position = 0
  while (position < source.length) {
    const found = firstRule(source, position, reader)
    if (typeof found?.node === 'string') text += found.node
    else if (found?.node) {
      if (text) nodes.push(text)
      text = ''
      nodes.push(found.node)
    } else if (source[position] === '\n') {
      if (text) nodes.push(text)
      text = ''
      nodes.push(element('br'))
    } else text += source[position]
    position += found?.length ?? 1
  }
  if (text) nodes.push(text)
  return nodes
}

/**
 * @param {string} source
 * @param {number} position
 * @param {Reader} reader
 */
function firstRule(source, position, reader) {
  for (const [pattern, build] of rules) {
    pattern.lastIndex = position
    const match = pattern.exec(source)
    const node = match && build(match, reader)
    if (match && node !== undefined && node !== null) return { node, length: match[0].length }
  }
  return undefined
}

/**
 * @param {string} tag
 * @param {string} attributes
 * @param {string} inner
 * @param {Reader} reader
 */
function tagged(tag, attributes, inner, reader) {
  const value = attributeReader(attributes)
  switch (tag) {
    case 'font':
      return element('span', { class: ink(value('color')) }, ...markdownInline(inner, reader))
    case 'text_tag':
      return element(
        'span',
        { class: `text-tag ${ink(value('color') ?? 'blue')}` },
        ...markdownInline(inner, reader),
      )
    case 'local_datetime': {
      const instant = Number(value('millisecond') ?? Number.NaN)
      const shown = localDatetime(instant, value('format_type') ?? 'date', reader.locale) || inner
      return element('time', {}, shown)
    }
    case 'a':
      return link(value('href') ?? '', markdownInline(inner, reader))
    default: {
      const id = value('id') ?? value('user_id') ?? ''
      return element(
        'span',
        { class: 'mention' },
        `@${(id && reader.personName(id)) || inner || id}`,
      )
    }
  }
}

/** @param {string} attributes */
function attributeReader(attributes) {
  return (/** @type {string} */ name) => {
    const match = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:'([^']*)'|"([^"]*)"|([^\\s'"]+))`).exec(
      attributes,
    )
    return match?.[1] ?? match?.[2] ?? match?.[3]
  }
}

/**
 * @param {string} address
 * @param {(Node | string)[]} children
 */
function link(address, children) {
  const href = safeLink(address)
  if (!href) return wrap('span', children)
  return element('a', { href, target: '_blank', rel: 'noopener noreferrer' }, ...children)
}

/**
 * @param {'strong' | 'em' | 's' | 'span'} tag
 * @param {(Node | string)[]} children
 */
function wrap(tag, children) {
  return element(tag, {}, ...children)
}

/** @param {string} name */
function decode(name) {
  if (!name.startsWith('#')) return entityNames[name.toLowerCase()]
  const hexadecimal = name[1] === 'x' || name[1] === 'X'
  const point = Number.parseInt(name.slice(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10)
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : undefined
}
