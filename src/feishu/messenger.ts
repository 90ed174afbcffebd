import { createHash, randomUUID } from 'node:crypto'
import type { CardMessenger, Clock } from '../auth/ports.ts'
import type { AuthSession } from '../auth/session.ts'
import { FeishuUnavailableError, UnknownAppError } from '../errors.ts'
import type { RetryObserver } from './api-names.ts'
import { type AppClient, createAppClient, type Patience } from './app-client.ts'
import { createAppNames } from './app-names.ts'
import { cardContext } from './card-context.ts'
import { renderCard } from './cards/render-card.ts'
import type { FeishuLog } from './feishu-log.ts'
import type { FeishuApp } from './hosts.ts'
import type { FeishuHttp } from './http-client.ts'
import type { RateLimitOptions } from './rate-limits.ts'

/** Cards in chat, and the names of the apps that send them. */
export interface FeishuCardMessenger extends CardMessenger {
  /**
   * Writes a few words to a person, once.
   * @throws {PersonUnreachableError | AppMisconfiguredError | FeishuUnavailableError} as for sending a card.
   */
  sendText(appId: string, openId: string, text: string): Promise<void>
  /** The app's name as people see it; its id until Feishu has told the name. */
  appName(appId: string): string
  /** Starts learning the names in the background. */
  start(): Promise<void>
  close(): Promise<void>
}

/** A first card waits so long for the app's name, so that it does not show an id instead. */
const NAME_PATIENCE_MS = 1500

/** Creates the messenger of all configured apps. */
export function createCardMessenger(neighbours: {
  apps: readonly FeishuApp[]
  http: FeishuHttp
  clock: Clock
  log: FeishuLog
  observeRetry?: RetryObserver | undefined
  /** Told of every call that met a limit, Feishu's or our own. */
  onRateLimited?: ((appId: string) => void) | undefined
  limits?: RateLimitOptions | undefined
  patience?: Patience | undefined
}): FeishuCardMessenger {
  const { apps, clock, log } = neighbours
  const clients = new Map(
    apps.map((app) => [app.appId, { app, client: createAppClient({ ...neighbours, app }) }]),
  )
  const names = createAppNames({
    appIds: apps.map(({ appId }) => appId),
    fetchName: (appId) => clientOf(appId).client.fetchAppName(),
    clock,
    log,
  })

  return {
    async sendCard(session, authorizeLink) {
      const { app, client } = clientOf(session.appId)
      await names.waitForFirst(session.appId, NAME_PATIENCE_MS)
      const content = draw(session, app, authorizeLink)
      const messageId = await create(client, {
        to: session.chatId === null ? 'open_id' : 'chat_id',
        recipient: session.chatId ?? session.openId,
        msg_type: 'interactive',
        content,
        uuid: deduplicationId(session.id),
      })
      return { messageId }
    },
    async sendText(appId, openId, text) {
      await create(clientOf(appId).client, {
        to: 'open_id',
        recipient: openId,
        msg_type: 'text',
        content: JSON.stringify({ text }),
        // The tries of this one call share it, and no other call does.
        uuid: randomUUID(),
      })
    },
    async updateCard(session, messageId, authorizeLink) {
      const { app, client } = clientOf(session.appId)
      const content = draw(session, app, authorizeLink)
      // The SDK puts path parameters into the path as they are.
      const path = { message_id: encodeURIComponent(messageId) }
      await client.call({ apiName: 'update_card', place: 'patch', limitKey: messageId }, (sdk) =>
        sdk.im.v1.message.patch({ path, data: { content } }),
      )
    },
    appName: names.nameOf,
    async start() {
      names.start()
    },
    close: names.close,
  }

  function clientOf(appId: string): { app: FeishuApp; client: AppClient } {
    const found = clients.get(appId)
    if (!found) throw new UnknownAppError(appId)
    return found
  }

  function draw(session: AuthSession, app: FeishuApp, authorizeLink: string): string {
    const context = cardContext(app, names.nameOf(app.appId), authorizeLink)
    return JSON.stringify(renderCard(session, context))
  }
}

type NewMessage = {
  to: 'open_id' | 'chat_id'
  recipient: string
  msg_type: 'interactive' | 'text'
  content: string
  uuid: string
}

async function create(client: AppClient, message: NewMessage): Promise<string> {
  const { to, recipient, ...content } = message
  const reply = await client.call(
    { apiName: 'send_card', place: 'create', limitKey: recipient },
    (sdk) =>
      sdk.im.v1.message.create({
        params: { receive_id_type: to },
        data: { receive_id: recipient, ...content },
      }),
  )
  const messageId = reply.data?.message_id
  if (!messageId) throw new FeishuUnavailableError('upstream_5xx')
  return messageId
}

/**
 * Feishu sends at most one message per id within an hour, and takes at most 50 characters
 * (https://open.feishu.cn/document/server-docs/im-v1/message/create).
 */
function deduplicationId(sessionId: string): string {
  return `card-${createHash('sha256').update(sessionId).digest('base64url')}`
}
