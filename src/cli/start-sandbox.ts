import { randomBytes } from 'node:crypto'
import { type App, createApp } from '../app.ts'
import type { Log } from '../auth/ports.ts'
import { generateKey } from '../auth/token-cipher.ts'
import { loadConfig, secretsOf } from '../config.ts'
import { defaultPeople } from '../emulator/default-cast.ts'
import {
  type EmulatedPerson,
  type FeishuEmulator,
  type PersonLocale,
  startFeishuEmulator,
} from '../emulator/index.ts'
import { createLogger } from '../observability/logger.ts'
import { createSystemClock } from '../system-clock.ts'
import { reservePort } from './reserve-port.ts'
import { createSandboxBot } from './sandbox-bot.ts'
import { createSandboxDatabase } from './sandbox-database.ts'

/** A local Feishu with the service beside it. */
export interface Sandbox {
  emulator: FeishuEmulator
  app: App
  chatUrl: string
  serviceUrl: string
  metricsUrl: string
  /** Where the database is; null when this run keeps it in memory. */
  databasePath: string | null
  apiKey: string
  /** The line that reads the first person's token. */
  curl: string
  /** The line that reads a person's token. */
  curlFor(openId: string): string
  log: Log
  close(): Promise<void>
}

/** Ports are wishes: whoever has them keeps them. The language is this machine's unless told. */
export type SandboxOptions = {
  port: number
  servicePort: number
  metricsPort?: number
  /** What everything listens on; 127.0.0.1 unless told. Browsers come to 127.0.0.1 all the same. */
  host?: string
  language?: string
}

/** Whoever turns the clock on the chat page should see the card follow. */
const EVERY_SECOND = { cron: '* * * * * *', everySeconds: 1 }

/** Starts the emulator, the service on a fresh SQLite file under `data/`, and the bot of the sandbox. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const closing: (() => unknown)[] = []
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  try {
    return await open(options, closing, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function open(
  {
    port,
    servicePort,
    metricsPort = 9464,
    host = '127.0.0.1',
    language = machineLanguage(),
  }: SandboxOptions,
  closing: (() => unknown)[],
  close: () => Promise<void>,
): Promise<Sandbox> {
  const [chatDoor, serviceDoor, metricsDoor] = [
    await reservePort(port),
    await reservePort(servicePort),
    await reservePort(metricsPort),
  ]
  const releaseServicePorts = () => Promise.all([serviceDoor.release(), metricsDoor.release()])
  closing.push(releaseServicePorts)
  await chatDoor.release()
  const emulator = await startFeishuEmulator({
    host,
    port: chatDoor.port,
    people: speakersFirst(defaultPeople(), language),
  })
  closing.push(() => emulator.close())
  const database = createSandboxDatabase(chatDoor.port)
  closing.push(() => database.remove())

  const apiKey = randomBytes(24).toString('base64url')
  const config = loadConfig({
    FEISHU_APP_ID: emulator.app.appId,
    FEISHU_APP_SECRET: emulator.app.appSecret,
    FEISHU_API_BASE_URL: emulator.url,
    FEISHU_ACCOUNTS_BASE_URL: emulator.url,
    OAUTH_REDIRECT_URI: `http://127.0.0.1:${serviceDoor.port}/callback`,
    OAUTH_SCOPES: 'offline_access',
    CALLBACK_SERVER_HOST: host,
    CALLBACK_SERVER_PORT: String(serviceDoor.port),
    METRICS_HOST: host,
    METRICS_PORT: String(metricsDoor.port),
    DATABASE_URL: database.url,
    TOKEN_ENCRYPTION_KEYS: generateKey(),
    API_KEYS: `sandbox:${apiKey}`,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
  })
  const log = createLogger({
    level: config.logLevel,
    secrets: secretsOf(config),
    pretty: process.stdout.isTTY,
  })
  const bot = createSandboxBot({ emulator, log })
  const app = await createApp(config, {
    log,
    // The chat page turns the emulator's clock, and requests run out by it.
    clock: createSystemClock(() => emulator.now()),
    appLinkBaseUrl: emulator.url,
    handlers: bot.handlers,
    schedules: { session_sweep: EVERY_SECOND, card_outbox: EVERY_SECOND },
  })
  closing.push(() => app.close())
  await releaseServicePorts()
  const { url, metricsUrl } = await app.start()
  const serviceUrl = url ?? ''
  const curlFor = (openId: string) =>
    `curl -H "Authorization: Bearer ${apiKey}" ${serviceUrl}/v1/tokens/${openId}`
  emulator.sim.setHints({ curl: curlFor('{open_id}') })
  await bot.greet(app.parts.auth)

  return {
    emulator,
    app,
    chatUrl: emulator.url,
    serviceUrl,
    metricsUrl: metricsUrl ?? '',
    databasePath: database.path,
    apiKey,
    curl: curlFor(emulator.people[0]?.openId ?? ''),
    curlFor,
    log,
    close,
  }
}

/** Such as `zh-CN`: Node takes it from the environment or the system. */
function machineLanguage(): string {
  return new Intl.DateTimeFormat().resolvedOptions().locale
}

/** Whoever speaks the reader's language comes first: theirs is the chat a newcomer sees. */
function speakersFirst(people: EmulatedPerson[], language: string): EmulatedPerson[] {
  const locales: Record<string, PersonLocale> = { zh: 'zh_cn', ja: 'ja_jp' }
  const locale = locales[language.slice(0, 2)] ?? 'en_us'
  return people.sort((a, b) => Number(b.locale === locale) - Number(a.locale === locale))
}
