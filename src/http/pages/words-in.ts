import type { Locale } from '../../auth/session.ts'
import type { PageWords } from './page-words.ts'
import { PAGE_WORDS_EN } from './page-words-en.ts'
import { PAGE_WORDS_JA } from './page-words-ja.ts'
import { PAGE_WORDS_ZH_CN } from './page-words-zh-cn.ts'

const WORDS: Record<Locale, PageWords> = {
  'zh-CN': PAGE_WORDS_ZH_CN,
  en: PAGE_WORDS_EN,
  ja: PAGE_WORDS_JA,
}

/** Everything the pages say in a language. */
export function wordsIn(locale: Locale): PageWords {
  return WORDS[locale]
}
