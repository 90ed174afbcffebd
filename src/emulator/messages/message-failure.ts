import { type Answer, failure } from '../answer.ts'
import { type CardFault, describeCardFault } from '../cards/card-fault.ts'

/**
 * What the message API says with each code.
 * @see https://open.feishu.cn/document/server-docs/im-v1/message/create
 */
const WORDS = {
  230001: 'Your request contains an invalid request parameter',
  230006: 'Bot ability is not activated.',
  230011: 'The message is recalled.',
  230013: 'Bot has NO availability to this user.',
  230020: 'This operation triggers the frequency limit.',
  230025: 'The length of the message content reaches its limit.',
  230026: 'No permission to recall this message.',
  230029: 'User has resigned.',
  230031: 'Message can only be modified within 14 days after sending.',
  230034: 'The receive_id is invalid.',
  230110: 'Action unavailable as the message has been deleted.',
} as const

/** A code of the message API that the emulator gives. */
export type MessageFailureCode = keyof typeof WORDS

/** Why a call about a message fails. */
export type MessageFailure =
  | { code: MessageFailureCode; detail?: string }
  | { code: 230099; fault: CardFault }

/** An invalid parameter (230001), with the words Feishu puts behind `ext=`. */
export function invalidParameter(detail: string): MessageFailure {
  return { code: 230001, detail }
}

/** Answers a failure as the message API does: HTTP 400 with the log id in the body. */
export function messageFailure(what: MessageFailure, logId: string): Answer {
  if ('fault' in what) {
    const msg = `Failed to create card content, ext=${describeCardFault(what.fault)}`
    return failure(what.code, msg, logId)
  }
  const ext = what.detail === undefined ? '' : `, ext=${what.detail}`
  return failure(what.code, `${WORDS[what.code]}${ext}`, logId)
}
