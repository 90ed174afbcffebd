import type { FailureReason } from './failure-reason.ts'
import type { Grant } from './grant.ts'
import type { GrantCensus } from './grant-census.ts'
import type { LogEvent } from './log-event.ts'
import type { RefreshReply } from './refresh-outcome.ts'
import type { RenewalStore } from './renewals.ts'
import type { RevocationStore } from './revocation.ts'
import type { SealedCount, SealStore } from './seals.ts'
import type { AuthSession, CardLook, SessionMove, SessionState } from './session.ts'
import type { Tidings } from './tidings.ts'
import type { TimeZoneStore } from './time-zones.ts'
import type { TokenReply } from './token-reply.ts'
import type { GrantKey, UpkeepStore } from './upkeep.ts'
import type { WebhookOutbox } from './webhook-outbox.ts'

export type { TokenReply }

/** Time, handed in so that tests can own it. */
export interface Clock {
  now(): Date
  /** Resolves after `milliseconds`, or at once when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** One configured Feishu app. */
export type AppSettings = {
  appId: string
  brand: 'feishu' | 'lark'
  /** Exactly as registered in the developer console. */
  redirectUri: string
  /** Asked for when the caller names none. */
  defaultScopes: readonly string[]
  /** Origins that may stand in `iss` (RFC 9207); without them it is not checked. */
  issuers?: readonly string[] | undefined
}

/** What a sealed value belongs to; it opens nowhere else. */
export type Binding = { appId: string; tenantKey: string | null; openId: string; field: string }

/** Authenticated encryption bound to a row and a field. */
export interface TokenCipher {
  seal(plaintext: string, binding: Binding): string
  /** @throws {TokenUnreadableError} when the key is missing, the binding differs or the value is damaged. */
  open(sealed: string, binding: Binding): string
}

/** One tap on Authorize: its own state, its own PKCE verifier, spent at most once. */
export type OAuthAttempt = {
  stateHash: string
  sessionId: string
  sealedVerifier: string
  /** Hash of the cookie set in the browser that opened the link. */
  browserHash: string
  createdAt: Date
  expiresAt: Date
  usedAt: Date | null
}

/** Which sessions to list, newest first; `before` is the last one of the page before. */
export type SessionFilter = {
  appId?: string | undefined
  openId?: string | undefined
  /** The group the cards went to. */
  chatId?: string | undefined
  state?: SessionState | undefined
  before?: { createdAt: Date; id: string } | undefined
  limit: number
}

/** Sessions on disk; every change is one guarded statement, and whoever loses a race gets null. */
export interface SessionStore {
  /** Null when this person already has a pending session of this app. */
  insert(session: AuthSession): Promise<AuthSession | null>
  find(id: string): Promise<AuthSession | null>
  /** Those among many sessions that are no longer pending. */
  findEnded(ids: readonly string[]): Promise<AuthSession[]>
  findByTicketHash(ticketHash: string): Promise<AuthSession | null>
  findPending(appId: string, openId: string): Promise<AuthSession | null>
  list(filter: SessionFilter): Promise<AuthSession[]>
  /** Moves a session out of pending; ends other than completion also need that no callback holds it. */
  move(id: string, move: SessionMove, now: Date): Promise<AuthSession | null>
  /** Keeps enders away while a callback works; null when the session is not open any more. */
  hold(id: string, until: Date, now: Date): Promise<AuthSession | null>
  /** Records a failed attempt on a pending session and lets go of it; counts mismatches. */
  noteFailure(id: string, reason: FailureReason, now: Date): Promise<AuthSession | null>
  /** Forgets the last failure of a pending session, so that its card asks afresh. */
  clearFailure(id: string, now: Date): Promise<AuthSession | null>
  /** Makes the card of a completed session want another look; null when it is not completed or wants that already. */
  wantLook(id: string, look: CardLook, now: Date): Promise<AuthSession | null>
  /** Records the tenant of the person, once a signed event has told it. */
  noteTenant(id: string, tenantKey: string): Promise<void>
  /** Expires what is due and not held. */
  expireDue(now: Date, limit: number): Promise<AuthSession[]>
  /** Completes pending sessions whose grant is already stored: a crash came between the two. */
  completeGranted(now: Date, limit: number): Promise<AuthSession[]>
  deleteEnded(endedBefore: Date, limit: number): Promise<number>
  countPending(): Promise<{ appId: string; count: number }[]>
  /** How many cards wait to be sent or redrawn. */
  countCardsDue(): Promise<{ appId: string; count: number }[]>

