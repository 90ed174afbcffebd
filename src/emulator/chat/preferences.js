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

/** The reader's choices, kept in the browser where it allows that, and told to the consent page. */
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
  tellConsentPage('sim_person', me)
  tellConsentPage('sim_locale', locale)
  try {
    localStorage.setItem(key, JSON.stringify(kept))
  } catch {
    // A browser that stores nothing still shows the page; choices last until it is closed.
  }
}

/**
 * The consent page preselects the person and speaks the language. Cookies ignore ports, so the names are
 * the sandbox's own.
 * @param {string} name
 * @param {string} value
 */
function tellConsentPage(name, value) {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
  document.cookie = `${name}=${value}; path=/; SameSite=Lax`
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
