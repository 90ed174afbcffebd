import { type Access, createAccess } from './access/access.ts'
import type { AuditMode } from './access/audit.ts'
import { createAuditEvents } from './access/audit-events.ts'
import type { EnvironmentKey } from './access/clients.ts'
import { createIdempotency, type Idempotency } from './access/idempotency.ts'
import { createWatchChain } from './access/watch-chain.ts'
import type { CardClick } from './auth/answer-card-click.ts'
import { createNoteSign, type NoteSign, signOfTap } from './auth/app-signs.ts'
import type { Around } from './auth/around.ts'
import type { AheadSettings } from './auth/ask-ahead.ts'
import { type Auth, createAuth } from './auth/auth.ts'
import { type Background, createBackground } from './auth/background.ts'
import { type AuthEvents, createAuthEvents } from './auth/events.ts'
import type { Clock, Log } from './auth/ports.ts'
import { createShowRevocation } from './auth/show-revocation.ts'
import { createTokenCipher, type KeyRing } from './auth/token-cipher.ts'
import { watchCipher } from './auth/watch-cipher.ts'
import type { WebhookPoster } from './auth/webhook-outbox.ts'
import { createWebhooks, type Webhooks } from './auth/webhooks.ts'
import { createWithdrawAfterEnd } from './auth/withdraw-request.ts'
import type { TokenUnreadableError } from './errors.ts'
import type { ApiObserver, RetryObserver } from './feishu/api-names.ts'
import {
  type CardActionHandler,
  type ClickObserver,
  createCardActionHandler,
} from './feishu/card-events.ts'
import { createCommandEvents, type MessageListener } from './feishu/command-events.ts'
import type { EventHandlers } from './feishu/event-handlers.ts'
import { createEventInbox, type EventInbox } from './feishu/event-inbox.ts'
import { createFirstTime } from './feishu/first-time.ts'
import { createGrantEndingEvents } from './feishu/grant-ending-events.ts'
import type { FeishuApp } from './feishu/hosts.ts'
import { createHttpClient, type FeishuHttp } from './feishu/http-client.ts'
import { createCardMessenger, type FeishuCardMessenger } from './feishu/messenger.ts'
import { createOAuthClient } from './feishu/oauth-client.ts'
import { createPersonLanguage, type PersonLanguage } from './feishu/person-language.ts'
import { createRevokeCommand } from './feishu/revoke-command.ts'
import { createStatusCommand } from './feishu/status-command.ts'
import { createNoteSuccess } from './jobs/job-successes.ts'
import { createJobs, type JobOutcome, type Jobs } from './jobs/jobs.ts'
import type { JobName, Schedules } from './jobs/schedules.ts'
import { createRequestScope, type RequestScope } from './request-scope.ts'
import type { OpenStore } from './store/create-store.ts'
import { VERSION } from './version.ts'
import { createWebhookPoster, type WebhookReceiver } from './webhooks/webhook-poster.ts'

/** An app with what it asks for by default. */
export type PartsApp = FeishuApp & { scopes: readonly string[] }

