import type { CardAction as ClickAction } from '../../auth/answer-card-click.ts'

const ACTIONS = [
  'decline',
  'send_again',
  'check_again',
  'revoke',
] as const satisfies readonly ClickAction[]

/** What a tap on one of our buttons carries back; Feishu only passes objects on. */
export type CardAction = {
  action: ClickAction
  /** The id of the session the card belongs to; it proves nothing about who tapped. */
  session: string
}

const LONGEST_SESSION_ID = 128

/**
 * Reads the `action.value` of a card callback; null when it is none of ours.
 * @see https://open.feishu.cn/document/feishu-cards/card-callback-communication
 */
export function parseCardActionValue(value: unknown): CardAction | null {
  if (typeof value !== 'object' || value === null) return null
  if (!('action' in value) || !('session' in value)) return null
  const action = ACTIONS.find((known) => known === value.action)
  const { session } = value
  if (action === undefined || typeof session !== 'string') return null
  if (session === '' || session.length > LONGEST_SESSION_ID) return null
  return { action, session }
}
