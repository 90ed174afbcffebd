import { randomBytes } from 'node:crypto'
import { generateKey } from '../../../src/auth/token-cipher.ts'
import type { FeishuEmulator } from '../../../src/emulator/index.ts'
import { freePort } from '../free-port.ts'
import { type Service, type SessionJson, startService } from '../service.ts'
import { MAIN } from './programs.ts'
import { type ServiceProcess, startServiceProcess } from './service-process.ts'

/** One installation: every process of it shares the database, the keys and the address people know. */
export interface Deployment {
  readonly env: Readonly<Record<string, string>>
  /** Starts a process that listens at the known address, or at `port`. */
  start(options?: { script?: string; env?: Record<string, string> }): Promise<ServiceProcess>
  /** Starts the service again, in this process and on the emulator's clock. */
  startHere(): Promise<Service>
  api(origin: string, path: string, body?: unknown): Promise<Response>
  ask(origin: string, openId: string): Promise<SessionJson>
  session(origin: string, id: string, seconds?: number): Promise<SessionJson>
  sessions(origin: string, query?: string): Promise<SessionJson[]>
  /** The stored access token of a person, null when there is none. */
  token(origin: string, openId: string): Promise<string | null>
  /** Ends whatever still runs. */
  close(): Promise<void>
}

/** Creates an installation on an emulator and a database. */
export async function createDeployment(
  emulator: FeishuEmulator,
  databaseUrl: string,
): Promise<Deployment> {
  const apiKey = randomBytes(24).toString('base64url')
  const port = await freePort()
  const env = {
    FEISHU_APP_ID: emulator.app.appId,
    FEISHU_APP_SECRET: emulator.app.appSecret,
    FEISHU_API_BASE_URL: emulator.url,
    FEISHU_ACCOUNTS_BASE_URL: emulator.url,
    OAUTH_REDIRECT_URI: `http://127.0.0.1:${port}/callback`,
    CALLBACK_SERVER_HOST: '127.0.0.1',
    CALLBACK_SERVER_PORT: String(port),
    METRICS_PORT: '0',
    SHUTDOWN_DELAY_SECONDS: '0',
    DATABASE_URL: databaseUrl,
    TOKEN_ENCRYPTION_KEYS: generateKey(),
    API_KEYS: `tests:${apiKey}`,
    LOG_LEVEL: 'debug',
  }
  const running: (() => Promise<unknown>)[] = []

  const deployment: Deployment = {
    env,
    async start({ script = MAIN, env: more = {} } = {}) {
      const started = await startServiceProcess(script, { ...env, ...more })
      running.push(() => started.end('SIGKILL'))
      return started
    },
    async startHere() {
      const service = await startService({ emulator, env })
      running.push(() => service.close())
      return service
    },
    api: (origin, path, body) =>
      fetch(`${origin}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    async ask(origin, openId) {
      const answer = await deployment.api(origin, '/v1/sessions', { open_id: openId })
      if (!answer.ok) throw new Error(`asking answered ${answer.status}: ${await answer.text()}`)
      return (await answer.json()) as SessionJson
    },
    async session(origin, id, seconds = 0) {
      const wait = seconds === 0 ? '' : `?wait=${seconds}`
      const answer = await deployment.api(origin, `/v1/sessions/${id}${wait}`)
      return (await answer.json()) as SessionJson
    },
    async sessions(origin, query = '') {
      const answer = await deployment.api(origin, `/v1/sessions${query}`)
      return ((await answer.json()) as { sessions: SessionJson[] }).sessions
    },
    async token(origin, openId) {
      const answer = await deployment.api(origin, `/v1/tokens/${openId}`)
      if (answer.status === 404) return null
      if (!answer.ok) throw new Error(`reading the token answered ${answer.status}`)
      return ((await answer.json()) as { access_token: string }).access_token
    },
    async close() {
      await Promise.all(running.splice(0).map((end) => end()))
    },
  }
  return deployment
}
