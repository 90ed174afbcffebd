import type { Receiver } from '../webhooks/receiver.ts'
import type { Surface } from './scan.ts'
import type { WireTap } from './wire-tap.ts'

/** Every card the service ever sent or redrew, without the one place where a ticket belongs. */
export function cardsOn({ exchanges }: WireTap, without = withoutLinks): Surface[] {
  return exchanges
    .filter(({ path }) => path.startsWith('/open-apis/im/v1/messages'))
    .flatMap(({ method, request }) => {
      const { content } = JSON.parse(request || '{}')
      const text = JSON.stringify(without(JSON.parse(content ?? '{}')))
      return [{ name: `card by ${method}`, text }]
    })
}

/** Every webhook that came to a receiver, without the one header where signatures belong. */
export function toldTo({ received }: Receiver): Surface[] {
  return received.map(({ headers, body }) => {
    const { 'webhook-signature': _, ...others } = headers
    return { name: 'webhook', text: `${JSON.stringify(others)}\n${body}` }
  })
}

const LINK_FIELDS = new Set(['default_url', 'pc_url', 'android_url', 'ios_url', 'url'])

/** Takes the ticket, and nothing else, out of the links of a card. */
export function withoutLinks(value: unknown, field = ''): unknown {
  if (typeof value === 'string') {
    if (!LINK_FIELDS.has(field)) return value
    return value.replace(/((?:\/|%2F)auth(?:\/|%2F))[\w-]{43}/, '$1…')
  }
  if (Array.isArray(value)) return value.map((each) => withoutLinks(each))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withoutLinks(inner, name)]),
  )
}

/** A page that answers a link may lead back to that very link. */
export function withoutOwnLink(page: string): string {
  return page.replace(/((?:href|action)="\/auth\/)[\w-]{43}/g, '$1…')
}
