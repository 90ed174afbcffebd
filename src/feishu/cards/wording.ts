import type { Locale } from '../../auth/session.ts'

/** The languages of a card, by Feishu's names. */
export type CardLocale = 'zh_cn' | 'en_us' | 'ja_jp'

/** The languages of a card, in the order they are listed in it. */
export const CARD_LOCALES = ['zh_cn', 'en_us', 'ja_jp'] as const satisfies readonly CardLocale[]

/** One text in every language; leaving one out does not compile. */
export type Wording = Readonly<Record<CardLocale, string>>

/** Feishu's name for a language; Chinese when nothing is known of the person. */
export function cardLocaleOf(locale: Locale | null): CardLocale {
  switch (locale) {
    case 'en':
      return 'en_us'
    case 'ja':
      return 'ja_jp'
    case 'zh-CN':
    case null:
      return 'zh_cn'
  }
}

/** A text made anew for each language. */
export function inEachLocale(write: (locale: CardLocale) => string): Wording {
  return { zh_cn: write('zh_cn'), en_us: write('en_us'), ja_jp: write('ja_jp') }
}

/** What people call the product; Chinese keeps a space around Latin letters. */
export function productName(brand: 'feishu' | 'lark'): Wording {
  switch (brand) {
    case 'feishu':
      return { zh_cn: '飞书', en_us: 'Feishu', ja_jp: 'Feishu' }
    case 'lark':
      return { zh_cn: ' Lark ', en_us: 'Lark', ja_jp: 'Lark' }
  }
}
