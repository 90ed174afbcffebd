import {
  AppMisconfiguredError,
  CardGoneError,
  FeishuUnavailableError,
  PersonUnreachableError,
} from '../errors.ts'
import { type Apps, publicLink } from './apps.ts'
import type { CardOutcome, EventSink } from './events.ts'
import { FAULT_OF } from './failure-reason.ts'
import { failureToSend } from './never-sent.ts'
import type { CardMessenger, Clock, Store } from './ports.ts'
import { type AuthSession, isOpen } from './session.ts'
import { createSingleFlight } from './single-flight.ts'
import type { Tickets } from './ticket.ts'
import { createTimeStage } from './time-stage.ts'

type Neighbours = {
  apps: Apps
  store: Store
  tickets: Tickets
  messenger: CardMessenger
  clock: Clock
  events: EventSink
}

/** Brings cards to the state of their sessions: sends the one that is missing, redraws the one that lags. */
export interface ShowCard {
  /** Works on the card of one session if it is due; the error of a failed try comes back, never thrown. */
  one(sessionId: string): Promise<{ error: unknown } | null>
  /** Sends a card that never went out, now; callers at the same time share one try. */
  unsent(sessionId: string): Promise<{ error: unknown } | null>
  /** Works on every due card, a batch at a time, until the signal aborts; returns how many it touched. */
  due(closing?: AbortSignal): Promise<number>
  /** The link behind the card's Authorize button. */
  authorizeLink(session: AuthSession): string
}

/** How long one try may hold a card before another instance takes it over: more than a slow call to Feishu. */
const CLAIM_SECONDS = 15
const BATCH = 20

/** Creates the part that shows sessions on their cards; every try is claimed in the store, so instances never double up. */
export function createShowCard(neighbours: Neighbours): ShowCard {
  const { apps, store, tickets, messenger, clock, events } = neighbours

  const timeStage = createTimeStage(neighbours)
  const sending = createSingleFlight<{ error: unknown } | null>()

  // Only a card that asks needs its ticket; the others must be drawn even when its key is lost.
  const authorizeLink = (session: AuthSession): string =>
    session.state === 'pending'
      ? tickets.link(session)
      : publicLink(apps.resolve(session.appId), '')

  return {
    authorizeLink,
    async one(sessionId) {
      const now = clock.now()
      const session = await store.sessions.claimCard(sessionId, now, after(now, CLAIM_SECONDS))
      return session ? tryOnce(session) : null
    },
    unsent: (sessionId) => sending.run(sessionId, () => sendNow(sessionId)).result,
    async due(closing) {
      let touched = 0
      for (;;) {
        const now = clock.now()
        const batch = await store.sessions.claimDueCards(now, after(now, CLAIM_SECONDS), BATCH)
        await Promise.all(batch.map(tryOnce))
        touched += batch.length
        if (batch.length < BATCH || closing?.aborted) return touched
      }
    },
  }

  /** Feishu deduplicates on the session's id, so a try on another instance at the same time sends no second card. */
  async function sendNow(sessionId: string): Promise<{ error: unknown } | null> {
    const until = after(clock.now(), CLAIM_SECONDS)
    const session = await store.sessions.claimUnsentCard(sessionId, until)
    return session ? tryOnce(session) : null
  }

  async function tryOnce(session: AuthSession): Promise<{ error: unknown } | null> {
    const look = session.card.wants
    try {
      await show(session)
      return null
    } catch (error) {
      const outcome = await settle(session, error)
      events.emit({ type: 'card_worked_on', session, look, outcome, error })
      return { error }
    }
  }

  async function show(session: AuthSession): Promise<void> {
    const { messageId, wants: look, dueAt } = session.card
    const claimedUntil = dueAt ?? undefined
    if (messageId === null) {
      // A request that ended before its card went out has nothing left to say.
      if (!isOpen(session, clock.now())) return store.sessions.noteCardGone(session.id)
      const sent = await messenger.sendCard(session, authorizeLink(session))
      await store.sessions.noteCardSent(session.id, sent.messageId, look, clock.now(), claimedUntil)
      events.emit({ type: 'step_reached', step: 'card_sent', session })
    } else {
      await timeStage('card_update', () =>
        messenger.updateCard(session, messageId, authorizeLink(session)),
      )
      await store.sessions.noteCardShown(session.id, look, clock.now(), claimedUntil)
      events.emit({ type: 'step_reached', step: 'card_updated', session })
    }
    events.emit({ type: 'card_worked_on', session, look, outcome: 'ok', error: null })
  }

  async function settle(session: AuthSession, error: unknown): Promise<CardOutcome> {
    if (error instanceof CardGoneError) {
      await store.sessions.noteCardGone(session.id)
      return 'gone'
    }
    if (error instanceof PersonUnreachableError) {
      await store.sessions.noteCardGone(session.id)
      await giveUp(session, error)
      return 'failed'
    }
    await noteRetry(session, error)
    if (error instanceof FeishuUnavailableError) {
      return error.reason === 'rate_limited' ? 'rate_limited' : 'retried'
    }
    return 'failed'
  }

  /** Why a card has not gone out yet is kept with its session; a fault of the app is told once, and not only at the end. */
  async function noteRetry(session: AuthSession, error: unknown): Promise<void> {
    const now = clock.now()
    const reason = failureToSend(session, error)
    const failure = reason && { reason, at: now }
    await store.sessions.noteCardRetry(
      session.id,
      after(now, retrySeconds(session, error)),
      failure,
    )
    if (reason && FAULT_OF[reason] === 'config') {
      events.emit({ type: 'attempt_failed', session, reason, error })
    }
  }

  /** Nobody can answer a card that never arrives, so the request is withdrawn at once. */
  async function giveUp(session: AuthSession, error: unknown): Promise<void> {
    if (session.state !== 'pending') return
    events.emit({ type: 'attempt_failed', session, reason: 'card_undeliverable', error })
    const move = { to: 'expired', endReason: 'invalidated' } as const
    const ended = await store.sessions.move(session.id, move, clock.now())
    if (!ended) return
    await store.sessions.noteCardGone(session.id)
    events.emit({ type: 'session_ended', session: ended })
  }
}

/** 2, 4, 8 … seconds up to 5 minutes; a fault of the app's configuration waits longest, a rate limit as long as told. */
function retrySeconds(session: AuthSession, error: unknown): number {
  const backoff = Math.min(2 ** (session.card.attempts + 1), 300)
  if (error instanceof FeishuUnavailableError) return Math.max(backoff, error.retryAfterSeconds)
  if (error instanceof AppMisconfiguredError) return Math.max(backoff, 30)
  return backoff
}

function after(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000)
}
