import { Client, DefaultCache, EventDispatcher, WSClient } from '@larksuiteoapi/node-sdk'
import type { FeishuEmulator } from '../../src/emulator/index.ts'

/** What a handler is given: the event, flattened by the SDK. */
export type SdkEvent = Record<string, unknown>

/** Handlers of a bot, by event type. */
export type SdkHandlers = Record<string, (event: SdkEvent) => Promise<unknown>>

/** A bot on the official SDK, connected to an emulator. */
export interface SdkBot {
  /** Resolves when a lost connection is back. */
  reconnected: Promise<void>
  close(): void
}

/** How a bot connects. */
export type SdkBotOptions = { pingTimeoutSeconds?: number; appSecret?: string }

const silent = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  trace: () => undefined,
}

/** Creates the official SDK's client of the emulated app, with a token cache of its own. */
export function createSdkClient({ app, url }: FeishuEmulator): Client {
  return new Client({
    appId: app.appId,
    appSecret: app.appSecret,
    domain: url,
    oauthBaseUrl: url,
    cache: new DefaultCache(),
    logger: silent,
  })
}

/** Connects a bot on the official SDK; rejects with the SDK's fatal error. */
export async function connectSdkBot(
  { app, url }: FeishuEmulator,
  handlers: SdkHandlers,
  options: SdkBotOptions = {},
): Promise<SdkBot> {
  const eventDispatcher = new EventDispatcher({ logger: silent }).register(handlers)
  let reportReconnected = () => {}
  const reconnected = new Promise<void>((resolve) => {
    reportReconnected = resolve
  })
  let client: WSClient | undefined
  await new Promise<void>((resolve, reject) => {
    client = new WSClient({
      appId: app.appId,
      appSecret: options.appSecret ?? app.appSecret,
      domain: url,
      logger: silent,
      onReady: resolve,
      onError: reject,
      onReconnected: () => reportReconnected(),
      ...(options.pingTimeoutSeconds === undefined
        ? {}
        : { wsConfig: { pingTimeout: options.pingTimeoutSeconds } }),
    })
    client.start({ eventDispatcher }).catch(reject)
  })
  return { reconnected, close: () => client?.close({ force: true }) }
}
