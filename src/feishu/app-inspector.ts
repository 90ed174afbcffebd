import type { Clock } from '../auth/ports.ts'
import { reviewEndpointReply } from './endpoint-reply.ts'
import { textOf } from './event-envelope.ts'
import type { FeishuApp } from './hosts.ts'
import type { FeishuHttp } from './http-client.ts'
import { asRecord } from './judge-reply.ts'
import { createTenantTokens } from './tenant-tokens.ts'
import { translateError } from './translate-error.ts'
import { WireError } from './wire-error.ts'

/** What Feishu says about the bot of an app; `null` for an app without one. */
export type BotStanding = { name: string | null; activateStatus: number | null } | null

/** A scope as the app holds it. */
export type AppScope = {
  name: string
  isGranted: boolean
  /** Whose token it is for; null when Feishu does not say. */
  type: 'user' | 'tenant' | null
}

/** The settings of the developer console, as far as Feishu tells; null for what it leaves out. */
export type AppSettingsSeen = {
  isOn: boolean | null
  redirectUrls: readonly string[] | null
  allowsRefresh: boolean | null
  /** Whether a version is published. */
  isPublished: boolean
  /** Whether a version waits for the tenant's administrator. */
  isWaitingForApproval: boolean
  callbackType: string | null
  callbacks: readonly string[] | null
  eventType: string | null
  events: readonly string[] | null
}

/** Asks Feishu how an app is set up; it changes nothing, and takes no event away from the service. */
export interface AppInspector {
  /** @throws {CardAuthError} when there is no tenant token to be had: wrong credentials, or Feishu is away. */
  checkCredentials(): Promise<void>
  /** @throws {CardAuthError} */
  bot(): Promise<BotStanding>
  /**
   * Asks where the long connection would go, and does not go there: the address is good for one connection, and a second
   * one would take events from the service. Resolves with its host, as `https://msg-frontier.feishu.cn`.
   * @throws {CardAuthError} when Feishu would refuse it.
   */
  longConnection(): Promise<string>
  /** @throws {CardAuthError} */
  scopes(): Promise<readonly AppScope[]>
  /** Null when the app may not read its own settings. @throws {CardAuthError} */
  settings(): Promise<AppSettingsSeen | null>
}

/** The app has no bot. */
const NO_BOT = 11205
/** The app lacks the scope for this call. */
const NO_SCOPE = 99991672

/** Creates the inspector of one app. */
export function createAppInspector(neighbours: {
  app: FeishuApp
  http: FeishuHttp
  clock: Clock
}): AppInspector {
  const { app, http } = neighbours
  const tokens = createTenantTokens(neighbours)
  let settings: Promise<AppSettingsSeen | null> | null = null

  return {
    checkCredentials: () => typed(async () => void (await tokens.current())),

    bot: () =>
      typed(async () => {
        const body = await get('bot_info', '/open-apis/bot/v3/info', NO_BOT)
        const bot = body && asRecord(body.bot)
        if (!bot) return null
        const { activate_status: status } = bot
        return {
          name: textOf(bot.app_name),
          activateStatus: typeof status === 'number' ? status : null,
        }
      }),

    longConnection: () =>
      typed(async () => {
        const { body } = await http.send({
          apiName: 'ws_endpoint',
          method: 'POST',
          url: `${app.endpoints.api}/callback/ws/endpoint`,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ AppID: app.appId, AppSecret: app.appSecret }),
        })
        const { code } = reviewEndpointReply(body)
        const address = originOf(textOf(asRecord(body.data)?.URL) ?? '')
        if (code === 0 && address !== null) return address
        const failure = code === 0 ? 'unreadable' : 'refused'
        throw new WireError({ apiName: 'ws_endpoint', failure, feishuCode: code || undefined })
      }),

    scopes: () =>
      typed(async () => {
        const body = await get('other', '/open-apis/application/v6/scopes')
        const list = asRecord(body?.data)?.scopes
        return (Array.isArray(list) ? list : []).flatMap((item: unknown) => scopeOf(item))
      }),

    settings() {
      settings ??= typed(async () => {
        const path = `/open-apis/application/v6/applications/${encodeURIComponent(app.appId)}`
        const body = await get('other', `${path}?lang=zh_cn`, NO_SCOPE)
        const seen = asRecord(asRecord(body?.data)?.app)
        return seen && settingsOf(seen)
      })
      return settings
    },
  }

  /** The body of a good reply; null for the one refusal that is an answer. */
  async function get(
    apiName: 'bot_info' | 'other',
    path: string,
    answer?: number,
  ): Promise<Record<string, unknown> | null> {
    const authorization = `Bearer ${await tokens.current()}`
    try {
      const url = `${app.endpoints.api}${path}`
      return (await http.send({ apiName, method: 'GET', url, headers: { authorization } })).body
    } catch (error) {
      const isAnswer = error instanceof WireError && error.facts.feishuCode === answer
      if (answer !== undefined && isAnswer) return null
      throw error
    }
  }
}

/** The host alone: path and query of the address hold the right to connect. */
function originOf(socketUrl: string): string | null {
  if (!URL.canParse(socketUrl)) return null
  const { protocol, host } = new URL(socketUrl)
  return `${protocol === 'ws:' ? 'http:' : 'https:'}//${host}`
}

async function typed<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw translateError(error, 'other')
  }
}

/** See https://open.feishu.cn/document/server-docs/application-v6/scope/list */
function scopeOf(item: unknown): AppScope[] {
  const { scope_name: name, grant_status: status, scope_type: type } = asRecord(item) ?? {}
  if (typeof name !== 'string') return []
  return [
    { name, isGranted: status === 1, type: type === 'user' || type === 'tenant' ? type : null },
  ]
}

/** See https://open.feishu.cn/document/server-docs/application-v6/application/get */
function settingsOf(app: Record<string, unknown>): AppSettingsSeen {
  const event = asRecord(app.event)
  const callback = asRecord(app.callback_info)
  const security = asRecord(app.security)
  const allows = app.allow_refresh_token ?? security?.allow_refresh_token
  return {
    isOn: typeof app.status === 'number' ? app.status === 1 : null,
    redirectUrls: listOf(app.redirect_urls ?? security?.redirect_urls),
    allowsRefresh: typeof allows === 'boolean' ? allows : null,
    isPublished: textOf(app.online_version_id) !== null,
    isWaitingForApproval: textOf(app.unaudit_version_id) !== null,
    callbackType: textOf(callback?.callback_type),
    callbacks: listOf(callback?.subscribed_callbacks),
    eventType: textOf(event?.subscription_type),
    events: listOf(event?.subscribed_events),
  }
}

function listOf(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null
  return value.filter((item: unknown): item is string => typeof item === 'string')
}
