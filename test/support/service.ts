import { randomBytes } from 'node:crypto'
import { type App, type AppOptions, createApp } from '../../src/app.ts'
import type { Clock } from '../../src/auth/ports.ts'
import { LOOK_EVERY_MS } from '../../src/auth/session-waiters.ts'
import { generateKey } from '../../src/auth/token-cipher.ts'
import { loadConfig, secretsOf } from '../../src/config.ts'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import type { FeishuEmulatorOptions } from '../../src/emulator/options.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { createSystemClock } from '../../src/system-clock.ts'
import { freePort } from './free-port.ts'

/** One parsed log line. */
export type LogLine = { level: string; event: string } & Record<string, unknown>

/** The whole service on an emulator, as `npm start` runs it, with everything it says kept. */
export type Service = {
  app: App
  emulator: FeishuEmulator
  url: string
  metricsUrl: string
  apiKey: string
  logs: LogLine[]
  /** Calls `/v1` with the API key. */
  api(path: string, init?: { method?: string; body?: unknown }): Promise<Response>
  /** Asks a person for authorization over HTTP and resolves with the session as JSON. */
  ask(openId: string, extra?: Record<string, unknown>): Promise<SessionJson>
  /** Opens the link on the newest card of a person, as their browser would. */
  tap(openId: string): Promise<{ authorizeUrl: string; cookie: string }>
  /** Waits until the newest card sent to a person has this header colour. */
  cardTurns(openId: string, template: string): Promise<void>
  /** The value of a metric with these labels, 0 when it was never touched. */
  metric(name: string, labels?: Record<string, string>): Promise<number>
  close(): Promise<void>
}

/** A session as `/v1` answers it. */
export type SessionJson = { session_id: string; state: string; end_reason: string | null } & Record<
  string,
  unknown
>

export type ServiceOptions = {
  env?: Record<string, string>
  emulator?: FeishuEmulator
  emulatorOptions?: FeishuEmulatorOptions
  app?: Partial<AppOptions>
  /** Whoever waits is never looked after: only the event, or the tidings of another instance, can wake them. */
  onlyEventsWake?: boolean
}

const QUICK = { cron: '* * * * * *', everySeconds: 1 }

/** Starts an emulator (unless one is given) and the service on it. */
export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const emulator = options.emulator ?? (await startFeishuEmulator(options.emulatorOptions))
  const port = await freePort()
  const apiKey = randomBytes(24).toString('base64url')
  const config = loadConfig({
    FEISHU_APP_ID: emulator.app.appId,
    FEISHU_APP_SECRET: emulator.app.appSecret,
    FEISHU_API_BASE_URL: emulator.url,
    FEISHU_ACCOUNTS_BASE_URL: emulator.url,
    OAUTH_REDIRECT_URI: `http://127.0.0.1:${port}/callback`,
    CALLBACK_SERVER_HOST: '127.0.0.1',
    CALLBACK_SERVER_PORT: String(port),
    METRICS_PORT: '0',
    DATABASE_URL: 'file::memory:',
    TOKEN_ENCRYPTION_KEYS: generateKey(),
    API_KEYS: `tests:${apiKey}`,
    LOG_LEVEL: 'debug',
    ...options.env,
  })
  const logs: LogLine[] = []
  const log = createLogger({
    level: config.logLevel,
    secrets: secretsOf(config),
    stream: { write: (line) => logs.push(JSON.parse(line)) },
  })
  const clock = createSystemClock(() => emulator.now())
  const app = await createApp(config, {
    log,
    clock: options.onlyEventsWake ? withoutLooks(clock) : clock,
    appLinkBaseUrl: emulator.url,
    schedules: { session_sweep: QUICK, card_outbox: QUICK, revocations: QUICK },
    ...options.app,
  })
  const started = await app.start()
  const url = started.url ?? ''
  const metricsUrl = started.metricsUrl ?? ''

  const service: Service = {
    app,
    emulator,
    url,
    metricsUrl,
    apiKey,
    logs,
    api: (path, { method = 'GET', body } = {}) =>
      fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    async ask(openId, extra = {}) {
      const answer = await service.api('/v1/sessions', {
        method: 'POST',
        body: { open_id: openId, ...extra },
      })
      const session = (await answer.json()) as SessionJson
      if (!answer.ok)
        throw new Error(`asking answered ${answer.status}: ${JSON.stringify(session)}`)
      return session
    },
    async tap(openId) {
      const card = newestCard(emulator, openId)
      if (!card) throw new Error('there is no card')
      const button = { text: 'Authorize' }
      const tapped = await emulator.sim.click({ messageId: card.message_id, openId, button })
      if (!('openUrl' in tapped)) throw new Error('the button opens no link')
      const link = new URL(tapped.openUrl)
      const opened = await fetch(link.searchParams.get('url') ?? link, { redirect: 'manual' })
      const authorizeUrl = opened.headers.get('location') ?? ''
      return { authorizeUrl, cookie: opened.headers.get('set-cookie')?.split(';')[0] ?? '' }
    },
    async cardTurns(openId, template) {
      for (let look = 0; look < 200; look++) {
        if (colourOf(newestCard(emulator, openId)?.content) === template) return
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
      const colour = colourOf(newestCard(emulator, openId)?.content)
      throw new Error(`the card stayed ${colour}, it should have turned ${template}`)
    },
    async metric(name, labels = {}) {
      const text = await (await fetch(metricsUrl)).text()
      const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
      return text
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
        .filter((line) => wanted.every((label) => line.includes(label)))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
    },
    async close() {
      await app.close()
      if (!options.emulator) await emulator.close()
    },
  }
  return service
}

const FOR_EVER = 2 ** 31 - 1

/** A clock on which nobody who waits is looked after. */
function withoutLooks(clock: Clock): Clock {
  return {
    now: clock.now,
    sleep: (milliseconds, signal) =>
      clock.sleep(milliseconds === LOOK_EVERY_MS ? FOR_EVER : milliseconds, signal),
  }
}

/** The newest card in a person's chat with the bot. */
export function newestCard(emulator: FeishuEmulator, openId: string) {
  const { chats, messages } = emulator.sim.state()
  const mine = chats.find(({ kind, members }) => kind === 'p2p' && members.includes(openId))
  return messages
    .filter(({ chat_id, msg_type }) => chat_id === mine?.chat_id && msg_type === 'interactive')
    .at(-1)
}

function colourOf(card: unknown): string | undefined {
  const header = typeof card === 'object' && card && 'header' in card ? card.header : null
  const template =
    typeof header === 'object' && header && 'template' in header ? header.template : null
  return typeof template === 'string' ? template : undefined
}
