import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { type App, createApp } from '../app.ts'
import type { Log } from '../auth/ports.ts'
import { generateKey } from '../auth/token-cipher.ts'
import { loadConfig, secretsOf } from '../config.ts'
import { type FeishuEmulator, startFeishuEmulator } from '../emulator/index.ts'
import { createLogger } from '../observability/logger.ts'
import { createSystemClock } from '../system-clock.ts'
import { createSandboxBot } from './sandbox-bot.ts'

/** A local Feishu with the service beside it. */
export interface Sandbox {
  emulator: FeishuEmulator
  app: App
  chatUrl: string
  serviceUrl: string
  metricsUrl: string
  apiKey: string
  /** The line that reads the first person's token. */
  curl: string
  log: Log
  close(): Promise<void>
}

/** Whoever turns the clock on the chat page should see the card follow. */
const EVERY_SECOND = { cron: '* * * * * *', everySeconds: 1 }
const DATABASE = 'data/sandbox.db'

/** Starts the emulator, the service on a fresh SQLite file under `data/`, and the bot of the sandbox. */
export async function startSandbox(wanted: {
  port: number
  servicePort: number
}): Promise<Sandbox> {
  const emulator = await startFeishuEmulator({ port: await freePort(wanted.port) })
  const servicePort = await freePort(wanted.servicePort)
  const apiKey = randomBytes(24).toString('base64url')
  // The tokens of an earlier run were sealed with a key that is gone.
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${DATABASE}${suffix}`, { force: true })
  mkdirSync('data', { recursive: true, mode: 0o700 })
  const config = loadConfig({
    FEISHU_APP_ID: emulator.app.appId,
    FEISHU_APP_SECRET: emulator.app.appSecret,
    FEISHU_API_BASE_URL: emulator.url,
    FEISHU_ACCOUNTS_BASE_URL: emulator.url,
    OAUTH_REDIRECT_URI: `http://127.0.0.1:${servicePort}/callback`,
    OAUTH_SCOPES: 'offline_access',
    CALLBACK_SERVER_HOST: '127.0.0.1',
    CALLBACK_SERVER_PORT: String(servicePort),
    METRICS_PORT: String(await freePort(9464)),
    DATABASE_URL: `file:${DATABASE}`,
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
  try {
    const { url, metricsUrl } = await app.start()
    const serviceUrl = url ?? ''
    const [first] = emulator.people
    const curl = `curl -H "Authorization: Bearer ${apiKey}" ${serviceUrl}/v1/tokens/${first?.openId}`
    emulator.sim.setHints({ curl })
    await bot.greet(app.parts.auth)
    const close = async () => {
      await app.close()
      await emulator.close()
    }
    const metrics = metricsUrl ?? ''
    return {
      emulator,
      app,
      chatUrl: emulator.url,
      serviceUrl,
      metricsUrl: metrics,
      apiKey,
      curl,
      log,
      close,
    }
  } catch (error) {
    await app.close()
    await emulator.close()
    throw error
  }
}

/** The wanted port, or any free one when somebody else has it: a first try must not fail on that. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', () => {
      if (wanted === 0) reject(new Error('There is no free port on this machine.'))
      else freePort(0).then(resolve, reject)
    })
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address ? address.port : wanted
      probe.close(() => resolve(port))
    })
  })
}
