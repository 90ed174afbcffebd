import type { Clock } from '../../src/auth/ports.ts'
import type { AuthSession, CardLook } from '../../src/auth/session.ts'
import type { EmulatedApp } from '../../src/emulator/index.ts'
import type { ApiObserver } from '../../src/feishu/api-names.ts'
import type { FeishuLog } from '../../src/feishu/feishu-log.ts'
import { type FeishuApp, resolveEndpoints } from '../../src/feishu/hosts.ts'
import { createHttpClient, type FeishuHttp } from '../../src/feishu/http-client.ts'
import { sampleSession } from './cards/sample-sessions.ts'

/** One line of the log. */
export type LogLine = { level: string; event: string; fields: Record<string, unknown> }

/** A log and an observer that remember, and an HTTP client on top. */
export type FeishuBench = {
  lines: LogLine[]
  calls: Parameters<ApiObserver>[0][]
  log: FeishuLog
  observe: ApiObserver
  http: FeishuHttp
  /** The lines of one event. */
  linesOf(event: string): LogLine[]
  /** Everything logged and observed, as one text. */
  everything(): string
}

/** Creates what every part of this folder is handed; the deadline is short, and hanging servers end by it. */
export function createFeishuBench(timeoutMs = 5000): FeishuBench {
  const lines: LogLine[] = []
  const calls: Parameters<ApiObserver>[0][] = []
  const log: FeishuLog = (level, event, fields) => lines.push({ level, event, fields })
  const observe: ApiObserver = (call) => calls.push(call)
  return {
    lines,
    calls,
    log,
    observe,
    http: createHttpClient({ log, observe, timeoutMs }),
    linesOf: (event) => lines.filter((line) => line.event === event),
    everything: () => JSON.stringify([lines, calls]),
  }
}

/** The emulated app, reached at this address. */
export function appAt(url: string, app: Pick<EmulatedApp, 'appId' | 'appSecret'>): FeishuApp {
  return {
    appId: app.appId,
    appSecret: app.appSecret,
    brand: 'feishu',
    redirectUri: 'http://127.0.0.1:9999/callback',
    endpoints: resolveEndpoints({
      brand: 'feishu',
      apiBaseUrl: url,
      accountsBaseUrl: url,
      appLinkBaseUrl: url,
    }),
  }
}

/** An app for stub servers, with a secret that is easy to find in a log. */
export const STUB_APP = { appId: 'cli_0123456789abcdef', appSecret: 'canary-app-secret-4f2a' }

/** A clock that runs, but on which nobody sleeps. */
export function createSleeplessClock(): Clock & { sleeps: number[] } {
  const sleeps: number[] = []
  return {
    sleeps,
    now: () => new Date(),
    async sleep(milliseconds) {
      sleeps.push(milliseconds)
    },
  }
}

/** A session of this app and person whose card wants a look. */
export function sessionOf(
  app: { appId: string },
  openId: string,
  wants: CardLook = 'asking',
  changes: Partial<Omit<AuthSession, 'card'>> = {},
): AuthSession {
  const id = `ses_${wants}_${openId.slice(-4)}`
  return sampleSession(wants, { id, appId: app.appId, openId, tenantKey: null, ...changes })
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('expected a rejection')
    },
    (error: unknown) => error,
  )
}
