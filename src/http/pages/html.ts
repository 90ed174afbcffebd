/** Markup that is already safe; only {@link html} and {@link trustedHtml} make it. */
export type Html = { readonly markup: string }

/** What can stand in a template: text is escaped, markup is kept, null leaves a gap. */
export type HtmlValue = string | Html | null | readonly Html[]

/** Writes markup; every value that is not markup already is escaped for text and for quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const markup = strings.map((text, index) => text + render(values[index] ?? null)).join('')
  return { markup }
}

/** Takes a constant of this folder as markup; never hand it anything that came from outside. */
export function trustedHtml(markup: string): Html {
  return { markup }
}

function render(value: HtmlValue): string {
  if (value === null) return ''
  if (typeof value === 'string') return escapeHtml(value)
  if ('markup' in value) return value.markup
  return value.map((part) => part.markup).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
