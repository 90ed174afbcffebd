import { TooManyCardsError } from '../errors.ts'
import type { Background } from './background.ts'
import type { EventSink } from './events.ts'
import type { OpenedSession, OpenSession } from './open-session.ts'
import type { Clock, Store } from './ports.ts'
import type { RevokeGrant } from './revoke-grant.ts'
import { type AuthSession, isOpen, isRevoked } from './session.ts'
import type { ShowCard } from './show-card.ts'

/** The buttons of a card that call back. */
export type CardAction = 'decline' | 'send_again' | 'check_again' | 'revoke'

/** A tap on a card, as Feishu signed for it; the session id is only a reference, the person is the proof. */
export type CardClick = {
  action: CardAction
  sessionId: string
  openId: string
  tenantKey: string | null
  messageId: string | null
  /** Of the device they tapped on; an IANA name. */
  timeZone?: string | null
  /** Another instance has taken this very tap; its work must not be done twice, nor its card be covered. */
  isDoubled?: boolean
}

/** What a tap is answered with: a short note, in the tapper's language. */
export type ClickToast =
  | 'declined'
  | 'already_declined'
  | 'renewal_declined'
  | 'already_completed'
  | 'revoking'
  | 'already_revoked'
  | 'expired'
  | 'superseded'
  | 'sent_again'
  | 'already_sent'
  | 'too_many_cards'
  | 'not_for_you'
  | 'being_completed'
  | 'checking_again'
  | 'working_on_it'

/** The answer to a tap; the card changes to `session` in the same answer, null leaves it as it is. */
export type ClickAnswer = {
  toast: ClickToast
  session: AuthSession | null
  authorizeLink: string | null
}

/** Answers a tap from the database alone: Feishu waits three seconds at most. */
export type AnswerCardClick = (click: CardClick) => Promise<ClickAnswer>

type Neighbours = {
  store: Store
  clock: Clock
  events: EventSink
  openSession: OpenSession
  showCard: ShowCard
  revokeGrant: RevokeGrant
  background: Background
}

/** Creates the use case behind `card.action.trigger`. */
export function createAnswerCardClick(neighbours: Neighbours): AnswerCardClick {
  const { store, clock, events, openSession, showCard, revokeGrant, background } = neighbours

  return async (click) => {
    const session = await store.sessions.find(click.sessionId)
    if (!session) return { toast: 'expired', session: null, authorizeLink: null }
    if (!isTheirs(session, click)) {
      return { toast: 'not_for_you', session: null, authorizeLink: null }
    }
    if (click.isDoubled) return answerDoubled(session, click.action)
    if (session.tenantKey === null && click.tenantKey !== null) {
      await store.sessions.noteTenant(session.id, click.tenantKey)
    }
    noteTimeZone(click, session)
    switch (click.action) {
      case 'decline':
        return decline(session)
      case 'send_again':
        return sendAgain(session)
      case 'check_again':
        return checkAgain(session)
      case 'revoke':
        return revoke(session)
    }
  }

  /** For what is asked of them a year later: nothing waits for it. */
  function noteTimeZone({ timeZone }: CardClick, { appId, openId }: AuthSession): void {
    if (!timeZone) return
    background.run(() => store.timeZones.note({ appId, openId }, timeZone, clock.now()))
  }

  async function decline(session: AuthSession): Promise<ClickAnswer> {
    if (session.state !== 'pending') return currentTruth(session)
    const now = clock.now()
    const declined = await store.sessions.move(
      session.id,
      isOpen(session, now)
        ? { to: 'rejected', endReason: 'declined_on_card' }
        : { to: 'expired', endReason: 'timed_out' },
      now,
    )
    if (!declined) return currentTruth((await store.sessions.find(session.id)) ?? session)
    events.emit({ type: 'session_ended', session: declined })
    if (declined.state !== 'rejected') return answer('expired', declined)
    return answer(declined.grantEndsAt ? 'renewal_declined' : 'declined', declined)
  }

  async function sendAgain(session: AuthSession): Promise<ClickAnswer> {
    if (session.state === 'completed' || session.endReason === 'superseded') {
      return currentTruth(session)
    }
    const { appId, openId, tenantKey, scopes, reason, locale, chatId } = session
    const request = { appId, openId, tenantKey, scopes, reason, locale, chatId }
    const again = await unlessTooMany(openSession({ ...request, askedBy: 'person' }))
    if (!again) return { toast: 'too_many_cards', session: null, authorizeLink: null }
    // The card goes out after the answer: sending it is a network call.
    background.run(() => showCard.one(again.session.id))
    const shown = (await store.sessions.find(session.id)) ?? session
    return answer(again.created ? 'sent_again' : 'already_sent', shown)
  }

  async function checkAgain(session: AuthSession): Promise<ClickAnswer> {
    if (session.heldUntil !== null && session.heldUntil > clock.now()) return beingCompleted()
    const cleared = await store.sessions.clearFailure(session.id, clock.now())
    if (!cleared) return currentTruth((await store.sessions.find(session.id)) ?? session)
    return answer('checking_again', cleared)
  }

  async function revoke(session: AuthSession): Promise<ClickAnswer> {
    if (session.state !== 'completed' || isRevoked(session)) return currentTruth(session)
    const { id, appId, openId } = session
    const grant = await store.grants.find(appId, openId)
    // Revoking is a network call, so it comes after the answer, and the card follows.
    background.run(async () => {
      await revokeGrant.here({ appId, openId }, 'user')
      // A wider consent may have come since: then its card follows the grant, and this one the tap.
      await store.sessions.wantLook(id, 'revoked:by_person', clock.now())
      await showCard.one(id)
    })
    return { toast: grant ? 'revoking' : 'already_revoked', session: null, authorizeLink: null }
  }

  /** Moves nothing; while the card may still change, whoever changes it draws it. */
  function answerDoubled(session: AuthSession, action: CardAction): ClickAnswer {
    const truth = currentTruth(session)
    if (session.state === 'pending') return { ...truth, toast: 'working_on_it' }
    if (session.state !== 'completed' || isRevoked(session)) return truth
    const toast = action === 'revoke' ? 'revoking' : truth.toast
    return { toast, session: null, authorizeLink: null }
  }

  function currentTruth(session: AuthSession): ClickAnswer {
    switch (session.state) {
      case 'pending':
        return beingCompleted()
      case 'completed':
        return answer(isRevoked(session) ? 'already_revoked' : 'already_completed', session)
      case 'rejected':
        return answer(session.grantEndsAt ? 'renewal_declined' : 'already_declined', session)
      case 'expired':
        return answer(session.endReason === 'superseded' ? 'superseded' : 'expired', session)
    }
  }

  /** The redrawn card of the end may reach the chat before this answer, and an old card would cover it for good. */
  function beingCompleted(): ClickAnswer {
    return { toast: 'being_completed', session: null, authorizeLink: null }
  }

  function answer(toast: ClickToast, session: AuthSession): ClickAnswer {
    return { toast, session, authorizeLink: showCard.authorizeLink(session) }
  }
}

/** Null when a new card would be one too many. */
async function unlessTooMany(opening: Promise<OpenedSession>): Promise<OpenedSession | null> {
  try {
    return await opening
  } catch (error) {
    if (error instanceof TooManyCardsError) return null
    throw error
  }
}

function isTheirs(session: AuthSession, click: CardClick): boolean {
  if (session.openId !== click.openId) return false
  return (
    session.tenantKey === null || click.tenantKey === null || session.tenantKey === click.tenantKey
  )
}
