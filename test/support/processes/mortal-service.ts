import { createApp } from '../../../src/app.ts'
import type { AuthEvent } from '../../../src/auth/events.ts'
import { loadEnvironment } from '../../../src/cli/load-environment.ts'
import { untilStopped } from '../../../src/cli/until-stopped.ts'
import { secretsOf } from '../../../src/config.ts'
import { createLogger } from '../../../src/observability/logger.ts'
import { createSystemClock } from '../../../src/system-clock.ts'

// The service on the emulator's clock as it stands at the start. With TEST_DIE_AT it dies without a last word at that
// event: a funnel step or `session_ended`. Events are told within the flow, so nothing after them has happened yet.
// TEST_STOP_LIMIT_SECONDS is how long a stop may take.

const config = loadEnvironment()
const emulatorUrl = config.endpoints.apiBaseUrl ?? ''
const state = await (await fetch(`${emulatorUrl}/sim/state`)).json()
const aheadMs = (state as { clock: { offset_seconds: number } }).clock.offset_seconds * 1000
const log = createLogger({ level: config.logLevel, secrets: secretsOf(config) })
const quick = { cron: '* * * * * *', everySeconds: 1 }
const app = await createApp(config, {
  log,
  clock: createSystemClock(() => new Date(Date.now() + aheadMs)),
  appLinkBaseUrl: emulatorUrl,
  schedules: { session_sweep: quick, card_outbox: quick },
})
app.parts.events.on((event) => {
  if (nameOf(event) === process.env.TEST_DIE_AT) process.kill(process.pid, 'SIGKILL')
})
process.exitCode = await untilStopped({
  open: async () => app,
  log,
  limitSeconds: Number(process.env.TEST_STOP_LIMIT_SECONDS ?? 25),
})

function nameOf(event: AuthEvent): string {
  return event.type === 'step_reached' ? event.step : event.type
}
