import { randomUUID } from 'node:crypto'
import { AuthorizationInProgressError } from '../errors.ts'
import type { Apps } from './apps.ts'
import type { AskedBy, RefuseCard } from './card-limits.ts'
import type { EventSink } from './events.ts'
import type { FirstLook } from './first-look.ts'
import { MOST_SCOPES, missingScopes } from './grant.ts'
import type { AppSettings, Clock, Store } from './ports.ts'
import type { AuthSession, CardLook, Locale } from './session.ts'
import type { Tickets } from './ticket.ts'

/** What a caller asks for; `scopes` default to those of the app. */
export type AuthorizationRequest = {
  openId: string
  appId?: string | undefined
  scopes?: readonly string[] | undefined
  /** Shown on the card as the reason, at most 200 characters. */
  reason?: string | null | undefined
  locale?: Locale | null | undefined
  /** A group to send the card to instead of the person's own chat. */
  chatId?: string | null | undefined
  tenantKey?: string | null | undefined
}

/** How a request is made that nobody waits for: it would renew a grant before its end, and has days for it. */
export type AskedAhead = { grantEndsAt: Date; expiresAt: Date }

/** The session that now asks; `created` is false when a pending one already covered the scopes. */
export type OpenedSession = { session: AuthSession; created: boolean }

/**
 * Opens a session for a request; no card is sent yet and no network is used.
 * @throws {TooManyCardsError} when its card would be one too many.
 * @throws {AuthorizationInProgressError} when a program asks for what does not fit together with a pending request.
 */
export type OpenSession = (
  request: AuthorizationRequest & { askedBy: AskedBy },
  ahead?: AskedAhead,
) => Promise<OpenedSession>

type Neighbours = {
  apps: Apps
  store: Store
  tickets: Tickets
  clock: Clock
  events: EventSink
  firstLook: FirstLook
  refuseCard: RefuseCard
  sessionSeconds: number
}

const TRIES = 4
/** People answer a card within seconds or not at all. */
const LONGEST_PAUSE_SECONDS = 5

/**
 * Creates the opener of sessions. A person has at most one pending session of an app: a request it
 * covers joins it, a wider one takes its scopes along and supersedes it. Where both together are more than Feishu takes in one
 * request, the pending one comes first: programs that replaced each other's cards would go on for ever. What was asked ahead of
 * time may lie days back in the chat, so whoever waits now supersedes it, too.
 */
export function createOpenSession(neighbours: Neighbours): OpenSession {
  const { apps, store, clock, events, firstLook, refuseCard } = neighbours

  return async (request, ahead) => {
    const app = apps.resolve(request.appId)
    const { openId, chatId = null, askedBy } = request
    const wanted = { openId, chatId, askedBy }
    const asked = unique(request.scopes ?? app.defaultScopes)
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const found = await store.sessions.findPending(app.appId, openId)
      const pending = found && found.expiresAt > clock.now() ? found : null
      if (found && !pending && !(await end(found, 'timed_out'))) continue
      const isInView = pending?.grantEndsAt === null || ahead !== undefined
      if (pending && isInView && missingScopes(asked, pending.scopes).length === 0) {
        return { session: pending, created: false }
      }
      const together = unique([...(pending?.scopes ?? []), ...asked])
      if (pending && isInView && together.length > MOST_SCOPES) {
        if (askedBy !== 'caller') return { session: pending, created: false }
        throw new AuthorizationInProgressError(turnAfter(pending))
      }
      // Asked before the pending card is taken from the person.
      const refusal = await refuseCard({ ...wanted, appId: app.appId, scopes: asked })
      if (refusal) {
        const newest = await store.sessions.findPending(app.appId, openId)
        if (newest && newest.id !== pending?.id) continue
        throw refusal
      }
      if (pending && !(await end(pending, 'superseded'))) continue
      const scopes = together.length <= MOST_SCOPES ? together : asked
      const look = ahead
        ? 'authorize_again:ends_soon'
        : await firstLook({ appId: app.appId, openId })
      const plan = { ...request, scopes, look, ahead }
      const session = await store.sessions.insert(newSession(neighbours, app, plan))
      if (session) {
        events.emit({ type: 'step_reached', step: 'session_created', session })
        return { session, created: true }
      }
    }
    throw new AuthorizationInProgressError()
  }

  function turnAfter({ id, expiresAt }: AuthSession) {
    const left = Math.ceil((expiresAt.getTime() - clock.now().getTime()) / 1000)
    return { sessionId: id, retryAfterSeconds: Math.min(left, LONGEST_PAUSE_SECONDS) }
  }

  async function end(session: AuthSession, endReason: 'superseded' | 'timed_out') {
    const ended = await store.sessions.move(session.id, { to: 'expired', endReason }, clock.now())
    if (ended) events.emit({ type: 'session_ended', session: ended })
    return ended
  }
}

type Planned = AuthorizationRequest & {
  scopes: readonly string[]
  look: CardLook
  ahead: AskedAhead | undefined
}

function newSession(
  { tickets, clock, sessionSeconds }: Neighbours,
  app: AppSettings,
  request: Planned,
): AuthSession {
  const id = randomUUID()
  const now = clock.now()
  return {
    id,
    appId: app.appId,
    openId: request.openId,
    tenantKey: request.tenantKey ?? null,
    state: 'pending',
    endReason: null,
    authMethod: 'websocket_card',
    scopes: request.scopes,
    grantedScopes: null,
    reason: request.reason ?? null,
    locale: request.locale ?? null,
    chatId: request.chatId ?? null,
    lastFailure: null,
    mismatches: 0,
    ...tickets.issue({ id, appId: app.appId, openId: request.openId }),
    heldUntil: null,
    grantEndsAt: request.ahead?.grantEndsAt ?? null,
    card: {
      messageId: null,
      shows: null,
      wants: request.look,
      wantsSince: now,
      dueAt: now,
      attempts: 0,
    },
    createdAt: now,
    cardSentAt: null,
    expiresAt: request.ahead?.expiresAt ?? new Date(now.getTime() + sessionSeconds * 1000),
    endedAt: null,
  }
}

function unique(scopes: readonly string[]): string[] {
  return [...new Set(scopes)]
}
