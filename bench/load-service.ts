import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKey } from '../src/auth/token-cipher.ts'
import { createCallbackMint, type Person } from './mint-callbacks.ts'
import { repeat } from './repeat.ts'
import type { BenchRequest } from './send-requests.ts'
import { type ServerProcess, startProcess } from './start-process.ts'

/** The service under load, and the requests it is loaded with. */
export type LoadService = {
  process: ServerProcess
  /** The callbacks of as many new people, whose attempts are minted here. */
  callbacks(amount: number): Promise<BenchRequest[]>
  /** @throws {Error} when a callback did not complete its session. */
  checkCompleted(): Promise<void>
  /** Requests for new people, spread over the apps. */
  newSessions(amount: number): BenchRequest[]
  /** Requests for new people of one and the same app. */
  newSessionsOfOneApp(amount: number): BenchRequest[]
  /** Some of the earlier requests once more: those sessions are still pending. */
  joinedSessions(amount: number): BenchRequest[]
  close(): Promise<void>
}

/**
 * So many apps share the load: the service keeps each below Feishu's own limits (40 messages a second, 900 a minute), and
 * with one app that limit is all that would be measured.
 */
const APPS = 25

/** Starts the service on a fresh SQLite file and the stub. */
export async function startLoadService(options: {
  /** Arguments of `node` that run the service. */
  args: readonly string[]
  feishuUrl: string
  directory: string
}): Promise<LoadService> {
  const { args, feishuUrl, directory } = options
  const apps = Array.from({ length: APPS }, (_, index) => ({
    appId: `cli_${index.toString(16).padStart(16, '0')}`,
    appSecret: randomBytes(16).toString('hex'),
  }))
  const appsFile = join(directory, 'apps.json')
  await writeFile(appsFile, JSON.stringify(apps))
  const keys = generateKey()
  const apiKey = randomBytes(24).toString('base64url')
  const databasePath = join(directory, 'service.db')
  const process = await startProcess({
    args,
    cwd: directory,
    hasReadyz: true,
    env: {
      NODE_ENV: 'production',
      FEISHU_APPS_FILE: appsFile,
      FEISHU_API_BASE_URL: feishuUrl,
      FEISHU_ACCOUNTS_BASE_URL: feishuUrl,
      CALLBACK_SERVER_HOST: '127.0.0.1',
      CALLBACK_SERVER_PORT: '0',
      METRICS_PORT: '0',
      // The stub has no long connection, and nothing measured here uses it.
      CARD_CALLBACK: 'off',
      DATABASE_URL: `file:${databasePath}`,
      TOKEN_ENCRYPTION_KEYS: keys,
      API_KEYS: `bench:${apiKey}`,
    },
  })
  const mint = createCallbackMint({ databasePath, keys })
  const asked: BenchRequest[] = []
  let people = 0

  return {
    process,
    callbacks: (amount) => mint.mint(Array.from({ length: amount }, newPerson)),
    async checkCompleted() {
      const pending = await mint.pending()
      if (pending > 0) throw new Error(`${pending} callbacks did not complete their session`)
    },
    newSessions(amount) {
      const requests = Array.from({ length: amount }, () => askFor(newPerson()))
      asked.push(...requests)
      return requests
    },
    newSessionsOfOneApp(amount) {
      const appId = apps[0]?.appId ?? ''
      return Array.from({ length: amount }, () => askFor({ ...newPerson(), appId }))
    },
    joinedSessions: (amount) => repeat(asked, amount),
    async close() {
      await mint.close()
      await process.stop()
    },
  }

  function newPerson(): Person {
    people += 1
    const appId = apps[people % APPS]?.appId ?? ''
    return { appId, openId: `ou_${people.toString(16).padStart(32, '0')}` }
  }

  function askFor({ appId, openId }: Person): BenchRequest {
    return {
      method: 'POST',
      path: '/v1/sessions',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ app_id: appId, open_id: openId, reason: 'To send the weekly report' }),
    }
  }
}
