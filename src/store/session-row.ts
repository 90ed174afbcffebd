import type { AuthSession } from '../auth/session.ts'
import type { Schema } from './schema.ts'

type SessionRow = Schema['sessions']['$inferSelect']
type NewSessionRow = Schema['sessions']['$inferInsert']

/** Reads a row as a session. */
export function toSession(row: SessionRow): AuthSession {
  const {
    lastFailureReason,
    lastFailureAt,
    cardMessageId,
    cardShows,
    cardWants,
    cardWantsSince,
    cardDueAt,
    cardAttempts,
    cardGone: _onlyTheStoreKnows,
    endToldAt: _onlyTheOutboxAsks,
    ...session
  } = row
  return {
    ...session,
    lastFailure:
      lastFailureReason === null || lastFailureAt === null
        ? null
        : { reason: lastFailureReason, at: lastFailureAt },
    card: {
      messageId: cardMessageId,
      shows: cardShows,
      wants: cardWants,
      wantsSince: cardWantsSince,
      dueAt: cardDueAt,
      attempts: cardAttempts,
    },
  }
}

/** Reads the one row of a guarded statement; null when the guard let nothing through. */
export function toSessionOrNull([row]: SessionRow[]): AuthSession | null {
  return row === undefined ? null : toSession(row)
}

/** Writes a session as a row. */
export function fromSession({ card, lastFailure, ...session }: AuthSession): NewSessionRow {
  return {
    ...session,
    lastFailureReason: lastFailure?.reason ?? null,
    lastFailureAt: lastFailure?.at ?? null,
    cardMessageId: card.messageId,
    cardShows: card.shows,
    cardWants: card.wants,
    cardWantsSince: card.wantsSince,
    cardDueAt: card.dueAt,
    cardAttempts: card.attempts,
  }
}
