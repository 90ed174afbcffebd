import { LOCALES, type Locale } from '../../auth/session.ts'

/** The language of a page: the session's, else the first that the browser asks for and we speak, else zh-CN. */
export function pageLocale(
  session: { locale: Locale | null } | null,
  acceptedLanguages: readonly string[],
): Locale {
  return session?.locale ?? spoken(acceptedLanguages) ?? LOCALES[0]
}

/** Goes by the main language: a reader of zh-TW is better served by zh-CN than by English. */
function spoken(acceptedLanguages: readonly string[]): Locale | null {
  for (const language of acceptedLanguages) {
    const found = LOCALES.find((locale) => mainLanguage(locale) === mainLanguage(language))
    if (found) return found
  }
  return null
}

function mainLanguage(tag: string): string {
  return tag.split('-')[0]?.toLowerCase() ?? ''
}
