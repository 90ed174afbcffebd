import { randomUUID } from 'node:crypto'
import { AuthorizationInProgressError } from '../errors.ts'
import type { Apps } from './apps.ts'
import type { EventSink } from './events.ts'
import { missingScopes } from './grant.ts'
import type { AppSettings, Clock, Store } from './ports.ts'
import type { AuthSession, Locale } from './session.ts'
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

/** The session that now asks; `created` is false when a pending one already covered the scopes. */
export type OpenedSession = { session: AuthSession; created: boolean }

/** Opens a session for a request; no card is sent yet and no network is used. */
export type OpenSession = (request: AuthorizationRequest) => Promise<OpenedSession>

type Neighbours = {
  apps: Apps
  store: Store
  tickets: Tickets
  clock: Clock
  events: EventSink
  sessionSeconds: number
}

const TRIES = 4
/** Feishu takes no more in one request (https://open.feishu.cn/document/common-capabilities/sso/api/obtain-oauth-code). */
const MOST_SCOPES = 50

/**
 * Creates the opener of sessions. A person has at most one pending session of an app: a request it
 * covers joins it, a wider one takes its scopes along and supersedes it.
 */
export function createOpenSession(neighbours: Neighbours): OpenSession {
  const { apps, store, clock, events } = neighbours

  return async (request) => {
    const app = apps.resolve(request.appId)
    const asked = unique(request.scopes ?? app.defaultScopes)
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const pending = await store.sessions.findPending(app.appId, request.openId)
      if (pending && pending.expiresAt > clock.now()) {
        if (missingScopes(asked, pending.scopes).length === 0) {
          return { session: pending, created: false }
        }
        if (!(await end(pending, 'superseded'))) continue
      } else if (pending && !(await end(pending, 'timed_out'))) {
        continue
      }
      const carried = pending && pending.expiresAt > clock.now() ? pending.scopes : []
      const together = unique([...carried, ...asked])
      const scopes = together.length <= MOST_SCOPES ? together : asked
      const session = await store.sessions.insert(newSession(neighbours, app, request, scopes))
      if (session) {
        events.emit({ type: 'step_reached', step: 'session_created', session })
        return { session, created: true }
      }
    }
    throw new AuthorizationInProgressError()
  }

  async function end(session: AuthSession, endReason: 'superseded' | 'timed_out') {
    const ended = await store.sessions.move(session.id, { to: 'expired', endReason }, clock.now())
    if (ended) events.emit({ type: 'session_ended', session: ended })
    return ended
  }
}

function newSession(
  { tickets, clock, sessionSeconds }: Neighbours,
  app: AppSettings,
  request: AuthorizationRequest,
  scopes: readonly string[],
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
    scopes,
    grantedScopes: null,
    reason: request.reason ?? null,
    locale: request.locale ?? null,
    chatId: request.chatId ?? null,
    lastFailure: null,
    mismatches: 0,
    ...tickets.issue({ id, appId: app.appId, openId: request.openId }),
    heldUntil: null,
    card: {
      messageId: null,
      shows: null,
      wants: 'asking',
      wantsSince: now,
      dueAt: now,
      attempts: 0,
    },
    createdAt: now,
    cardSentAt: null,
    expiresAt: new Date(now.getTime() + sessionSeconds * 1000),
    endedAt: null,
  }
}

function unique(scopes: readonly string[]): string[] {
  return [...new Set(scopes)]
}