  /** Takes the card of one session for work until `until`, if its card is due. */
  claimCard(id: string, now: Date, until: Date): Promise<AuthSession | null>
  /** Takes a card that never went out, whatever pause an earlier failure asked for. */
  claimUnsentCard(id: string, until: Date): Promise<AuthSession | null>
  /** Takes up to `limit` due cards for work until `until`; no other instance gets the same. */
  claimDueCards(now: Date, until: Date, limit: number): Promise<AuthSession[]>
  /** Records where the card is; it stays due when the session has moved on meanwhile. */
  noteCardSent(
    id: string,
    messageId: string,
    look: CardLook,
    now: Date,
    claimedUntil?: Date,
  ): Promise<void>
  /** Records what the card shows; it stays due when the session has moved on, or the claim was lost, meanwhile. */
  noteCardShown(id: string, look: CardLook, now: Date, claimedUntil?: Date): Promise<void>
  /** Records a failed try, and with a `failure` why the first card of the session did not go out. */
  noteCardRetry(
    id: string,
    dueAt: Date,
    failure?: NonNullable<AuthSession['lastFailure']> | null,
  ): Promise<void>
  /** The card can never change again; nothing more is tried. */
  noteCardGone(id: string): Promise<void>
}

/** OAuth attempts on disk. */
export interface AttemptStore {
  insert(attempt: OAuthAttempt): Promise<void>
  /** Spends an attempt in one statement; null when it is unknown, used or expired. */
  consume(stateHash: string, now: Date): Promise<OAuthAttempt | null>
  find(stateHash: string): Promise<OAuthAttempt | null>
  deleteExpired(expiredBefore: Date, limit: number): Promise<number>
}

/** The two columns of a grant that hold tokens. */
export type SealedPair = Pick<Grant, 'sealedAccessToken' | 'sealedRefreshToken'>

/** A grant as it was read, and its tokens sealed with another key. */
export type ResealedGrant = { grant: Grant; pair: SealedPair }

/** Which grants to list, by app and person; `after` is the last one of the page before. */
export type GrantFilter = {
  appId?: string | undefined
  /** Id of the key that sealed them; null for those where it is not known. */
  sealedWith?: string | null | undefined
  after?: GrantKey | undefined
  limit: number
}

/** One version of one consent: versions begin at one again when a deleted grant is given anew. */
export type GrantVersion = Pick<Grant, 'version' | 'sessionId' | 'authorizedAt'>

/** Grants on disk. */
export interface GrantStore {
  /** Writes the grant of a consent; the newest consent wins, and null means a newer one is there. */
  save(grant: Omit<Grant, 'version'>): Promise<Grant | null>
  find(appId: string, openId: string): Promise<Grant | null>
  /**
   * Writes a refreshed pair by compare-and-set on the version and the consent it started from; null when they are gone.
   * Who consented, when and in which session stays as it was.
   */
  rotate(fromVersion: number, grant: Omit<Grant, 'version'>): Promise<Grant | null>
  /**
   * Ends a grant whose end was told from outside: its access token has run out now, its refresh token is forgotten.
   * A refresh on its way is too late then. Null when there is nothing to end, or when what was `judged` is gone.
   */
  end(key: GrantKey, now: Date, judged?: GrantVersion): Promise<Grant | null>
  /**
   * Lets the access token of this very version run out now. The version stays, for no token is new: a pair that comes late
   * all the same is better than none. False when there is nothing to end, or when the version or the consent is gone.
   */
  endAccess(grant: Grant, now: Date): Promise<boolean>
  /** Removes a grant and hands it back; null when there is none, or when what was `read` is gone. */
  delete(key: GrantKey, read?: GrantVersion): Promise<Grant | null>
  list(filter: GrantFilter): Promise<Grant[]>
  /**
   * Writes the same tokens sealed with another key; the version stays, for no token is new. Resolves with how many were written:
   * not those whose grant, or one of its tokens, has changed since it was read, or that somebody else is writing just now.
   */
  reseal(resealed: readonly ResealedGrant[]): Promise<number>
  /** How many grants each key has sealed; null stands for grants not known to be sealed with one key. */
  countByKey(): Promise<SealedCount[]>
}

/** Event ids already worked on. */
export interface SeenEventStore {
  /** True for the first caller with this id, false for every later one. */
  markSeen(eventId: string, now: Date): Promise<boolean>
  deleteSeenBefore(before: Date, limit: number): Promise<number>
}

/** Answers that callers of the API may ask for again; the domain only throws them away. */
export interface RepeatableAnswers {
  deleteCreatedBefore(before: Date, limit: number): Promise<number>
}

/** What the database takes on disk, and when it was copied; null where it does not live in a file of this machine. */
export type StoreSize = {
  databaseBytes: number
  walBytes: number | null
  diskFreeBytes: number | null
  /** When the last backup succeeded; null also before the first. */
  backedUpAt: Date | null
}

/** Everything kept on disk. */
export interface Store {
  sessions: SessionStore
  attempts: AttemptStore
  grants: GrantStore
  seenEvents: SeenEventStore
  timeZones: TimeZoneStore
  idempotentRequests: RepeatableAnswers
  upkeeps: UpkeepStore
  renewals: RenewalStore
  revocations: RevocationStore
  seals: SealStore
  tidings: Tidings
  webhooks: WebhookOutbox
  census: GrantCensus
  /** Proves that the database answers and can be written. */
  ping(): Promise<void>
  /** What the database takes on disk. */
  measure(): Promise<StoreSize>
  close(): Promise<void>
}

/** Cards in chat. */
export interface CardMessenger {
  /**
   * Sends the card of a session; safe to repeat within an hour (Feishu deduplicates on the session's id).
   * @throws {PersonUnreachableError} when it can never reach them.
   * @throws {AppMisconfiguredError} when the bot may not send.
   * @throws {FeishuUnavailableError} when Feishu is in trouble.
   */
  sendCard(session: AuthSession, authorizeLink: string): Promise<{ messageId: string }>
  /**
   * Redraws the card of a session.
   * @throws {CardGoneError} when it can never change again.
   * @throws {AppMisconfiguredError | FeishuUnavailableError} as for sending.
   */
  updateCard(session: AuthSession, messageId: string, authorizeLink: string): Promise<void>
}

/** Who a token stands for. */
export type TokenOwner = { openId: string; tenantKey: string; name: string }

/** The OAuth side of Feishu; every method throws only errors of `errors.ts`. */
export interface OAuthClient {
  /** The authorize page (RFC 6749 §4.1.1) with PKCE S256. */
  authorizeUrl(request: {
    appId: string
    scopes: readonly string[]
    state: string
    codeChallenge: string
  }): URL
  exchangeCode(request: { appId: string; code: string; codeVerifier: string }): Promise<TokenReply>
  /** Presents a refresh token once (RFC 6749 §6); every outcome is an answer, it never throws. */
  refresh(request: { appId: string; refreshToken: string }): Promise<RefreshReply>
  fetchTokenOwner(appId: string, accessToken: string): Promise<TokenOwner>
  /** Ends one access token at Feishu (RFC 7009). */
  revokeAccessToken(appId: string, accessToken: string): Promise<void>
  /** Ends refreshing at Feishu (RFC 7009): the person must authorize again; the access token lives on until its own end. */
  revokeRefreshToken(appId: string, refreshToken: string): Promise<void>
}

/** How serious a log line is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** One log line: a name from the closed list of events, and its facts; no secret may be among them. */
export type Log = (level: LogLevel, event: LogEvent, fields: Record<string, unknown>) => void
