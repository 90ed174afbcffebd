/**
 * What survives a reload.
 *
 * @typedef {{
 *   me: string,
 *   locale: import('./sim-api.js').Locale,
 *   theme: 'system' | 'light' | 'dark',
 *   chatId: string,
 *   inspectorOpen: boolean,
 *   hintsDone: string[],
 * }} Preferences
 */

const key = 'feishu-sandbox'

/** The reader's choices, kept in the browser where it allows that. */
export const preferences = { read, write }

/** @returns {Preferences} */
function read() {
  const kept = stored()
  return {
    me: typeof kept.me === 'string' ? kept.me : '',
    locale: locale(kept.locale ?? browserLocale()),
    theme: kept.theme === 'light' || kept.theme === 'dark' ? kept.theme : 'system',
    chatId: typeof kept.chatId === 'string' ? kept.chatId : '',
    inspectorOpen: kept.inspectorOpen !== false && (kept.inspectorOpen === true || isWide()),
    hintsDone: Array.isArray(kept.hintsDone) ? kept.hintsDone.map(String) : [],
  }
}

/** @param {Preferences} choices */
function write({ me, locale, theme, chatId, inspectorOpen, hintsDone }) {
  const kept = { me, locale, theme, chatId, inspectorOpen, hintsDone }
  try {
    localStorage.setItem(key, JSON.stringify(kept))
  } catch {
    // A browser that stores nothing still shows the page; choices last until it is closed.
  }
}

/** @returns {Record<string, unknown>} */
function stored() {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? '{}')
    return typeof kept === 'object' && kept !== null ? kept : {}
  } catch {
    return {}
  }
}

/** @param {unknown} value */
function locale(value) {
  return value === 'zh_cn' || value === 'ja_jp' ? value : 'en_us'
}

function browserLocale() {
  const language = navigator.language.slice(0, 2)
  return { zh: 'zh_cn', ja: 'ja_jp' }[language]
}

function isWide() {
  return matchMedia('(min-width: 1200px)').matches
}
