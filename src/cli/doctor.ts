import { Command } from 'commander'
import type { VariableName } from '../config/config-schema.ts'
import { type Config, secretsOf } from '../config.ts'
import { CHECK_NAMES, type CheckResult, fail, pass, skip } from '../doctor/check.ts'
import { createChecks } from '../doctor/doctor.ts'
import { runChecks } from '../doctor/run-checks.ts'
import { CardAuthError, ConfigurationError } from '../errors.ts'
import { resolveEndpoints } from '../feishu/hosts.ts'
import { createHttpClient } from '../feishu/http-client.ts'
import { createLogger } from '../observability/logger.ts'
import type { OpenStore } from '../store/create-store.ts'
import { inspectDatabase } from '../store/inspect-database.ts'
import { openStore } from '../store/open-store.ts'
import { createSystemClock } from '../system-clock.ts'
import type { ExitCode } from './exit-code.ts'
import { loadEnvironment } from './load-environment.ts'

type Options = { offline?: true; json?: true }

const SIGNS = { pass: '✓', warn: '!', fail: '✗', skip: '–' } as const

/** `doctor`: looks at everything that can be set up wrong, and says what to do about it. */
export function doctorCommand(report: (code: ExitCode) => void): Command {
  return new Command('doctor')
    .description(
      'look at everything that can be set up wrong; exit code 1 when something is, 78 when it is the configuration',
    )
    .option('--offline', 'look at this machine alone, ask nobody else')
    .option('--json', 'print JSON')
    .action(async ({ offline, json }: Options) => {
      const results = await examine({
        isOffline: offline === true,
        onResult: (result) => {
          if (!json) console.log(inWords(result))
        },
      })
      if (json) console.log(JSON.stringify(results.map(inJson), null, 2))
      else console.log(summary(results))
      report(exitCodeOf(results))
    })
}

async function examine({
  isOffline,
  onResult,
}: {
  isOffline: boolean
  onResult: (result: CheckResult) => void
}): Promise<CheckResult[]> {
  const { config, results } = readConfiguration()
  for (const result of results) onResult(result)
  if (config === null) return results
  return [...results, ...(await examineService(config, isOffline, onResult))]
}

/** What no check looks at: with a fault in one of them alone, all else can be examined. */
const UNEXAMINED: readonly VariableName[] = [
  'AUTH_FLOW',
  'AUTH_SESSION_TTL_SECONDS',
  'AUTH_SESSION_RETENTION_DAYS',
  'REAUTHORIZE_AHEAD_DAYS',
  'REAUTHORIZE_QUIET_HOURS',
  'REAUTHORIZE_TIME_ZONE',
  'TOKEN_REFRESH_THRESHOLD',
  'TRUSTED_PROXIES',
  'SHUTDOWN_DELAY_SECONDS',
  'LONG_CONNECTION_REQUIRED',
  'AUDIT_MODE',
  'WEBHOOK_URL',
  'WEBHOOK_SECRETS',
  'WEBHOOK_ALLOWED_HOSTS',
  'DOCTOR_OPEN_IDS',
  'LOG_LEVEL',
]

/** Every fault is a finding of its own; the other checks look at what can be read, where no fault touches it. */
function readConfiguration(leftOut: readonly VariableName[] = []): {
  config: Config | null
  results: CheckResult[]
} {
  const name = 'configuration'
  try {
    const config = loadEnvironment(leftOut)
    const isWhole = leftOut.length === 0
    const good = { name, appId: null, ...pass('Every variable can be used.') } as const
    return { config, results: isWhole ? [good] : [] }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const faults = error.faults.map(({ name: variable, problem, fix }) => ({
      name: 'configuration' as const,
      appId: null,
      ...fail(`${variable} ${problem}.`, fix),
    }))
    const touchesNoCheck = error.faults.every(({ name: variable }) =>
      UNEXAMINED.some((each) => variable === each || variable === `${each}_FILE`),
    )
    if (touchesNoCheck && leftOut.length === 0) {
      const { config, results } = readConfiguration(UNEXAMINED)
      return { config, results: [...faults, ...results] }
    }
    const others = CHECK_NAMES.filter((other) => other !== name).map((other) => ({
      name: other,
      appId: null,
      ...skip('Not looked at: the configuration comes first.'),
    }))
    return { config: null, results: [...faults, ...others] }
  }
}

async function examineService(
  config: Config,
  isOffline: boolean,
  onResult: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const log = createLogger({ level: 'silent', secrets: secretsOf(config) })
  const apps = config.apps.map((app) => ({
    ...app,
    endpoints: resolveEndpoints({ brand: app.brand, ...config.endpoints }),
  }))
  const store = await openUnchanged(config.databaseUrl)
  try {
    const checks = createChecks({
      ...config,
      apps,
      store,
      usesLongConnection: config.cardCallback === 'long_connection',
      http: createHttpClient({ log, observe: () => {} }),
      clock: createSystemClock(),
      isOffline,
    })
    return await runChecks(checks, onResult)
  } finally {
    await store?.close()
  }
}

/** Opening a database brings its tables up to date, which is not a doctor's to do: only one that is up to date is opened. */
async function openUnchanged(databaseUrl: string): Promise<OpenStore | null> {
  const { exists, trouble, writeTrouble, migrations } = await inspectDatabase(databaseUrl)
  const isUpToDate = migrations !== null && migrations.applied === migrations.known
  if (!exists || trouble !== null || writeTrouble !== null || !isUpToDate) return null
  try {
    return await openStore({ databaseUrl })
  } catch (error) {
    if (error instanceof CardAuthError) return null
    throw error
  }
}

function exitCodeOf(results: readonly CheckResult[]): ExitCode {
  const failed = results.filter(({ status }) => status === 'fail')
  if (failed.some(({ name }) => name === 'configuration')) return 78
  return failed.length > 0 ? 1 : 0
}

function inJson({ name, appId, status, message, hint }: CheckResult) {
  return { name, app_id: appId, status, message, hint }
}

function inWords({ name, appId, status, message, hint }: CheckResult): string {
  const line = `${SIGNS[status]} ${name}${appId === null ? '' : ` ${appId}`}: ${message}`
  return hint === null ? line : `${line}\n    → ${hint}`
}

function summary(results: readonly CheckResult[]): string {
  const count = (status: CheckResult['status']) =>
    results.filter((result) => result.status === status).length
  return `${count('pass')} good, ${count('warn')} to know, ${count('fail')} to mend, ${count('skip')} not looked at.`
}
