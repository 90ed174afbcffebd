import type { Clock } from '../auth/ports.ts'
import { AppMisconfiguredError, type CardAuthError, FeishuUnavailableError } from '../errors.ts'
import { reviewEndpointReply } from './endpoint-reply.ts'
import type { EventHandlers } from './event-handlers.ts'
import type { FeishuLog } from './feishu-log.ts'
import type { FeishuApp } from './hosts.ts'
import type { FeishuHttp } from './http-client.ts'
import { watchOldCardFrames } from './old-card-frames.ts'
import { createSdkLogger } from './redacting-logger.ts'
import { EventDispatcher, LoggerLevel, WSClient } from './sdk.ts'
import { translateError } from './translate-error.ts'
import { WireError } from './wire-error.ts'

/** Limits of one connection; milliseconds. */
export type ConnectionTiming = {
  handshakeTimeoutMs: number
  /** A ping without any answer for so long means a half-open socket; whole or fractional seconds. */
  pingTimeoutMs: number
  /** Not connected for so long, the connection is given up. */
  notConnectedMs: number
  /** How often the SDK is asked whether it is connected. */
  checkEveryMs: number
}

/** Told as the connection comes and goes. */
export type ConnectionWatcher = {
  onReady(): void
  onLost(): void
  onOldCardFrame(): void
}

/** How a connection ended: whether it ever stood, and why it stands no more. */
export type ConnectionEnd = { wasReady: boolean; error: CardAuthError }

/** The SDK refuses any other id with a log line only. */
const APP_ID = /^cli_[0-9a-fA-F]{16}$/

/** Opens one connection and resolves when it is beyond repair, or the signal aborts; it is closed by then. */
export async function openConnection(
  neighbours: {
    app: FeishuApp
    http: FeishuHttp
    clock: Clock
    log: FeishuLog
    handlers: EventHandlers
    timing: ConnectionTiming
  },
  watcher: ConnectionWatcher,
  closing: AbortSignal,
): Promise<ConnectionEnd> {
  const { app, http, clock, log, handlers, timing } = neighbours
  if (!APP_ID.test(app.appId)) return { wasReady: false, error: malformedAppId(app.appId) }

  const over = new AbortController()
  const logger = createSdkLogger(log, [app.appSecret])
  const loggerLevel = LoggerLevel.warn
  let isUp = false
  let wasReady = false
  let refusal: WireError | null = null

  return await new Promise<ConnectionEnd>((resolve) => {
    const client = new WSClient({
      appId: app.appId,
      appSecret: app.appSecret,
      domain: app.endpoints.api,
      httpInstance: http.forSdk((apiName, body) => {
        const { code, body: reviewed } = reviewEndpointReply(body)
        refusal =
          code === 0 ? null : new WireError({ apiName, failure: 'refused', feishuCode: code })
        return reviewed
      }),
      logger,
      loggerLevel,
      handshakeTimeoutMs: timing.handshakeTimeoutMs,
      wsConfig: { pingTimeout: timing.pingTimeoutMs / 1000 },
      onReady: up,
      onReconnected: up,
      onReconnecting: down,
      // A refusal, or no attempts left.
      onError: () => end(refusal ? translateError(refusal, 'other') : notConnected()),
    })
    watchOldCardFrames(client, watcher.onOldCardFrame)
    const eventDispatcher = new EventDispatcher({ logger, loggerLevel }).register(handlers)
    closing.addEventListener('abort', onClosing, { once: true })
    client.start({ eventDispatcher }).catch(() => end(notConnected()))
    void watch()

    function up(): void {
      if (over.signal.aborted) return
      isUp = true
      wasReady = true
      watcher.onReady()
    }

    function down(): void {
      if (over.signal.aborted || !isUp) return
      isUp = false
      watcher.onLost()
    }

    // The SDK reports neither a first connection that never succeeds nor every lost one.
    async function watch(): Promise<void> {
      let lastSeenUp = clock.now().getTime()
      for (;;) {
        await clock.sleep(timing.checkEveryMs, over.signal)
        if (over.signal.aborted) return
        const now = clock.now().getTime()
        if (client.getConnectionStatus().state === 'connected') lastSeenUp = now
        else down()
        if (now - lastSeenUp >= timing.notConnectedMs) end(notConnected())
      }
    }

    function onClosing(): void {
      end(notConnected())
    }

    function end(error: CardAuthError): void {
      if (over.signal.aborted) return
      over.abort()
      closing.removeEventListener('abort', onClosing)
      // Without force an unresponsive peer would hold the process for half a minute.
      client.close({ force: true })
      resolve({ wasReady, error })
    }
  })
}

function notConnected(): CardAuthError {
  return new FeishuUnavailableError('network')
}

function malformedAppId(appId: string): CardAuthError {
  return new AppMisconfiguredError(
    'bad_client',
    `The app id ${appId} is not one: it must be cli_ and 16 hexadecimal digits. Copy it from the developer console.`,
  )
}
