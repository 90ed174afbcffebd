import { type AnswerCardClick, createAnswerCardClick } from './answer-card-click.ts'
import { type Apps, createApps } from './apps.ts'
import { type AskAgain, createAskAgain } from './ask-again.ts'
import type { Background } from './background.ts'
import {
  type CompleteAuthorization,
  createCompleteAuthorization,
} from './complete-authorization.ts'
import type { AuthEvents } from './events.ts'
import { createGetUserAccessToken, type GetUserAccessToken } from './get-user-access-token.ts'
import { createGrantEndings, type GrantEndings } from './grant-endings.ts'
import { createInvalidateSession, type InvalidateSession } from './invalidate-session.ts'
import { createOpenLink, type OpenLink } from './open-link.ts'
import { createOpenSession } from './open-session.ts'
import type { AppSettings, CardMessenger, Clock, OAuthClient, Store, TokenCipher } from './ports.ts'
import { createReadSession, type ReadSession } from './read-session.ts'
import { createReadUserAccessToken, type ReadUserAccessToken } from './read-user-access-token.ts'
import { createRequestAuthorization, type RequestAuthorization } from './request-authorization.ts'
import { createRevokeStray } from './revoke-stray.ts'
import { createSendAgain, type SendAgain } from './send-again.ts'
import { createShowCard, type ShowCard } from './show-card.ts'
import { createStoreGrant } from './store-grant.ts'
import { createSweep, type Sweep } from './sweep.ts'
import { createTickets, type Tickets } from './ticket.ts'
import { createTokens, type Tokens } from './tokens.ts'
import { createWaitForSession, type WaitForSession } from './wait-for-session.ts'

/** Everything the domain can do. */
export interface Auth {
  apps: Apps
  tickets: Tickets
  requestAuthorization: RequestAuthorization
  readSession: ReadSession
  waitForSession: WaitForSession
  invalidateSession: InvalidateSession
  openLink: OpenLink
  completeAuthorization: CompleteAuthorization
  answerCardClick: AnswerCardClick
  /** Opens a new request in place of an ended one, from its own link. */
  sendAgain: SendAgain
  /** Asks people whose grant was lost by a crash. */
  askAgain: AskAgain
  readUserAccessToken: ReadUserAccessToken
  getUserAccessToken: GetUserAccessToken
  tokens: Tokens
  /** What Feishu tells about the end of grants. */
  grantEndings: GrantEndings
  showCard: ShowCard
  sweep: Sweep
}

/** What the domain needs from outside. */
export type AuthNeighbours = {
  apps: readonly AppSettings[]
  store: Store
  cipher: TokenCipher
  messenger: CardMessenger
  oauth: OAuthClient
  clock: Clock
  events: AuthEvents
  background: Background
  /** TOKEN_REFRESH_THRESHOLD: refresh when less than this share of the lifetime is left. */
  refreshThreshold: number
  sessionSeconds: number
  retentionDays: number
}

/** Creates the domain: binds every use case to its neighbours. */
export function createAuth(neighbours: AuthNeighbours): Auth {
  const apps = createApps(neighbours.apps)
  const tickets = createTickets({ apps, cipher: neighbours.cipher })
  const base = { ...neighbours, apps, tickets }
  const readSession = createReadSession(base)
  const openSession = createOpenSession(base)
  const showCard = createShowCard(base)
  const storeGrant = createStoreGrant({ ...base, readSession })
  const waitForSession = createWaitForSession({ ...base, readSession })
  const requestAuthorization = createRequestAuthorization({ openSession, readSession, showCard })
  const tokens = createTokens(base)
  const { findFreshToken, revokeGrant } = tokens
  const invalidateSession = createInvalidateSession({ ...base, readSession })
  return {
    apps,
    tickets,
    requestAuthorization,
    readSession,
    waitForSession,
    invalidateSession,
    openLink: createOpenLink({ ...base, readSession }),
    completeAuthorization: createCompleteAuthorization({
      ...base,
      readSession,
      storeGrant,
      waitForSession,
      revokeStray: createRevokeStray(base),
    }),
    answerCardClick: createAnswerCardClick({
      ...base,
      openSession,
      showCard,
      revokeGrant,
    }),
    sendAgain: createSendAgain({ ...base, openSession, readSession, showCard }),
    askAgain: createAskAgain({ ...base, openSession, showCard }),
    readUserAccessToken: createReadUserAccessToken(findFreshToken),
    getUserAccessToken: createGetUserAccessToken({
      clock: neighbours.clock,
      findFreshToken,
      requestAuthorization,
      waitForSession,
    }),
    tokens,
    grantEndings: createGrantEndings({ ...base, ...tokens, invalidateSession }),
    showCard,
    sweep: createSweep(base),
  }
}
