import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateKey, type KeyRing, parseKeyRing } from '../src/auth/token-cipher.ts'
import { fillGrants, type Grants } from './fill-grants.ts'
import { APP_ID } from './people.mjs'
import { type ContestantName, type ContestantProcess, startContestant } from './start-contestant.ts'
import { type ServerProcess, startProcess } from './start-process.ts'

const ENDPOINT = fileURLToPath(new URL('processes/token-endpoint.mjs', import.meta.url))
const TOKEN_FLOOR = fileURLToPath(new URL('processes/token-floor.mjs', import.meta.url))
const API_KEY = 'only-the-bench-uses-this-key-0123456789'

/** The product that is measured: compiled, or from its source. */
export type Product = {
  /** Arguments of `node` that run the service; the script is absolute. */
  serviceArgs: readonly string[]
  /** The module that embeds it, as a URL, and what `node` needs to load it. */
  libraryUrl: string
  nodeArgs: readonly string[]
}

/** Databases, endpoints and processes of one measurement; all of them end with it. */
export type TokenStage = {
  /** Creates a database of grants and tells its path. */
  fill(name: string, grants: Grants): Promise<string>
  /** An authorization server that holds each refresh so long. */
  endpoint(delayMs: number): Promise<TokenEndpoint>
  contestant(
    name: ContestantName,
    on: { database: string; endpoint: TokenEndpoint; people: number; expiresInSeconds?: number },
  ): Promise<ContestantProcess>
  service(on: {
    database: string
    endpoint: TokenEndpoint
    watchesLoop?: boolean
  }): Promise<ServerProcess>
  httpFloor(database: string): Promise<ServerProcess>
  /** What `/v1` wants to see. */
  authorization: string
  close(): Promise<void>
}

/** The authorization server, and what it saw since it was last asked. */
export type TokenEndpoint = {
  url: string
  counts(): Promise<EndpointCounts>
}

/** Refreshes it was asked for, those it refused, and how long it held each answer. */
type EndpointCounts = { calls: number; refused: number; heldMs: number[] }

/** Longer than two hours: @slack/oauth refreshes what ends sooner. */
const HOURS_4 = 14_400

/** Creates the stage in a directory that the caller removes. */
export function createTokenStage(directory: string, product: Product): TokenStage {
  const keys = generateKey()
  const closers: (() => Promise<void>)[] = []

  return {
    authorization: `Bearer ${API_KEY}`,
    async fill(name, grants) {
      const path = join(directory, `${name}.db`)
      await fillGrants(path, ringOf(keys), grants)
      return path
    },
    async endpoint(delayMs) {
      const args = [ENDPOINT, String(delayMs)]
      const server = await startProcess({ args, cwd: directory, hasReadyz: false })
      closers.push(server.stop)
      return {
        url: server.url,
        async counts() {
          const reply = await fetch(`${server.url}/counts`)
          const counts: EndpointCounts = JSON.parse(await reply.text())
          return counts
        },
      }
    },
    async contestant(name, { database, endpoint, people, expiresInSeconds = HOURS_4 }) {
      const hasOwnDatabase = name === 'better-auth' || name === 'slack-oauth'
      const options = {
        libraryUrl: product.libraryUrl,
        databasePath: hasOwnDatabase ? `${database}.${name}` : database,
        keys,
        appId: APP_ID,
        people,
        expiresInSeconds,
        endpointUrl: endpoint.url,
      }
      const contestant = await startContestant(name, options, product.nodeArgs)
      closers.push(contestant.stop)
      return contestant
    },
    async service({ database, endpoint, watchesLoop = false }) {
      const server = await startProcess({
        args: product.serviceArgs,
        cwd: directory,
        hasReadyz: true,
        watchesLoop,
        env: {
          NODE_ENV: 'production',
          FEISHU_APP_ID: APP_ID,
          FEISHU_APP_SECRET: 'only-the-bench-uses-this-secret',
          FEISHU_API_BASE_URL: endpoint.url,
          FEISHU_ACCOUNTS_BASE_URL: endpoint.url,
          CALLBACK_SERVER_HOST: '127.0.0.1',
          CALLBACK_SERVER_PORT: '0',
          METRICS_PORT: '0',
          // The endpoint has no long connection, and nothing measured here uses it.
          CARD_CALLBACK: 'off',
          DATABASE_URL: `file:${database}`,
          TOKEN_ENCRYPTION_KEYS: keys,
          API_KEYS: `bench:${API_KEY}`,
        },
      })
      closers.push(server.stop)
      return server
    },
    async httpFloor(databasePath) {
      const options = JSON.stringify({ databasePath, keys, appId: APP_ID })
      const server = await startProcess({
        args: [TOKEN_FLOOR, options],
        cwd: directory,
        env: { NODE_ENV: 'production' },
        hasReadyz: false,
      })
      closers.push(server.stop)
      return server
    },
    async close() {
      for (const close of closers.splice(0).reverse()) await close()
    },
  }
}

function ringOf(keys: string): KeyRing {
  const ring = parseKeyRing(keys)
  if (!ring.ok) throw new Error('the keys do not parse')
  return ring.keys
}
