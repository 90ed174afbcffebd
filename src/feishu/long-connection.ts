import type { Clock } from '../auth/ports.ts'
import { AppMisconfiguredError, type CardAuthError, FeishuUnavailableError } from '../errors.ts'
import type { CardActionHandler } from './card-events.ts'
import type { MessageListener } from './command-events.ts'
import { type ConnectionTiming, type ConnectionWatcher, openConnection } from './connection-run.ts'
import { type EventHandlers, serviceEventHandlers } from './event-handlers.ts'
import type { FeishuLog } from './feishu-log.ts'
import type { FeishuApp } from './hosts.ts'
import type { FeishuHttp } from './http-client.ts'
import { type EventObserver, observeEvents } from './observe-events.ts'

/** Where the connection stands. */
export type LongConnectionStatus = {
  state: 'stopped' | 'connecting' | 'connected' | 'reconnecting' | 'refused'
  /** When it was last established; null before that. */
  connectedAt: Date | null
  /** Why it is not connected, as far as known. */
  lastError: CardAuthError | null
}

/** What is told as it happens, for metrics. */
export type LongConnectionEvent =
  | { type: 'connection'; connected: boolean }
  | { type: 'reconnect'; outcome: 'success' | 'failure' }

/** The long connection of one app: card taps come in through it. */
export interface LongConnection {
  /**
   * Resolves when the connection is really established, however long that takes; it is kept up until `close()`.
   * @throws {AppMisconfiguredError} when Feishu does not accept the app's credentials; nothing goes on then.
   * @throws {FeishuUnavailableError} when the start-up deadline passes; connecting goes on in the background.
   */
  start(): Promise<void>
  /** Lets running answers out, then closes at once. */
  close(): Promise<void>
  status(): LongConnectionStatus
}

/** How patient the supervisor is; milliseconds. */
export type SupervisionTiming = ConnectionTiming & {
  /** After this long `start()` gives up waiting; default never. */
  startupDeadlineMs: number | null
  /** The first pause between two connections, and the longest: it doubles in between. */
  firstPauseMs: number
  longestPauseMs: number
}

const TIMING: SupervisionTiming = {
  startupDeadlineMs: null,
  firstPauseMs: 1000,
  longestPauseMs: 60_000,
  handshakeTimeoutMs: 15_000,
  pingTimeoutMs: 10_000,
  notConnectedMs: 60_000,
  checkEveryMs: 5000,
}

/** An answer takes two seconds at most; see `card-events.ts`. */
const LONGEST_ANSWER_MS = 2500
/** The SDK writes the answer to the socket some turns after the handler is done. */
const ACK_GRACE_MS = 50

/**
 * Creates the supervised long connection
 * (https://open.feishu.cn/document/server-docs/event-subscription-guide/event-subscription-configure-/request-url-configuration-case).
 *
 * The SDK reconnects by itself while the server lets it; when it gives up, or stays away too long, a new connection is
 * opened after a growing pause with jitter.
 *
 * ```
 * stopped ─start─▶ connecting ─ready─▶ connected ─lost─▶ reconnecting ─┐
 *                    │     ▲               ▲                 │  gave up │ back
 *        credentials │     └─────pause─────┼─────────────────┘          │
 *                    ▼                     └────────────────────────────┘
 *                 refused
 * ```
 */
