import type { Locale } from '../../auth/session.ts'
import { type Html, html, trustedHtml } from './html.ts'
import { icon } from './icon.ts'
import { PAGES, type PageName } from './page-name.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'
import { fillWords, type PageWords } from './page-words.ts'
import { wordsIn } from './words-in.ts'

/** The button beside "Back to Feishu". */
export type PageAction =
  | { kind: 'try_again'; path: string }
  | { kind: 'go_on'; path: string }
  | { kind: 'new_card'; path: string }

/** Everything a page shows; text may come from anywhere, it is escaped here. */
export type OutcomePage = {
  name: PageName
  locale: Locale
  brand: 'feishu' | 'lark'
  /** Null when it is not known whose card it was. */
  appName: string | null
  backLink: string
  action: PageAction | null
  /** The reference number of a fault on our side. */
  reference: string | null
  /** The app's page in the developer console, for those who can mend its settings. */
  consoleLink: string | null
}

/** Writes the page of one outcome: what happened, what happens next, and a way back. */
export function outcomePage(page: OutcomePage): string {
  const words = wordsIn(page.locale)
  const names = { app: page.appName ?? '', feishu: words[page.brand] }
  const say = (text: string) => fillWords(text, names)
  const { tone, turn, icon: drawing } = PAGES[page.name]
  const text = words.pages[page.name]
  const document = html`<!doctype html>
<html lang="${page.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<script>${trustedHtml(PAGE_SCRIPT)}</script>
<title>${say(text.heading)}</title>
<link rel="icon" href="data:,">
<style>${trustedHtml(PAGE_STYLE)}</style>
</head>
<body>
<main>
<div role="status">
<div class="icon ${tone}">${icon(drawing)}</div>
${page.appName === null ? null : html`<p class="app">${page.appName}</p>`}
<h1 tabindex="-1" autofocus>${say(text.heading)}</h1>
<p>${say(text.happened)}</p>
${
  turn === null
    ? html`<p class="plain">${say(text.next)}</p>`
    : html`<p class="next"><b>${say(words.turns[turn])}</b>${say(text.next)}</p>`
}
</div>
${page.reference === null ? null : reference(page.reference, words)}
<div class="actions">
${page.action === null ? null : action(page.action, words)}
<a class="${page.action === null ? 'button primary' : 'button'}" href="${page.backLink}">${say(words.back)}</a>
</div>
${page.consoleLink === null ? null : html`<a class="console" href="${page.consoleLink}">${words.console}</a>`}
</main>
<footer>${words.close}</footer>
</body>
</html>
`
  return document.markup
}

function action({ kind, path }: PageAction, words: PageWords): Html {
  switch (kind) {
    case 'try_again':
      return html`<a class="button primary" href="${path}">${words.tryAgain}</a>`
    case 'go_on':
      return html`<a class="button primary" href="${path}">${words.goOn}</a>`
    case 'new_card':
      return html`<form method="post" action="${path}"><button class="button primary">${words.newCard}</button></form>`
  }
}

/** The copy button stays hidden until the script finds that it would work. */
function reference(number: string, words: PageWords): Html {
  return html`<div class="reference">
<p>${words.reference}</p>
<code>${number}</code>
<button class="button copy" type="button" hidden data-copy="${number}" data-copied="${words.copied}">${words.copy}</button>
</div>`
}
