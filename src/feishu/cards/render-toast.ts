import type { Locale } from '../../auth/session.ts'
import { TOAST_WORDS, type ToastKey } from './toast-words.ts'
import { cardLocaleOf, productName, type Wording } from './wording.ts'

/**
 * The short answer a person sees right after a tap.
 * @see https://open.feishu.cn/document/feishu-cards/card-callback-communication
 */
export type CardToast = {
  type: 'info' | 'success' | 'warning' | 'error'
  content: string
  i18n: Wording
}

/** Writes the answer to a tap, in every language; `locale` serves clients that know none. */
export function renderToast(
  key: ToastKey,
  locale: Locale | null,
  brand: 'feishu' | 'lark',
): CardToast {
  const { type, words } = TOAST_WORDS[key]
  const i18n = words(productName(brand))
  return { type, content: i18n[cardLocaleOf(locale)], i18n }
}
