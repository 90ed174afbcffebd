import { type AnswerCardClick, createAnswerCardClick } from './answer-card-click.ts'
import { type Apps, createApps } from './apps.ts'
import { type Around, unwatched } from './around.ts'
import { type AskAgain, createAskAgain } from './ask-again.ts'
import { type AheadSettings, type AskAhead, createAskAhead, NEVER_AHEAD } from './ask-ahead.ts'
import type { Background } from './background.ts'
import { type CardLimits, createRefuseCard, DEFAULT_CARD_LIMITS } from './card-limits.ts'
import {
  type CompleteAuthorization,
  createCompleteAuthorization,
} from './complete-authorization.ts'
import type { AuthEvents } from './events.ts'
import { createFirstLook } from './first-look.ts'
import { createGetUserAccessToken, type GetUserAccessToken } from './get-user-access-token.ts'
import { createGrantEndings, type GrantEndings } from './grant-endings.ts'
import { createInvalidateSession, type InvalidateSession } from './invalidate-session.ts'
import { createOpenLink, type OpenLink } from './open-link.ts'
import { createOpenSession } from './open-session.ts'
import type { AppSettings, CardMessenger, Clock, OAuthClient, Store, TokenCipher } from './ports.ts'
import { createReadSession, type ReadSession } from './read-session.ts'
import { createReadUserAccessToken, type ReadUserAccessToken } from './read-user-access-token.ts'
import { createRequestAuthorization, type RequestAuthorization } from './request-authorization.ts'
import { createSendAgain, type SendAgain } from './send-again.ts'
import { createSessionWaiters, type SessionWaiters } from './session-waiters.ts'
import { createShowCard, type ShowCard } from './show-card.ts'
import { createStoreGrant } from './store-grant.ts'
import { createSweep, type Sweep } from './sweep.ts'
import { createTickets, type Tickets } from './ticket.ts'
import { createTellTokenRequest } from './token-requests.ts'
import { createTokens, type Tokens } from './tokens.ts'
import { createWaitForSession, type WaitForSession } from './wait-for-session.ts'
import { createWithdrawRequest, type WithdrawRequest } from './withdraw-request.ts'

/** Everything the domain can do. */
export interface Auth {
  apps: Apps
  tickets: Tickets
  requestAuthorization: RequestAuthorization
  readSession: ReadSession
  waitForSession: WaitForSession
  waiters: SessionWaiters
  invalidateSession: InvalidateSession
  withdrawRequest: WithdrawRequest
  openLink: OpenLink
  completeAuthorization: CompleteAuthorization
  answerCardClick: AnswerCardClick
  /** Opens a new request in place of an ended one, from its own link. */
  sendAgain: SendAgain
  /** Asks people whose grant was lost by a crash. */
  askAgain: AskAgain
  /** Asks people before their grants end. */
  askAhead: AskAhead
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
  /** REAUTHORIZE_*: whether and when people are asked before their grants end. */
  ahead?: AheadSettings | undefined
  retentionDays: number
  /** Against cards in a loop; what is left out is as {@link DEFAULT_CARD_LIMITS} says. */
  cardLimits?: Partial<CardLimits> | undefined
  /** The API key for which the running work is done; null for everybody else. */
  apiKey?: (() => string | null) | undefined
  /** Who watches how long work takes. */
  around?: Around | undefined
}

/** Creates the domain: binds every use case to its neighbours. */
export function createAuth(neighbours: AuthNeighbours): Auth {
  const apps = createApps(neighbours.apps)
  const tickets = createTickets({ apps, cipher: neighbours.cipher })
  const { background, around = unwatched } = neighbours
  const base = { ...neighbours, around, apps, tickets }
  const readSession = createReadSession(base)
  const limits = { ...DEFAULT_CARD_LIMITS, ...neighbours.cardLimits }
  const refuseCard = createRefuseCard({ ...base, limits })
  const openSession = createOpenSession({ ...base, firstLook: createFirstLook(base), refuseCard })
  const showCard = createShowCard(base)
  const storeGrant = createStoreGrant({ ...base, readSession })
  const waiters = createSessionWaiters(base)
  const waitForSession = createWaitForSession({ ...base, waiters, readSession })
  const requestAuthorization = createRequestAuthorization({ openSession, readSession, showCard })
  const tokens = createTokens(base)
  const { findFreshToken, revokeGrant } = tokens
  const withdrawRequest = createWithdrawRequest(base)
  const tellTokenRequest = createTellTokenRequest(base)
  const invalidateSession = createInvalidateSession({ ...base, readSession })
  const completeAuthorization = createCompleteAuthorization({
    ...base,
    readSession,
    storeGrant,
    waitForSession,
    revokeStray: tokens.revokeStray,
  })
  const watched =
    <Request, Result>(get: (request: Request) => Promise<Result>) =>
    (request: Request) =>
      around('get_user_access_token', () => get(request))
  const readUserAccessToken = createReadUserAccessToken({ findFreshToken, tellTokenRequest })
  const getUserAccessToken = createGetUserAccessToken({
    apps,
    clock: neighbours.clock,
    tellTokenRequest,
    findFreshToken,
    requestAuthorization,
    waitForSession,
  })
  return {
    apps,
    tickets,
    requestAuthorization,
    readSession,
    waitForSession,
    waiters,
    invalidateSession,
    withdrawRequest,
    openLink: createOpenLink({ ...base, readSession }),
    // Between the code and the stored grant nothing may stop, whether the browser waits or not.
    completeAuthorization: (callback) => background.finish(() => completeAuthorization(callback)),
    answerCardClick: createAnswerCardClick({
      ...base,
      openSession,
      showCard,
      revokeGrant,
    }),
    sendAgain: createSendAgain({ ...base, openSession, readSession, showCard }),
    askAgain: createAskAgain({ ...base, openSession, showCard }),
    askAhead: createAskAhead({
      ...base,
      openSession,
      showCard,
      ahead: neighbours.ahead ?? NEVER_AHEAD,
    }),
    readUserAccessToken: watched(readUserAccessToken),
    getUserAccessToken: Object.assign(watched(getUserAccessToken), {
      orSession: watched(getUserAccessToken.orSession),
    }),
    tokens,
    grantEndings: createGrantEndings({ ...base, ...tokens, withdrawRequest }),
    showCard,
    sweep: createSweep(base),
  }
}
