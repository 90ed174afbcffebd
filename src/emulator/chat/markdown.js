import { element } from './element.js'
import { markdownInline } from './markdown-inline.js'

/** @typedef {import('./markdown-inline.js').Reader} Reader */

const fence = /^\s*```/
const heading = /^(#{1,6})\s+(.*)$/
const rule = /^\s*(?:-{3,}|\*{3,}|<hr\s*\/?>)\s*$/i
const quote = /^\s*>\s?(.*)$/
const item = /^(\s*)(?:[-*+]|(\d+)\.)\s+(.*)$/

/**
 * Feishu's markdown as nodes. A single line break is a break, as in Feishu's cards.
 * @param {string} source
 * @param {Reader} reader
 * @returns {Node[]}
 */
export function markdown(source, reader) {
  const lines = source.split(/\r?\n/)
  /** @type {Node[]} */
  const blocks = []
  while (lines.length > 0) {
    const line = lines[0] ?? ''
    if (line.trim() === '') lines.shift()
    else if (fence.test(line)) blocks.push(codeBlock(lines))
    else if (rule.test(line)) blocks.push(ruleBlock(lines))
    else if (heading.test(line)) blocks.push(headingBlock(lines, reader))
    else if (quote.test(line)) blocks.push(quoteBlock(lines, reader))
    else if (item.test(line)) blocks.push(listBlock(lines, reader))
    else blocks.push(paragraph(lines, reader))
  }
  return blocks
}

/** @param {string[]} lines */
function codeBlock(lines) {
  lines.shift()
  const end = lines.findIndex((line) => fence.test(line))
  const code = lines.splice(0, end < 0 ? lines.length : end)
  lines.shift()
  return element('pre', { tabindex: 0 }, element('code', {}, code.join('\n')))
}

/** @param {string[]} lines */
function ruleBlock(lines) {
  lines.shift()
  return element('hr')
}

/**
 * A heading in a card is a larger line, not part of the page's outline.
 * @param {string[]} lines
 * @param {Reader} reader
 */
function headingBlock(lines, reader) {
  const [, marks = '#', text = ''] = heading.exec(lines.shift() ?? '') ?? []
  return element('p', { class: `heading heading-${marks.length}` }, ...markdownInline(text, reader))
}

/**
 * @param {string[]} lines
 * @param {Reader} reader
 */
function quoteBlock(lines, reader) {
  const quoted = takeWhile(lines, (line) => quote.test(line))
  const inner = quoted.map((line) => quote.exec(line)?.[1] ?? '').join('\n')
  return element('blockquote', {}, ...markdown(inner, reader))
}

/**
 * @param {string[]} lines
 * @param {Reader} reader
 */
function listBlock(lines, reader) {
  const first = item.exec(lines[0] ?? '')
  const indent = first?.[1]?.length ?? 0
  const ordered = first?.[2] !== undefined
  const list = element(ordered ? 'ol' : 'ul', ordered ? { start: first?.[2] } : {})
  while (lines.length > 0) {
    const match = item.exec(lines[0] ?? '')
    if (!match || (match[1]?.length ?? 0) !== indent || (match[2] !== undefined) !== ordered) break
    lines.shift()
    const deeper = takeWhile(lines, (line) => (item.exec(line)?.[1]?.length ?? 0) > indent)
    const entry = element('li', {}, ...markdownInline(match[3] ?? '', reader))
    while (deeper.length > 0) entry.append(listBlock(deeper, reader))
    list.append(entry)
  }
  return list
}

/**
 * @param {string[]} lines
 * @param {Reader} reader
 */
function paragraph(lines, reader) {
  const first = lines.shift() ?? ''
  const others = [rule, fence, heading, quote, item]
  const rest = takeWhile(
    lines,
    (line) => line.trim() !== '' && !others.some((pattern) => pattern.test(line)),
  )
  return element('p', {}, ...markdownInline([first, ...rest].join('\n'), reader))
}

/**
 * @param {string[]} lines
 * @param {(line: string) => boolean} matches
 */
function takeWhile(lines, matches) {
  const end = lines.findIndex((line) => !matches(line))
  return lines.splice(0, end < 0 ? lines.length : end)
}
