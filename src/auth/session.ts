import type { FailureReason } from './failure-reason.ts'

/** The four states a session can be in; the diagram is in ARCHITECTURE.md. */
export type SessionState = 'pending' | 'completed' | 'rejected' | 'expired'

/** Why a session ended, beside its state; null while pending and when completed. */
export type EndReason =
  | 'declined_on_card'
  | 'access_denied'
  | 'timed_out'
  | 'invalidated'
  | 'superseded'

/** Languages that people are spoken to in. */
export type Locale = 'zh-CN' | 'en' | 'ja'

/** Every language, in the order of preference when nothing is known. */
export const LOCALES = ['zh-CN', 'en', 'ja'] as const satisfies readonly Locale[]

/** The way the person was asked. */
export type AuthMethod = 'websocket_card' | 'device' | 'web'

/**
 * Every look of the card in chat; `asking_again:*` names what went wrong last time, `authorize_again:*` how the earlier
 * grant ended or soon will, `revoked:*` who ended the access.
 */
export const CARD_LOOKS = [
  'asking',
  'authorize_again:ran_out',
  'authorize_again:revoked',
  'authorize_again:lost',
  'authorize_again:changed',
  'authorize_again:ends_soon',
  'asking_again:wrong_account',
  'asking_again:needs_admin',
  'asking_again:not_available',
  'asking_again:feishu_trouble',
  'asking_again:try_again',
  'completed',
  'revoked:by_person',
  'revoked:by_admin',
  'revoked:by_feishu',
  'rejected',
  'expired',
  'superseded',
] as const

/** What the card in chat looks like. */
export type CardLook = (typeof CARD_LOOKS)[number]

/** The card of a session: where it is, what it shows, what it should show and when it is next worked on. */
export type SessionCard = {
  messageId: string | null
  shows: CardLook | null
  wants: CardLook
  /** When it came to want that; null where nobody noted it. */
  wantsSince: Date | null
  /** When the reconciler should next touch the card; null when it shows what it should, or never can. */
  dueAt: Date | null
  attempts: number
}

/** One request for one person's authorization of one app. */
export type AuthSession = {
  id: string
  appId: string
  openId: string
  /** The person's tenant, once a click or the caller has told it. */
  tenantKey: string | null
  state: SessionState
  endReason: EndReason | null
  authMethod: AuthMethod
  scopes: readonly string[]
  grantedScopes: readonly string[] | null
  reason: string | null
  locale: Locale | null
  /** The group to send the card to instead of the person's own chat. */
  chatId: string | null
  lastFailure: { reason: FailureReason; at: Date } | null
  /** How many times somebody else authorized in this person's place. */
  mismatches: number
  ticketHash: string
  sealedTicket: string
  /** While in the future, a callback is turning a code into a token and only completion may end the session. */
  heldUntil: Date | null
  /** When the grant ends that this request would renew ahead of time; null when a caller, or the person, wants it. */
  grantEndsAt: Date | null
  card: SessionCard
  createdAt: Date
  cardSentAt: Date | null
  expiresAt: Date
  endedAt: Date | null
}

/** A move out of `pending`. */
export type SessionMove =
  | { to: 'completed'; grantedScopes: readonly string[]; tenantKey: string | null }
  | { to: 'rejected'; endReason: 'declined_on_card' | 'access_denied' }
  | { to: 'expired'; endReason: 'timed_out' | 'invalidated' | 'superseded' }

/**
 * From which states each state may be reached; the store derives the guard of its one UPDATE from it.
 *
 * ```
 * pending ──▶ completed
 *         ├─▶ rejected   declined_on_card | access_denied
 *         └─▶ expired    timed_out | invalidated | superseded
 * ```
 */
export const TRANSITIONS = {
  completed: ['pending'],
  rejected: ['pending'],
  expired: ['pending'],
} as const satisfies Record<SessionMove['to'], readonly SessionState[]>

/** Tells whether a session can never move again. */
export function isFinal(state: SessionState): boolean {
  return !Object.values(TRANSITIONS).some((sources) => sources.some((source) => source === state))
}

/** Tells whether the card of a session still works at this instant. */
export function isOpen(session: AuthSession, now: Date): boolean {
  return session.state === 'pending' && session.expiresAt > now
}

/** Tells whether the card of a session tells, or soon will, that the access it gave has ended. */
export function isRevoked({ card }: AuthSession): boolean {
  return REVOKED_LOOKS.some((look) => look === card.wants)
}

const REVOKED_LOOKS = [
  'revoked:by_person',
  'revoked:by_admin',
  'revoked:by_feishu',
] as const satisfies CardLook[]

/** The look a card should have after this move. */
export function lookAfter(move: SessionMove): CardLook {
  switch (move.to) {
    case 'completed':
      return 'completed'
    case 'rejected':
      return 'rejected'
    case 'expired':
      return move.endReason === 'superseded' ? 'superseded' : 'expired'
  }
}

/** The look a still pending card should have after this failure. */
export function lookAfterFailure(reason: FailureReason): CardLook {
  switch (reason) {
    case 'identity_mismatch':
      return 'asking_again:wrong_account'
    case 'redirect_uri_mismatch':
    case 'scope_not_enabled':
    case 'app_not_installed':
    case 'app_disabled':
    case 'bad_client':
    case 'card_undeliverable':
      return 'asking_again:needs_admin'
    case 'no_app_permission':
      return 'asking_again:not_available'
    case 'upstream_5xx':
    case 'upstream_timeout':
    case 'rate_limited':
      return 'asking_again:feishu_trouble'
    case 'declined_on_card':
    case 'access_denied':
    case 'timed_out':
    case 'state_invalid':
    case 'pkce_failed':
    case 'code_expired':
    case 'code_used':
    case 'db_error':
    case 'crypto_error':
    case 'internal':
      return 'asking_again:try_again'
  }
}

/** The state that a card with this look tells of. */
export function stateShown(look: CardLook): SessionState {
  switch (look) {
    case 'completed':
    case 'rejected':
    case 'expired':
      return look
    case 'revoked:by_person':
    case 'revoked:by_admin':
    case 'revoked:by_feishu':
      return 'completed'
    case 'superseded':
      return 'expired'
    case 'asking':
    case 'authorize_again:ran_out':
    case 'authorize_again:revoked':
    case 'authorize_again:lost':
    case 'authorize_again:changed':
    case 'authorize_again:ends_soon':
    case 'asking_again:wrong_account':
    case 'asking_again:needs_admin':
    case 'asking_again:not_available':
    case 'asking_again:feishu_trouble':
    case 'asking_again:try_again':
      return 'pending'
  }
}