/** What the service and the library build alike. */
export type PartsOptions = {
  apps: readonly PartsApp[]
  store: OpenStore
  encryptionKeys: KeyRing
  refreshThreshold: number
  sessionSeconds: number
  /** Whether and when people are asked before their grants end; never, when it is left out. */
  ahead?: AheadSettings | undefined
  retentionDays: number
  /** Who is told what happens; nobody unless given. */
  webhook?: WebhookReceiver | null | undefined
  /** `API_KEYS`: they may do everything. */
  environmentKeys?: readonly EnvironmentKey[] | undefined
  /** `batched` unless told. */
  auditMode?: AuditMode | undefined
  /** For which request and for whom the work is done; for none and `service` unless told. */
  scope?: Pick<RequestScope, 'callers' | 'requestId'> | undefined
  /** Told whether the audit chain was found right; null when nobody could look. */
  observeChain?: ((isRight: boolean | null) => void) | undefined
  clock: Clock
  log: Log
  observeCall: ApiObserver
  observeRetry: RetryObserver
  observeClick: ClickObserver
  observeJob: (job: JobName, outcome: JobOutcome, seconds: number) => void
  /** Told why a sealed value could not be opened. */
  observeUnreadable?: ((reason: TokenUnreadableError['reason']) => void) | undefined
  /** Told of every call that met a limit on cards. */
  onCardRateLimited?: ((appId: string) => void) | undefined
  /** Told the type of every event that was delivered before. */
  onDuplicateEvent?: ((eventType: string) => void) | undefined
  /** Who watches how long work takes. */
  around?: Around | undefined
  /** When jobs run, where it differs from the usual. */
  schedules?: Schedules | undefined
  /** Milliseconds before a call to Feishu is given up. */
  feishuTimeoutMs?: number | undefined
}

/** The product without its doors: no server and no long connection. */
export interface Parts {
  auth: Auth
  events: AuthEvents
  store: OpenStore
  http: FeishuHttp
  messenger: FeishuCardMessenger
  onCardAction: CardActionHandler
  /** Hears the events that end grants. */
  grantEndings: EventHandlers
  /** Hears the commands that people write to the bot. */
  onMessage: MessageListener
  /** Takes events in, each once. */
  inbox: EventInbox
  noteSign: NoteSign
  languageOf: PersonLanguage
  /** Who may call the API, and the record of who did what. */
  access: Access
  /** Lets callers of the API repeat a request without its being done twice. */
  idempotency: Idempotency
  webhooks: Webhooks
  /** Null when nobody is told. */
  webhookPoster: WebhookPoster | null
  jobs: Jobs
  background: Background
  /** Begins to work: names of apps, sweeps, cards. */
  start(): Promise<void>
  /** Lets running work end, then closes the database. */
  close(): Promise<void>
}

