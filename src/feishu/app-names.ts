import type { Clock } from '../auth/ports.ts'
import type { FeishuLog } from './feishu-log.ts'

/** The names of the apps as people see them, learnt in the background. */
export interface AppNames {
  /** The name of the app; its id until the name is known. */
  nameOf(appId: string): string
  /** Resolves when the name is known, the first look-up has failed, or `milliseconds` have passed. */
  waitForFirst(appId: string, milliseconds: number): Promise<void>
  /** Starts looking the names up, again and again until each is known. */
  start(): void
  close(): Promise<void>
}

const FIRST_PAUSE_MS = 5000
const LONGEST_PAUSE_MS = 5 * 60 * 1000

/** Creates the look-up; `fetchName` asks Feishu for the name of one app. */
export function createAppNames(neighbours: {
  appIds: readonly string[]
  fetchName: (appId: string) => Promise<string | null>
  clock: Clock
  log: FeishuLog
}): AppNames {
  const { appIds, fetchName, clock, log } = neighbours
  const names = new Map<string, string>()
  const firstTries = new Map<string, Promise<void>>()
  const closing = new AbortController()
  let running: Promise<unknown> = Promise.resolve()

  return {
    nameOf: (appId) => names.get(appId) ?? appId,
    async waitForFirst(appId, milliseconds) {
      const firstTry = firstTries.get(appId)
      if (!firstTry || names.has(appId)) return
      const done = new AbortController()
      await Promise.race([firstTry, clock.sleep(milliseconds, done.signal)])
      done.abort()
    },
    start() {
      running = Promise.all(appIds.map(learn))
    },
    async close() {
      closing.abort()
      await running
    },
  }

  async function learn(appId: string): Promise<void> {
    const first = tryOnce(appId)
    firstTries.set(appId, first)
    await first
    for (
      let pause = FIRST_PAUSE_MS;
      !names.has(appId);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    ) {
      await clock.sleep(pause, closing.signal)
      if (closing.signal.aborted) return
      await tryOnce(appId)
    }
  }

  async function tryOnce(appId: string): Promise<void> {
    try {
      const name = await fetchName(appId)
      if (name !== null) names.set(appId, name)
    } catch (error) {
      // A card with the id instead of the name still works; the call itself is logged where it failed.
      log('warn', 'app_name_unknown', {
        app_id: appId,
        reason: error instanceof Error ? error.name : 'unknown',
        ...(error instanceof Error && 'logId' in error ? { log_id: error.logId } : {}),
      })
    }
  }
}
