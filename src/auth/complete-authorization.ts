import { FeishuUnavailableError, IdentityMismatchError, InvalidStateError } from '../errors.ts'
import type { Apps } from './apps.ts'
import type { EventSink } from './events.ts'
import { type FailureReason, failureReasonOf } from './failure-reason.ts'
import { isMixedUp, type RedirectFacts } from './mix-up.ts'
import { hashSecret, isSecret } from './one-time-secret.ts'
import { verifierBinding } from './open-link.ts'
import type {
  Clock,
  OAuthAttempt,
  OAuthClient,
  Store,
  TokenCipher,
  TokenOwner,
  TokenReply,
} from './ports.ts'
import type { ReadSession } from './read-session.ts'
import type { RevokeStray } from './revoke-stray.ts'
import { type AuthSession, isOpen, type SessionMove } from './session.ts'
import type { StoreGrant } from './store-grant.ts'
import { createTimeStage } from './time-stage.ts'
import type { WaitForSession } from './wait-for-session.ts'

/** A redirect from Feishu, parsed at the door. */
export type Callback =
  | (RedirectFacts & { kind: 'code'; code: string; state: string; browserSecret: unknown })
  | (RedirectFacts & { kind: 'error'; error: string; state: string; browserSecret: unknown })
  /** Neither of the two forms; nothing of it is kept. */
  | { kind: 'malformed' }

/** What became of a callback; each has its page. */
export type CallbackOutcome =
  | { kind: 'completed'; session: AuthSession }
  | { kind: 'declined'; session: AuthSession }
  /** A denial from a browser that did not open the link: it is shown, but ends nothing. */
  | { kind: 'denial_unproven'; session: AuthSession }
  /** The session had ended before; its state says how. */
  | { kind: 'already_ended'; session: AuthSession }
  /** The link was used before, and the session still waits. */
  | { kind: 'link_used'; session: AuthSession }
  /** The person took longer over the consent than its `state` lives; the session still waits. */
  | { kind: 'late'; session: AuthSession }
  | { kind: 'link_unknown' }
  /** The attempt failed; the session still waits, or has ended after too many strangers. */
  | { kind: 'failed'; session: AuthSession; reason: FailureReason; error: unknown }

/** Turns a callback into a stored grant, or into a plain answer why not; it throws only when the store is down. */
export type CompleteAuthorization = (callback: Callback) => Promise<CallbackOutcome>

type Neighbours = {
  apps: Apps
  store: Store
  cipher: TokenCipher
  oauth: OAuthClient
  clock: Clock
  events: EventSink
  readSession: ReadSession
  storeGrant: StoreGrant
  waitForSession: WaitForSession
  revokeStray: RevokeStray
}

/** Longer than the exchange, user_info and their time-outs together. */
const HOLD_SECONDS = 45
/** A browser that sent the callback twice shows the second answer, so that one waits for the first. */
const FIRST_CALLBACK_SECONDS = 8
const LOOK_AGAIN_MS = 500
/** So many strangers on one link mean that it went astray. */
const MISMATCH_LIMIT = 5

