import { eq, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import { type SessionMove, TRANSITIONS } from '../auth/session.ts'
import type { Schema } from './schema.ts'

type Sessions = Schema['sessions']

/** Holds while a session can still end; written out, not bound, so that the partial indexes apply. */
export function isPending(sessions: Sessions): SQL {
  return sql`${eq(sessions.state, 'pending')}`.inlineParams()
}

/** Holds while the transition table lets a session move there. */
export function mayMoveTo(sessions: Sessions, state: SessionMove['to']): SQL {
  const sources = TRANSITIONS[state].map((source) => eq(sessions.state, source))
  return sql`(${or(...sources)})`.inlineParams()
}

/** Holds while no callback is turning a code into a token. */
export function isNotHeld(sessions: Sessions, now: Date): SQL | undefined {
  return or(isNull(sessions.heldUntil), lte(sessions.heldUntil, now))
}
