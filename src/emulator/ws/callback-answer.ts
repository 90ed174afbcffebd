import { type Card, cardSchema, readCard } from '../cards/read-card.ts'
import type { CallbackOutcome } from '../delivery.ts'

/** What came back for a data frame: nothing in time, or the parsed payload of the ack. */
export type Ack = { code: number; data?: string }

const LARGEST_CARD_BYTES = 30 * 1024
const TOAST_TYPES = ['info', 'success', 'error', 'warning']

type Json = Record<string, unknown>

/**
 * Judges the answer to a card callback as Feishu does; `shown` is the card before the tap.
 * @see https://open.feishu.cn/document/feishu-cards/card-callback-communication
 */
export function judgeCallbackAnswer(ack: Ack, shown: Card): CallbackOutcome {
  if (ack.code !== 200) return { code: 200671 }
  if (ack.data === undefined || ack.data === '') return {}
  const answer = decodeAnswer(ack.data)
  if (!isObject(answer)) return { code: 200672 }
  const { toast, card } = answer
  if (toast === undefined && card === undefined) {
    return Object.keys(answer).length === 0 ? {} : { code: 200672 }
  }
  const outcome: CallbackOutcome = {}
  if (toast !== undefined && toast !== null) {
    const read = readToast(toast)
    if (read === undefined) return { code: 200672 }
    outcome.toast = read
  }
  if (card !== undefined && card !== null) {
    const read = readAnswerCard(card, shown)
    if ('code' in read) return read
    outcome.card = read.card
  }
  return outcome
}

function readToast(toast: unknown): CallbackOutcome['toast'] {
  if (!isObject(toast)) return undefined
  const { type = 'info', content = '', i18n } = toast
  if (typeof type !== 'string' || !TOAST_TYPES.includes(type)) return undefined
  if (typeof content !== 'string') return undefined
  if (i18n === undefined) return { type, content }
  if (!isObject(i18n)) return undefined
  const words: Record<string, string> = {}
  for (const [locale, word] of Object.entries(i18n)) {
    if (typeof word !== 'string') return undefined
    words[locale] = word
  }
  return { type, content, i18n: words }
}

function readAnswerCard(answer: unknown, shown: Card): { card: Card } | { code: number } {
  if (!isObject(answer) || answer.type !== 'raw') return { code: 200673 }
  const reading = readCard(answer.data)
  if ('fault' in reading) return { code: 200673 }
  if (Buffer.byteLength(JSON.stringify(reading.card)) > LARGEST_CARD_BYTES) return { code: 200673 }
  const goesBack = cardSchema(shown) === '2.0' && cardSchema(reading.card) === '1.0'
  return goesBack ? { code: 200830 } : reading
}

function decodeAnswer(data: string): unknown {
  try {
    return JSON.parse(Buffer.from(data, 'base64').toString('utf8'))
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
