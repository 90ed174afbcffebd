import { FAULT_OF, type FailureReason, failureReasonOf } from './failure-reason.ts'
import type { AuthSession } from './session.ts'

/** The failure to record for a card that could not be sent for the first time; null for one that was, and for one known. */
export function failureToSend(session: AuthSession, error: unknown): FailureReason | null {
  if (!isUnsent(session)) return null
  const reason = failureReasonOf(error)
  const known = session.lastFailure?.reason
  if (reason === known) return null
  // A fault of the app outlasts the trouble of the moment.
  if (known && FAULT_OF[known] === 'config' && FAULT_OF[reason] !== 'config') return null
  return reason
}

/**
 * What a session that ended without a token failed for, to be counted with its end. Nobody lets a card run out that never
 * reached them: what kept it from going out is to blame, and is null where it was told when it was met.
 */
export function failureOfEnd(session: AuthSession): FailureReason | null {
  switch (session.endReason) {
    case 'declined_on_card':
    case 'access_denied':
      return session.endReason
    case 'timed_out': {
      if (!isUnsent(session)) return 'timed_out'
      const reason = session.lastFailure?.reason ?? 'internal'
      return FAULT_OF[reason] === 'config' ? null : reason
    }
    case 'invalidated':
    case 'superseded':
    case null:
      return null
  }
}

function isUnsent({ authMethod, card }: AuthSession): boolean {
  return authMethod === 'websocket_card' && card.messageId === null
}
