import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { createIdempotency } from '../../src/access/idempotency.ts'
import { createTokenCipher } from '../../src/auth/token-cipher.ts'
import type { HttpAuth, ObservedRequest } from '../../src/http/http-neighbours.ts'
import { createHttpServer, type HttpServerNeighbours } from '../../src/http/http-server.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createRequestsInMemory } from '../support/requests-in-memory.ts'
import { accessOf } from './access-of.ts'

/** The API key of these tests. */
export const API_KEY = 'test-api-key-0123456789'

/** A running server and what it told its neighbours. */
export type Served = {
  url: string
  lines: { level: string; event: string; fields: Record<string, unknown> }[]
  observed: ObservedRequest[]
  limited: string[]
  /** GET without following redirects. */
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(path: string, body?: string, headers?: Record<string, string>): Promise<Response>
  /** A call of `/v1` with the right key. */
  api(path: string, init?: RequestInit): Promise<Response>
  /** Resolves when this many requests have been observed. */
  untilObserved(count: number): Promise<void>
  close(): Promise<void>
}

/** Starts the public server on a free port for one test. */
export async function serve(
  auth: HttpAuth,
  overrides: Partial<HttpServerNeighbours> = {},
): Promise<Served> {
  const lines: Served['lines'] = []
  const observed: ObservedRequest[] = []
  const limited: string[] = []
  const onlookers = new Set<() => void>()
  const server = createHttpServer({
    auth,
    listSessions: async () => [],
    access: accessOf({
      'another-key': { name: 'other' },
      [API_KEY]: { name: 'calendar-bot' },
    }),
    idempotency: createIdempotency({
      requests: createRequestsInMemory(),
      cipher: createTokenCipher({ keys: [{ id: 'test', key: randomBytes(32) }] }),
      clock: createFakeClock(),
    }),
    readiness: async () => [],
    log: (level, event, fields) => lines.push({ level, event, fields }),
    observeRequest: (request) => {
      observed.push(request)
      for (const look of onlookers) look()
    },
    onRateLimited: (endpoint) => limited.push(endpoint),
    appLink: () => 'https://applink.feishu.cn/client/bot/open',
    brandOf: () => 'feishu',
    consoleUrl: () => 'https://open.feishu.cn/app/cli_0123456789abcdef',
    appName: () => 'Calendar Bot',
    clock: createFakeClock(),
    version: '1.2.3',
    host: '127.0.0.1',
    port: 0,
    ...overrides,
  })
  const { url } = await server.start()
  onTestFinished(() => server.close())
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(url + path, { redirect: 'manual', headers })
  return {
    url,
    lines,
    observed,
    limited,
    get,
    post: (path, body = '', headers = {}) =>
      fetch(url + path, { method: 'POST', redirect: 'manual', body, headers }),
    api: (path, init = {}) =>
      fetch(url + path, {
        ...init,
        headers: { authorization: `Bearer ${API_KEY}`, ...init.headers },
      }),
    untilObserved: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (observed.length < count) return
          onlookers.delete(look)
          resolve()
        }
        onlookers.add(look)
        look()
      }),
    close: () => server.close(),
  }
}
