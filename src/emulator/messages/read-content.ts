import { readCardContent } from '../cards/read-card.ts'
import type { EmulatedMessage } from '../world.ts'
import { invalidParameter, type MessageFailure } from './message-failure.ts'

const LARGEST_TEXT_BYTES = 150 * 1024
const LARGEST_CARD_BYTES = 30 * 1024

/** What a message says, or why Feishu would not send it. */
export type ReadContent = Pick<EmulatedMessage, 'msgType' | 'content'> | { failure: MessageFailure }

/** Reads `msg_type` and `content`; the emulator knows texts and cards. */
export function readContent(msgType: unknown, content: unknown): ReadContent {
  if (msgType !== 'text' && msgType !== 'interactive') {
    return {
      failure: invalidParameter('invalid msg_type, the emulator knows text and interactive.'),
    }
  }
  if (typeof content !== 'string') {
    return { failure: invalidParameter('content is not a string in json format.') }
  }
  const largest = msgType === 'text' ? LARGEST_TEXT_BYTES : LARGEST_CARD_BYTES
  if (Buffer.byteLength(content) > largest) return { failure: { code: 230025 } }
  return msgType === 'text' ? readText(content) : readInteractive(content)
}

function readText(content: string): ReadContent {
  let parsed: unknown
  try {
    parsed = JSON.parse(content)
  } catch {
    return { failure: invalidParameter('content is not a string in json format.') }
  }
  const text = textOf(parsed)
  if (text === undefined) return { failure: invalidParameter('text is empty.') }
  return { msgType: 'text', content: { text } }
}

function readInteractive(content: string): ReadContent {
  const reading = readCardContent(content)
  if ('fault' in reading) return { failure: { code: 230099, fault: reading.fault } }
  return { msgType: 'interactive', content: reading.card }
}

function textOf(parsed: unknown): string | undefined {
  if (typeof parsed !== 'object' || parsed === null || !('text' in parsed)) return undefined
  return typeof parsed.text === 'string' && parsed.text !== '' ? parsed.text : undefined
}
