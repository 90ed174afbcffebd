/** The languages the sandbox speaks, by Feishu's own names. */
export type PageLocale = 'zh_cn' | 'en_us' | 'ja_jp'

const languages: Record<string, PageLocale> = { zh: 'zh_cn', en: 'en_us', ja: 'ja_jp' }

/** Picks a page's language: `?locale` first, then the order of Accept-Language, else English. */
export function pageLocale(asked: {
  locale?: string | undefined
  acceptLanguage?: string | undefined
}): PageLocale {
  const wanted = [asked.locale ?? '', ...byPreference(asked.acceptLanguage ?? '')]
  for (const tag of wanted) {
    const locale = languages[tag.trim().slice(0, 2).toLowerCase()]
    if (locale) return locale
  }
  return 'en_us'
}

function byPreference(acceptLanguage: string): string[] {
  return acceptLanguage
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim())
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return { tag, quality: quality === undefined ? 1 : Number(quality) || 0 }
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag)
}