/** Builds every part over an open store, each with its neighbours; nothing runs before `start`. */
export function createParts(options: PartsOptions): Parts {
  const { apps, store, clock, log } = options
  const events = createAuthEvents((error) => log('error', 'listener_failed', { error }))
  const background = createBackground((error) => log('error', 'background_failed', { error }))
  const http = createHttpClient({
    log,
    observe: options.observeCall,
    timeoutMs: options.feishuTimeoutMs,
  })
  const messenger = createCardMessenger({
    apps,
    http,
    clock,
    log,
    observeRetry: options.observeRetry,
    onRateLimited: options.onCardRateLimited,
  })
  const cipher = watchCipher(
    createTokenCipher({ keys: options.encryptionKeys }),
    options.observeUnreadable,
  )
  const { environmentKeys = [], auditMode = 'batched', scope = createRequestScope() } = options
  const { callers, requestId } = scope
  const access = createAccess({
    ...{ store, environmentKeys, auditMode, callers, requestId, cipher, clock, log },
  })
  const auth = createAuth({
    apps: apps.map((app) => ({ ...app, defaultScopes: app.scopes, issuers: issuersOf(app) })),
    store,
    cipher,
    messenger,
    oauth: createOAuthClient({ apps, http }),
    clock,
    events,
    background,
    refreshThreshold: options.refreshThreshold,
    sessionSeconds: options.sessionSeconds,
    ahead: options.ahead,
    retentionDays: options.retentionDays,
    around: options.around,
    apiKey: access.callers.apiKey,
  })
  const noteSign = createNoteSign({ signs: store.signs, clock, background })
  const answerCardClick = async (click: CardClick, appId: string | null) => {
    const answer = await access.callers.as('person', () => auth.answerCardClick(click))
    if (appId !== null) noteSign(appId, signOfTap(answer))
    return answer
  }
  const onCardAction = createCardActionHandler({
    apps,
    appName: messenger.appName,
    answerCardClick,
    seenEvents: store.seenEvents,
    clock,
    log,
    observeClick: options.observeClick,
    onDuplicate: options.onDuplicateEvent,
  })
  const inbox = createEventInbox({
    firstTime: createFirstTime({ seenEvents: store.seenEvents, clock }),
    background,
    clock,
    log,
    onDuplicate: options.onDuplicateEvent,
  })
  const grantEndings = createGrantEndingEvents({
    inbox,
    log,
    onRevoked: auth.grantEndings.tokensRevoked,
    onPersonLeft: auth.grantEndings.personLeft,
    onPersonBack: auth.grantEndings.personBack,
  })
  const { withdrawRequest } = auth
  const { revokeGrant } = auth.tokens
  const languageOf = createPersonLanguage({ apps, sessions: store.sessions })
  const revoke = createRevokeCommand({ languageOf, revokeGrant, withdrawRequest, messenger })
  const tellStatus = createStatusCommand({
    store,
    languageOf,
    messenger,
    clock,
    timeZone: options.ahead?.quiet.timeZone ?? 'UTC',
  })
  const onMessage = createCommandEvents({
    inbox,
    commands: ['/revoke', '/auth status'],
    onCommand: (message) => (message.command === '/revoke' ? revoke : tellStatus)(message),
  })
  const { webhook: receiver } = options
  const webhookPoster = receiver ? createWebhookPoster({ receiver, clock, version: VERSION }) : null
  const webhooks = createWebhooks({
    outbox: store.webhooks,
    poster: webhookPoster,
    clock,
    events,
    background,
    retentionDays: options.retentionDays,
  })
  const jobs = createJobs({
    sweep: auth.sweep,
    showCard: auth.showCard,
    keepGrantsAlive: auth.tokens.keepGrantsAlive,
    sweepRevocations: auth.tokens.sweepRevocations,
    askAhead: auth.askAhead,
    webhooks,
    watchChain: createWatchChain({
      verify: access.verifyAudit,
      mark: access.auditMark,
      log,
      onVerdict: options.observeChain ?? (() => {}),
    }),
    log,
    onRun: options.observeJob,
    noteSuccess: createNoteSuccess({ successes: store.jobSuccesses, clock, background }),
    around: options.around,
    ...(options.schedules && { schedules: options.schedules }),
  })

  // Listens from the start: a command line tool may end a grant and be gone.
  events.on(createShowRevocation({ store, clock, showCard: auth.showCard, background }))
  events.on(createWithdrawAfterEnd({ ...auth, store, clock, background }))
  events.on(createAuditEvents(access.audit))
  webhooks.listen()

  // An end is shown at once; the reconciler is the safety net, not the way.
  const showAtOnce = () =>
    events.on((event) => {
      const isChange = event.type === 'session_ended' || event.type === 'attempt_failed'
      const session = isChange ? event.session : null
      if (session?.card.messageId) background.run(() => auth.showCard.one(session.id))
    })
  let stopListening = [() => {}]

  return {
    auth,
    events,
    store,
    http,
    messenger,
    onCardAction,
    grantEndings,
    onMessage,
    inbox,
    noteSign,
    languageOf,
    access,
    idempotency: createIdempotency({ requests: store.idempotentRequests, cipher, clock }),
    webhooks,
    webhookPoster,
    jobs,
    background,
    start,
    async close() {
      auth.tokens.close()
      await auth.waiters.close()
      await jobs.close()
      webhooks.close()
      await background.drain()
      for (const stop of stopListening) stop()
      await messenger.close()
      await access.audit.close()
      await store.close()
    },
  }

  async function start(): Promise<void> {
    stopListening = [showAtOnce(), auth.askAgain()]
    await messenger.start()
    webhooks.start()
    await jobs.start()
  }
}

/** Feishu documents no `iss`; should it send one, it can only be one of its own origins. */
function issuersOf({ endpoints: { api, accounts } }: PartsApp): string[] {
  return [accounts, api].map((url) => new URL(url).origin)
}
