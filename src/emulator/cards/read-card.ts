import { type CardFault, missingTemplate, unreadable } from './card-fault.ts'
import { validateCard } from './validate-card.ts'

/** A card as parsed JSON. */
export type Card = Record<string, unknown>

/** A card that Feishu would take, or why it would not. */
export type CardReading = { card: Card } | { fault: CardFault }

/** Reads the `content` of an interactive message: card JSON as text. */
export function readCardContent(content: string): CardReading {
  let parsed: unknown
  try {
    parsed = JSON.parse(content)
  } catch {
    return { fault: unreadable('the content is not JSON') }
  }
  return readCard(parsed)
}

/**
 * Reads a parsed card. Cards of JSON 2.0 are checked to the last property; those of 1.0 pass, because
 * 1.0 ignores what it does not know; templates and card entities do not exist in the emulator.
 */
export function readCard(value: unknown): CardReading {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { fault: unreadable('expected object for card') }
  }
  const card: Card = { ...value }
  if (card.type === 'template' || card.type === 'card') {
    return { fault: missingTemplate(JSON.stringify(card.data ?? null).slice(0, 100)) }
  }
  if (card.schema !== undefined && card.schema !== '1.0' && card.schema !== '2.0') {
    return { fault: unreadable(`invalid value for schema: ${String(card.schema)}, path: ROOT`) }
  }
  const fault = cardSchema(card) === '2.0' ? validateCard(card) : undefined
  return fault === undefined ? { card } : { fault }
}

/** Which JSON structure a card follows; 1.0 when it does not say. */
export function cardSchema(card: Card): '1.0' | '2.0' {
  return card.schema === '2.0' ? '2.0' : '1.0'
}

/** Whether a card says in so many words that it is shared, which updating by message id demands. */
export function isExplicitlyShared(card: Card): boolean {
  const config = card.config
  return (
    typeof config === 'object' &&
    config !== null &&
    'update_multi' in config &&
    config.update_multi === true
  )
}
