import type { AuthSession } from '../../auth/session.ts'
import type { CardElement, HeaderColour, IconToken, Spoken } from './card-json.ts'
import { escapeMarkdown, oneLine } from './card-text.ts'
import { type CardLocale, inEachLocale, productName, type Wording } from './wording.ts'

/** What a card needs to know beside its session. */
export type CardContext = {
  /** The app's name, as people know it. */
  appName: string
  brand: 'feishu' | 'lark'
  /** Our own `GET /auth/{ticket}`, https. */
  authorizeLink: string
  /** Such as `https://applink.feishu.cn`. */
  appLinkBaseUrl: string
  /** Such as `https://open.feishu.cn`; the page for the app's admin lives there. */
  consoleBaseUrl: string
}

/** What one look adds to the frame that all cards share. */
export type CardFace = {
  colour: HeaderColour
  icon: IconToken | null
  title: Wording
  /** Shown in the list of chats and in the notification. */
  summary: Wording
  elements: CardElement[]
}

/** What every look draws with. */
export type Drawing = {
  session: AuthSession
  context: CardContext
  /** Puts a text into a card in every language. */
  say: (words: Wording) => Spoken
  /** The app's name, for plain text. */
  app: Wording
  /** The app's name, safe inside markdown. */
  appInMarkdown: Wording
  product: Wording
}

const LONGEST_APP_NAME = 40

const UNNAMED_APP: Wording = { zh_cn: '此应用', en_us: 'This app', ja_jp: 'このアプリ' }

/** Gathers what the looks draw with; `locale` is the language of clients that know none. */
export function createDrawing(
  session: AuthSession,
  context: CardContext,
  locale: CardLocale,
): Drawing {
  const name = oneLine(context.appName, LONGEST_APP_NAME)
  const app = name === '' ? UNNAMED_APP : inEachLocale(() => name)
  return {
    session,
    context,
    say: (words) => ({ content: words[locale], i18n_content: words }),
    app,
    appInMarkdown: inEachLocale((each) => escapeMarkdown(app[each])),
    product: productName(context.brand),
  }
}