/** Creates the use case behind `GET /callback`. */
export function createCompleteAuthorization(neighbours: Neighbours): CompleteAuthorization {
  const { apps, store, cipher, oauth, clock, events } = neighbours
  const { readSession, storeGrant, waitForSession, revokeStray } = neighbours
  const timeStage = createTimeStage(neighbours)

  return async (callback) => {
    const attempt = callback.kind === 'malformed' ? null : await consumeAttempt(callback.state)
    if (attempt === null || callback.kind === 'malformed') return linkUnknown()
    const session = await readSession(attempt.sessionId)
    events.emit({ type: 'step_reached', step: 'callback_received', session })
    if (!isOpen(session, clock.now())) return alreadyEnded(session)
    if (attempt.replayed && attempt.usedAt === null) return tooLate(session)
    if (attempt.replayed && callback.kind === 'code')
      return linkUsed(await firstOutcome(session, attempt))
    if (attempt.replayed) return linkUsed(session)
    if (isMixedUp(apps.resolve(session.appId), apps.all, callback)) {
      await fail(session, new InvalidStateError())
      return { kind: 'link_unknown' }
    }
    if (callback.kind === 'code') return exchange(session, attempt, callback.code)
    if (callback.error === 'access_denied') return deny(session, attempt, callback.browserSecret)
    return fail(session, new FeishuUnavailableError('upstream_5xx'))
  }

  async function consumeAttempt(
    state: string,
  ): Promise<(OAuthAttempt & { replayed: boolean }) | null> {
    if (!isSecret(state)) return null
    const stateHash = hashSecret(state)
    const fresh = await store.attempts.consume(stateHash, clock.now())
    if (fresh) return { ...fresh, replayed: false }
    const known = await store.attempts.find(stateHash)
    return known && { ...known, replayed: true }
  }

  function linkUnknown(): CallbackOutcome {
    events.emit({
      type: 'attempt_failed',
      session: null,
      reason: 'state_invalid',
      error: new InvalidStateError(),
    })
    return { kind: 'link_unknown' }
  }

  async function alreadyEnded(session: AuthSession): Promise<CallbackOutcome> {
    if (session.state !== 'pending') return { kind: 'already_ended', session }
    const ended = await move(session, { to: 'expired', endReason: 'timed_out' })
    return { kind: 'already_ended', session: ended ?? (await readSession(session.id)) }
  }

  /** A doubled callback spends nothing: it waits for the first one, to report what that came to. */
  async function firstOutcome(session: AuthSession, attempt: OAuthAttempt): Promise<AuthSession> {
    const giveUpAt = secondsAfter(clock.now(), FIRST_CALLBACK_SECONDS)
    let current = session
    while (isAtWork(attempt, current, clock.now()) && clock.now() < giveUpAt) {
      const lookAgainAt = clock.now().getTime() + LOOK_AGAIN_MS
      current = await waitForSession(session.id, LOOK_AGAIN_MS)
      // A wait that ends before its time without an end is let go by a shutdown, and so would the next one be.
      if (current.state === 'pending' && clock.now().getTime() < lookAgainAt) break
    }
    return current
  }

  /** Whatever the first one came to is counted already; a page that is loaded again is no failure. */
  function linkUsed(session: AuthSession): CallbackOutcome {
    return { kind: session.state === 'pending' ? 'link_used' : 'already_ended', session }
  }

  /** It was theirs to be in time, as with a card that they let run out; Feishu's word for a code too old is another matter. */
  function tooLate(session: AuthSession): CallbackOutcome {
    events.emit({ type: 'attempt_failed', session, reason: 'timed_out', error: null })
    return { kind: 'late', session }
  }

  async function deny(
    session: AuthSession,
    attempt: OAuthAttempt,
    browserSecret: unknown,
  ): Promise<CallbackOutcome> {
    if (!isSecret(browserSecret) || hashSecret(browserSecret) !== attempt.browserHash) {
      const error = new InvalidStateError()
      events.emit({ type: 'attempt_failed', session, reason: 'state_invalid', error })
      return { kind: 'denial_unproven', session }
    }
    const denied = await move(session, { to: 'rejected', endReason: 'access_denied' })
    if (denied) return { kind: 'declined', session: denied }
    return { kind: 'already_ended', session: await readSession(session.id) }
  }

  async function exchange(
    session: AuthSession,
    attempt: OAuthAttempt,
    code: string,
  ): Promise<CallbackOutcome> {
    const now = clock.now()
    const held = await store.sessions.hold(session.id, secondsAfter(now, HOLD_SECONDS), now)
    if (!held) return { kind: 'already_ended', session: await readSession(session.id) }
    const { appId } = session
    let reply: TokenReply | null = null
    let owner: TokenOwner | null = null
    try {
      const codeVerifier = cipher.open(
        attempt.sealedVerifier,
        verifierBinding(session, attempt.stateHash),
      )
      const request = { appId, code, codeVerifier }
      const tokens = await timeStage('exchange', () => oauth.exchangeCode(request))
      reply = tokens
      events.emit({ type: 'step_reached', step: 'code_exchanged', session })
      owner = await timeStage('user_info', () => oauth.fetchTokenOwner(appId, tokens.accessToken))
      const { openId, tenantKey } = owner
      const isTenant = session.tenantKey === null || session.tenantKey === tenantKey
      if (openId !== session.openId || !isTenant) throw new IdentityMismatchError()
      const completed = await timeStage('store', () => storeGrant(held, tokens, tenantKey))
      if (completed) return { kind: 'completed', session: completed }
    } catch (error) {
      const cause = error instanceof IdentityMismatchError ? 'mismatch' : 'not_kept'
      if (reply) revokeStray({ session, reply, owner, cause })
      return fail(session, error)
    }
    revokeStray({ session, reply, owner, cause: 'not_kept' })
    return { kind: 'already_ended', session: await readSession(session.id) }
  }

  async function fail(session: AuthSession, error: unknown): Promise<CallbackOutcome> {
    const reason = failureReasonOf(error)
    const noted = await store.sessions.noteFailure(session.id, reason, clock.now())
    const after = noted ?? (await readSession(session.id))
    // The loser of a doubled code finds the work done by the winner.
    if (after.state === 'completed') return { kind: 'already_ended', session: after }
    events.emit({ type: 'attempt_failed', session: after, reason, error })
    if (after.mismatches < MISMATCH_LIMIT) return { kind: 'failed', session: after, reason, error }
    const ended = await move(after, { to: 'expired', endReason: 'invalidated' })
    return { kind: 'failed', session: ended ?? after, reason, error }
  }

  async function move(session: AuthSession, to: SessionMove): Promise<AuthSession | null> {
    const moved = await store.sessions.move(session.id, to, clock.now())
    if (moved) events.emit({ type: 'session_ended', session: moved })
    return moved
  }
}

/** Tells whether the callback that spent this attempt may still be turning its code into a token. */
function isAtWork({ usedAt }: OAuthAttempt, session: AuthSession, now: Date): boolean {
  if (session.state !== 'pending' || usedAt === null) return false
  const hasFailed = session.lastFailure !== null && session.lastFailure.at >= usedAt
  return !hasFailed && now < secondsAfter(usedAt, HOLD_SECONDS)
}

function secondsAfter(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000)
}
