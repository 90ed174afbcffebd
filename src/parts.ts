import { type Auth, createAuth } from './auth/auth.ts'
import { type Background, createBackground } from './auth/background.ts'
import { type AuthEvents, createAuthEvents } from './auth/events.ts'
import type { Clock, Log } from './auth/ports.ts'
import { createShowRevocation } from './auth/show-revocation.ts'
import { createTokenCipher, type KeyRing } from './auth/token-cipher.ts'
import type { ApiObserver, RetryObserver } from './feishu/api-names.ts'
import {
  type CardActionHandler,
  type ClickObserver,
  createCardActionHandler,
} from './feishu/card-events.ts'
import { createCommandEvents, type MessageListener } from './feishu/command-events.ts'
import type { EventHandlers } from './feishu/event-handlers.ts'
import { createEventInbox } from './feishu/event-inbox.ts'
import { createFirstTime } from './feishu/first-time.ts'
import { createGrantEndingEvents } from './feishu/grant-ending-events.ts'
import type { FeishuApp } from './feishu/hosts.ts'
import { createHttpClient, type FeishuHttp } from './feishu/http-client.ts'
import { createCardMessenger, type FeishuCardMessenger } from './feishu/messenger.ts'
import { createOAuthClient } from './feishu/oauth-client.ts'
import { createRevokeCommand } from './feishu/revoke-command.ts'
import { createJobs, type JobOutcome, type Jobs } from './jobs/jobs.ts'
import type { JobName, Schedules } from './jobs/schedules.ts'
import type { OpenStore } from './store/create-store.ts'

/** An app with what it asks for by default. */
export type PartsApp = FeishuApp & { scopes: readonly string[] }

/** What the service and the library build alike. */
export type PartsOptions = {
  apps: readonly PartsApp[]
  store: OpenStore
  encryptionKeys: KeyRing
  refreshThreshold: number
  sessionSeconds: number
  retentionDays: number
  clock: Clock
  log: Log
  observeCall: ApiObserver
  observeRetry: RetryObserver
  observeClick: ClickObserver
  observeJob: (job: JobName, outcome: JobOutcome, seconds: number) => void
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
  })
  const auth = createAuth({
    apps: apps.map((app) => ({ ...app, defaultScopes: app.scopes })),
    store,
    cipher: createTokenCipher({ keys: options.encryptionKeys }),
    messenger,
    oauth: createOAuthClient({ apps, http }),
    clock,
    events,
    background,
    refreshThreshold: options.refreshThreshold,
    sessionSeconds: options.sessionSeconds,
    retentionDays: options.retentionDays,
  })
  const onCardAction = createCardActionHandler({
    apps,
    appName: messenger.appName,
    answerCardClick: auth.answerCardClick,
    seenEvents: store.seenEvents,
    clock,
    log,
    observeClick: options.observeClick,
  })
  const inbox = createEventInbox({
    firstTime: createFirstTime({ seenEvents: store.seenEvents, clock }),
    background,
    clock,
    log,
  })
  const grantEndings = createGrantEndingEvents({
    inbox,
    log,
    onRevoked: auth.grantEndings.tokensRevoked,
    onPersonLeft: auth.grantEndings.personLeft,
  })
  const { revokeGrant } = auth.tokens
  const onMessage = createCommandEvents({
    inbox,
    commands: ['/revoke'],
    onCommand: createRevokeCommand({ apps, sessions: store.sessions, revokeGrant, messenger }),
  })
  const jobs = createJobs({
    sweep: auth.sweep,
    showCard: auth.showCard,
    keepGrantsAlive: auth.tokens.keepGrantsAlive,
    log,
    onRun: options.observeJob,
    ...(options.schedules && { schedules: options.schedules }),
  })

  // Listens from the start: a command line tool may end a grant and be gone.
  events.on(createShowRevocation({ store, clock, showCard: auth.showCard, background }))

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
    jobs,
    background,
    async start() {
      stopListening = [showAtOnce(), auth.askAgain()]
      await messenger.start()
      await jobs.start()
    },
    async close() {
      auth.tokens.close()
      await jobs.close()
      await background.drain()
      for (const stop of stopListening) stop()
      await messenger.close()
      await store.close()
    },
  }
}
