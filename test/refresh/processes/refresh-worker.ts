import type { AuthEvent } from '../../../src/auth/events.ts'
import { loadEnvironment } from '../../../src/cli/load-environment.ts'
import { secretsOf } from '../../../src/config.ts'
import { resolveEndpoints } from '../../../src/feishu/hosts.ts'
import { createLogger } from '../../../src/observability/logger.ts'
import { createParts } from '../../../src/parts.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { createSystemClock } from '../../../src/system-clock.ts'
import type { WorkerAnswer, WorkerOrder } from './orders.ts'

// The product without its doors and without its jobs, in a process of its own that does what it is told. With
// TEST_DIE_AT or TEST_STOP_AT it is killed, or stands still, at that step of a refresh: events are told within the flow,
// so nothing after them has happened yet.

const config = loadEnvironment()
const store = await openStore({ databaseUrl: config.databaseUrl, poolSize: 4 })
const parts = createParts({
  apps: config.apps.map((app) => ({
    ...app,
    endpoints: resolveEndpoints({ brand: app.brand, ...config.endpoints }),
  })),
  store,
  encryptionKeys: config.encryptionKeys,
  refreshThreshold: config.tokenRefreshThreshold,
  sessionSeconds: config.sessionTtlSeconds,
  retentionDays: config.sessionRetentionDays,
  clock: createSystemClock(),
  log: createLogger({ level: config.logLevel, secrets: secretsOf(config) }),
  observeCall: () => {},
  observeRetry: () => {},
  observeClick: () => {},
  observeJob: () => {},
  feishuTimeoutMs: Number(process.env.TEST_FEISHU_TIMEOUT_MS ?? 10_000),
})
const finished: string[] = []
const savedAfterMs: number[] = []
let repliedAt = 0
parts.events.on((event) => {
  if (event.type === 'grant_finished') finished.push(event.reason)
  if (isStep(event, 'reply_received')) repliedAt = performance.now()
  if (isStep(event, 'pair_saved')) savedAfterMs.push(performance.now() - repliedAt)
  const { TEST_DIE_AT: diesAt, TEST_STOP_AT: stopsAt } = process.env
  if (isStep(event, diesAt)) process.kill(process.pid, 'SIGKILL')
  if (isStep(event, stopsAt)) process.kill(process.pid, 'SIGSTOP')
})
process.on('message', (order: WorkerOrder) => void obey(order))
answer({ kind: 'ready' })

async function obey(order: WorkerOrder): Promise<void> {
  if (order.do === 'close') {
    await parts.close()
    process.disconnect()
    return
  }
  const { findFreshToken } = parts.auth.tokens
  const { openId, calls } = order
  const tokens = new Map<string, number>()
  await Promise.all(
    Array.from({ length: calls }, async () => {
      const outcome = await findFreshToken({ openId }).then(
        (found) => (found.kind === 'token' ? found.token.accessToken : found.why),
        (error: unknown) => String(error),
      )
      tokens.set(outcome, (tokens.get(outcome) ?? 0) + 1)
    }),
  )
  answer({ kind: 'asked', outcomes: [...tokens], finished, savedAfterMs })
}

function isStep(event: AuthEvent, step: string | undefined): boolean {
  return event.type === 'refresh_step' && event.step === step
}

function answer(told: WorkerAnswer): void {
  process.send?.(told)
}
