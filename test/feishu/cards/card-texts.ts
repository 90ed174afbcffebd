import type { Card } from '../../../src/feishu/cards/card-json.ts'

/** One text of a card, with where it stands. */
export type CardText = { path: string; content: string; i18n: Record<string, string> }

/** Every object of a card that has a tag, from the top down. */
export function taggedObjects(card: unknown): Record<string, unknown>[] {
  if (Array.isArray(card)) return card.flatMap(taggedObjects)
  if (!isObject(card)) return []
  const below = Object.values(card).flatMap(taggedObjects)
  return typeof card.tag === 'string' ? [card, ...below] : below
}

/** Every text of a card, the summary included; texts without a language are told as such. */
export function textsOf(card: Card): CardText[] {
  return collect(card, 'card')
}

/** What a person reads without opening a panel: entities, times, links and formatting resolved. */
export function readAloud(card: Card, locale: string): string {
  const unfolded = {
    ...card,
    body: { elements: card.body.elements.filter(({ tag }) => tag !== 'collapsible_panel') },
  }
  return textsOf(unfolded)
    .map(({ i18n }) => visible(i18n[locale] ?? ''))
    .join('\n')
}

/** What is left of markdown for the eye. */
export function visible(markdown: string): string {
  return markdown
    .replace(/<local_datetime [^>]*format_type='date_short'[^>]*><\/local_datetime>/g, '11/20')
    .replace(/<local_datetime [^>]*><\/local_datetime>/g, '13:42')
    .replace(/<\/?font[^>]*>/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('**', '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
}

function collect(value: unknown, path: string): CardText[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => collect(item, `${path}[${i}]`))
  if (!isObject(value)) return []
  const below = Object.entries(value)
    .filter(([key]) => key !== 'i18n_content')
    .flatMap(([key, item]) => collect(item, `${path}.${key}`))
  if (typeof value.content !== 'string') return below
  const i18n: Record<string, string> = {}
  if (isObject(value.i18n_content)) {
    for (const [locale, text] of Object.entries(value.i18n_content)) i18n[locale] = String(text)
  }
  return [{ path, content: value.content, i18n }, ...below]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
