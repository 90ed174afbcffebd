import type { PageName, Turn } from './page-name.ts'

/** What one page says: what happened, and what happens next. */
export type PageText = { heading: string; happened: string; next: string }

/** Everything the pages say in one language; `{app}` and `{feishu}` are filled in. */
export type PageWords = {
  pages: Record<PageName, PageText>
  turns: Record<Turn, string>
  feishu: string
  lark: string
  back: string
  tryAgain: string
  goOn: string
  newCard: string
  console: string
  reference: string
  copy: string
  copied: string
  close: string
}

/** Fills in the names in one pass, so that a name which looks like a placeholder stays a name. */
export function fillWords(text: string, names: { app: string; feishu: string }): string {
  return text.replace(/\{(app|feishu)\}/g, (_, name) => (name === 'app' ? names.app : names.feishu))
}
