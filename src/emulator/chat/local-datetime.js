/** @typedef {import('./sim-api.js').Locale} Locale */

const languages = /** @type {const} */ ({ zh_cn: 'zh-CN', en_us: 'en-US', ja_jp: 'ja-JP' })

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const formats = {
  date: { year: 'numeric', month: 'short', day: 'numeric' },
  date_short: { month: 'short', day: 'numeric' },
  week: { weekday: 'long' },
  week_short: { weekday: 'short' },
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  time_sec: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
}

/**
 * An instant as `<local_datetime>` shows it: in the reader's own time zone and language.
 * https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/rich-text
 * @param {number} milliseconds
 * @param {string} format one of Feishu's `format_type` values
 * @param {Locale} locale
 */
export function localDatetime(milliseconds, format, locale) {
  const date = new Date(milliseconds)
  if (Number.isNaN(date.getTime())) return ''
  if (format === 'date_num') {
    const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    return parts.map((part) => String(part).padStart(2, '0')).join('-')
  }
  if (format === 'timezone') return timeZone(date)
  return new Intl.DateTimeFormat(languages[locale], formats[format] ?? formats.date).format(date)
}

/** @param {Date} date */
function timeZone(date) {
  const minutes = -date.getTimezoneOffset()
  const two = (/** @type {number} */ part) => String(part).padStart(2, '0')
  const ahead = Math.abs(minutes)
  return `GMT${minutes < 0 ? '-' : '+'}${Math.floor(ahead / 60)}:${two(ahead % 60)}`
}

/**
 * The BCP 47 tag of one of the page's languages.
 * @param {Locale} locale
 */
export const languageTag = (locale) => languages[locale]
