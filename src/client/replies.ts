import { CardAuthError } from './card-auth-error.ts'

/** A token that works, as the library gives it. */
export type UserAccessToken = {
  accessToken: string
  tokenType: 'Bearer'
  expiresAt: Date
  scopes: string[]
  openId: string
  appId: string
}

/** One request for one person's authorization of one app; the members are those of the HTTP API. */
export type Session = {
  sessionId: string
  appId: string
  openId: string
  state: 'pending' | 'completed' | 'rejected' | 'expired'
  endReason:
    | 'declined_on_card'
    | 'access_denied'
    | 'timed_out'
    | 'invalidated'
    | 'superseded'
    | null
  authMethod: 'websocket_card' | 'device' | 'web'
  scopes: string[]
  /** What the person granted; null until then. */
  grantedScopes: string[] | null
  reason: string | null
  /** What went wrong last, while the person can still try again. */
  lastFailure: { reason: string; at: Date } | null
  card: {
    messageId: string | null
    shows: 'pending' | 'completed' | 'rejected' | 'expired' | null
    look: string | null
  }
  createdAt: Date
  expiresAt: Date
  endedAt: Date | null
}

/** The session whose card waits for the person, instead of a token. */
export type WaitingSession = Session & {
  /** What an operator can do so that the person need not be asked again; null where it is nobody's fault. */
  advice: string | null
}

/** A page of sessions, newest first; `nextCursor` is null on the last. */
export type SessionPage = { sessions: Session[]; nextCursor: string | null }

/** Whether an answer of the API is a token. */
export function isToken(reply: unknown): reply is UserAccessToken {
  return has(reply, 'accessToken', 'string') && has(reply, 'expiresAt', 'object')
}

/**
 * An answer that must be a token.
 * @throws {CardAuthError} `unexpected_answer`.
 */
export function asToken(reply: unknown): UserAccessToken {
  if (!isToken(reply)) throw unexpected('a token')
  return reply
}

/**
 * An answer that must be a session.
 * @throws {CardAuthError} `unexpected_answer`.
 */
export function asSession(reply: unknown): Session {
  if (!isSession(reply)) throw unexpected('a session')
  return reply
}

/**
 * An answer that must be a session whose card waits.
 * @throws {CardAuthError} `unexpected_answer`.
 */
export function asWaitingSession(reply: unknown): WaitingSession {
  const session = asSession(reply)
  return { ...session, advice: has(session, 'advice', 'string') ? session.advice : null }
}

/**
 * An answer that must be a page of sessions.
 * @throws {CardAuthError} `unexpected_answer`.
 */
export function asSessionPage(reply: unknown): SessionPage {
  if (!isSessionPage(reply)) throw unexpected('a page of sessions')
  return reply
}

function isSession(reply: unknown): reply is Session {
  return has(reply, 'sessionId', 'string') && has(reply, 'state', 'string')
}

function isSessionPage(reply: unknown): reply is SessionPage {
  if (!has(reply, 'sessions', 'object') || !('nextCursor' in reply)) return false
  return Array.isArray(reply.sessions) && reply.sessions.every(isSession)
}

function has<Name extends string, Type extends 'string' | 'object'>(
  reply: unknown,
  name: Name,
  type: Type,
): reply is Record<Name, Type extends 'string' ? string : unknown> {
  return typeof reply === 'object' && reply !== null && typeof Object(reply)[name] === type
}

function unexpected(what: string): CardAuthError {
  return new CardAuthError(
    'unexpected_answer',
    `The answer is not ${what}. Check that baseUrl leads to feishu-card-auth, and that both are of the same version.`,
  )
}