export function createLongConnection(neighbours: {
  app: FeishuApp
  http: FeishuHttp
  clock: Clock
  log: FeishuLog
  onCardAction: CardActionHandler
  onStatus: (event: LongConnectionEvent) => void
  /** Events that end grants; see `createGrantEndingEvents`. */
  grantEndings?: EventHandlers | undefined
  /** Hears messages before `handlers` does. */
  onMessage?: MessageListener | undefined
  /** More events to hear, by type; they may replace the ones we ignore. */
  handlers?: EventHandlers | undefined
  observeEvent?: EventObserver | undefined
  /** Told of every tap in the old form, which cannot be answered. */
  onOldCardTap?: (() => void) | undefined
  timing?: Partial<SupervisionTiming> | undefined
}): LongConnection {
  const { app, clock, log, onCardAction, grantEndings, onMessage, onStatus, onOldCardTap } =
    neighbours
  const timing = { ...TIMING, ...neighbours.timing }
  const answering = new Set<Promise<unknown>>()
  const handlers = observeEvents(
    serviceEventHandlers(counted(onCardAction), {
      grantEndings,
      onMessage,
      others: neighbours.handlers,
    }),
    { appId: app.appId, clock, observe: neighbours.observeEvent ?? (() => undefined) },
  )

  let state: LongConnectionStatus['state'] = 'stopped'
  let connectedAt: Date | null = null
  let lastError: CardAuthError | null = null
  let hasWarnedOfOldCards = false
  let running: { closing: AbortController; ready: Promise<void>; done: Promise<void> } | null = null

  return {
    start() {
      running ??= begin()
      return running.ready
    },
    async close() {
      if (!running) return
      const { closing, done } = running
      await letAnswersOut()
      closing.abort()
      await done
      running = null
      state = 'stopped'
      log('info', 'long_connection_closed', { app_id: app.appId })
    },
    status: () => ({ state, connectedAt, lastError }),
  }

  function begin() {
    const closing = new AbortController()
    const ready = openPromise<void>()
    // Who does not wait for the start learns of failures from the status.
    ready.promise.catch(() => undefined)
    const done = supervise(closing.signal, ready)
    if (timing.startupDeadlineMs !== null) void giveUpWaiting(timing.startupDeadlineMs)
    return { closing, ready: ready.promise, done }

    async function giveUpWaiting(milliseconds: number): Promise<void> {
      await clock.sleep(milliseconds, closing.signal)
      ready.reject(lastError ?? new FeishuUnavailableError('network'))
    }
  }

  async function supervise(closing: AbortSignal, ready: OpenPromise<void>): Promise<void> {
    let failures = 0
    state = 'connecting'
    while (!closing.aborted) {
      const { wasReady, error } = await openConnection(
        { ...neighbours, handlers, timing },
        watcher(ready),
        closing,
      )
      setConnected(false)
      if (closing.aborted) break
      lastError = error
      // The first connection of all is a start, not a reconnect.
      if (connectedAt !== null) onStatus({ type: 'reconnect', outcome: 'failure' })
      if (connectedAt === null && error instanceof AppMisconfiguredError) {
        state = 'refused'
        log('error', 'long_connection_refused', failureFields(error))
        ready.reject(error)
        return
      }
      failures = wasReady ? 1 : failures + 1
      const pause = pauseMs(failures)
      log('warn', 'long_connection_restarting', { ...failureFields(error), pause_ms: pause })
      await clock.sleep(pause, closing)
    }
    state = 'stopped'
    ready.reject(lastError ?? new FeishuUnavailableError('network'))
  }

  function watcher(ready: OpenPromise<void>): ConnectionWatcher {
    return {
      onReady() {
        if (connectedAt !== null) onStatus({ type: 'reconnect', outcome: 'success' })
        setConnected(true)
        log('info', 'long_connection_ready', { app_id: app.appId })
        ready.resolve()
      },
      onLost() {
        setConnected(false)
        log('warn', 'long_connection_lost', { app_id: app.appId })
      },
      onOldCardFrame() {
        onOldCardTap?.()
        if (hasWarnedOfOldCards) return
        hasWarnedOfOldCards = true
        log('warn', 'old_card_callback', {
          app_id: app.appId,
          advice:
            'A card tap came in the old form, which cannot be answered. In the developer console subscribe to the ' +
            'callback card.action.trigger over the long connection, and publish a version.',
        })
      },
    }
  }

  function setConnected(connected: boolean): void {
    if (connected === (state === 'connected')) return
    state = connected ? 'connected' : 'reconnecting'
    if (connected) {
      connectedAt = clock.now()
      lastError = null
    }
    onStatus({ type: 'connection', connected })
  }

  /** Half of the pause is left to chance, so that instances do not come back in step. */
  function pauseMs(failures: number): number {
    const whole = Math.min(timing.firstPauseMs * 2 ** (failures - 1), timing.longestPauseMs)
    return Math.round(whole * (0.5 + Math.random() / 2))
  }

  function failureFields(error: CardAuthError): Record<string, unknown> {
    const feishuCode: unknown = Reflect.get(error, 'feishuCode')
    return { app_id: app.appId, reason: error.code, feishu_code: feishuCode }
  }

  function counted(answer: CardActionHandler): CardActionHandler {
    return (event) => {
      const answered = answer(event)
      answering.add(answered)
      return answered.finally(() => answering.delete(answered))
    }
  }

  // Answers of a closed socket are lost: the person would see an error for a tap that was taken.
  async function letAnswersOut(): Promise<void> {
    if (answering.size === 0) return
    const done = new AbortController()
    await Promise.race([Promise.allSettled(answering), clock.sleep(LONGEST_ANSWER_MS, done.signal)])
    done.abort()
    await clock.sleep(ACK_GRACE_MS)
  }
}

type OpenPromise<T> = {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: Error) => void
}

function openPromise<T>(): OpenPromise<T> {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
