const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu
const BROKEN = /\p{Cs}/gu

/** Marks that reorder or hide text; joiners stay, because scripts and names need them. */
const DECEIVERS = /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu

const MARKS = /[!"#$&'()*+\-./:<=>@[\\\]^_`{|}~]/g

/** Makes text from outside one line of at most `longest` code points, without marks that deceive. */
export function oneLine(text: string, longest: number): string {
  const line = text.replace(BROKEN, '\uFFFD').replace(DECEIVERS, '').replace(BREAKS, ' ').trim()
  const points = [...line]
  return points.length <= longest ? line : `${points.slice(0, longest - 1).join('')}…`
}

/**
 * Makes any text safe inside card markdown: it shows as it is and neither links, mentions nor formats.
 * @see https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/rich-text
 */
export function escapeMarkdown(text: string): string {
  return text.replace(MARKS, (mark) => `&#${mark.charCodeAt(0)};`)
}
