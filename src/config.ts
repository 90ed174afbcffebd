import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import type { AheadSettings } from './auth/ask-ahead.ts'
import type { KeyRing } from './auth/token-cipher.ts'
import { type AppEntry, readApps } from './config/config-apps.ts'
import { FIXES } from './config/config-fixes.ts'
import { environmentSchema, type VariableName, variableName } from './config/config-schema.ts'
import { type ReadFile, readSecretFiles } from './config/config-secrets.ts'
import { faultOfIssue } from './config/fault-of-issue.ts'
import { ConfigurationError, type ConfigurationFault } from './errors.ts'

/** One Feishu app, complete. */
export type AppConfig = {
  appId: string
  appSecret: string
  brand: 'feishu' | 'lark'
  encryptKey: string | null
  verificationToken: string | null
  /** Exactly as registered in the developer console. */
  redirectUri: string
  /** Asked for when a caller names none. */
  scopes: readonly string[]
}

/** Where a server of ours listens; port 0 picks a free one. */
export type ListenConfig = { host: string; port: number }

/** A caller of `/v1`. */
export type ApiKeyConfig = { name: string; secret: string }

/** The receiver of webhooks. */
export type WebhookConfig = {
  /** It may hold a secret in its path or query. */
  url: string
  /** `whsec_…`; the first signs first. */
  secrets: readonly string[]
  /** Host names and CIDRs that may be private. */
  allowedHosts: readonly string[]
}

/** Everything that can be configured, parsed and checked. */
export type Config = {
  apps: readonly [AppConfig, ...AppConfig[]]
  /** Overrides of the hosts that the brand of an app picks; undefined leaves them. */
  endpoints: {
    apiBaseUrl: string | undefined
    accountsBaseUrl: string | undefined
    tokenUrl: string | undefined
  }
  authFlow: 'redirect'
  sessionTtlSeconds: number
  sessionRetentionDays: number
  /** Whether and when people are asked before their grants end; 0 days is never. */
  reauthorize: AheadSettings
  /** A token is refreshed when less than this share of its lifetime is left; between 0 and 1. */
  tokenRefreshThreshold: number
  /** Null when it is turned off. */
  callbackServer: ListenConfig | null
  /** Addresses, CIDRs or `loopback`: the proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[]
  /** So long a process that is told to stop goes on answering, and says that it is not ready. */
  shutdownDelaySeconds: number
  /** Null when it is turned off. */
  metricsServer: ListenConfig | null
  metricsFormat: Environment['METRICS_FORMAT']
  cardCallback: 'long_connection' | 'off'
  /** Whether a process without its long connection is not ready. */
  requiresLongConnection: boolean
  /** `file:<path>` or `postgres://…`; it may hold a password. */
  databaseUrl: string
  encryptionKeys: KeyRing
  apiKeys: readonly ApiKeyConfig[]
  /** How strictly it is recorded who did what. */
  auditMode: Environment['AUDIT_MODE']
  /** Who is told what happens; null when nobody is. */
  webhook: WebhookConfig | null
  /** Who may write `/auth doctor` to the bot. */
  doctorOpenIds: readonly string[]
  logLevel: LogLevel
}

/** From how serious a line on it is written. */
export type LogLevel = Environment['LOG_LEVEL']

type Environment = z.output<typeof environmentSchema>

/**
 * Reads the whole configuration from the environment and the files it names; nothing else reads any.
 *
 * @throws {ConfigurationError} with every fault at once; none of them repeats the value of a secret.
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile = (path) => readFileSync(path, 'utf8'),
): Config {
  const secrets = readSecretFiles(env, readFile)
  const values = { ...readVariables(env), ...secrets.values }
  const parsed = environmentSchema.safeParse(values)
  const apps = readApps(values, readFile)

  const unreadable = new Set(secrets.faults.map(({ name }) => name))
  const faults = [
    ...apps.faults,
    ...(parsed.success ? faultsBetween(parsed.data) : parsed.error.issues.map(faultOfIssue)),
  ].filter(({ name }) => !unreadable.has(`${name}_FILE`))
  faults.push(...secrets.faults)

  const [first, ...rest] = apps.entries
  if (!parsed.success || first === undefined || faults.length > 0) {
    throw new ConfigurationError(faults)
  }
  return toConfig(parsed.data, [first, ...rest])
}

/** Everything in a configuration that must never be written anywhere, for redaction. */
export function secretsOf(config: Config): string[] {
  const database = URL.canParse(config.databaseUrl) ? new URL(config.databaseUrl).password : ''
  return [
    ...config.apps.flatMap((app) => [app.appSecret, app.encryptKey, app.verificationToken]),
    ...config.apiKeys.map(({ secret }) => secret),
    ...config.encryptionKeys.map(({ key }) => Buffer.from(key).toString('base64')),
    ...(config.webhook?.secrets ?? []),
    ...(config.webhook?.secrets ?? []).map((secret) => secret.replace(/^whsec_/, '')),
    database,
    decodeURIComponent(database),
  ].filter((secret): secret is string => secret !== null && secret !== '')
}

/** An empty variable counts as not set, except METRICS_PORT, where it means off. */
function readVariables(
  env: Readonly<Record<string, string | undefined>>,
): Partial<Record<VariableName, string>> {
  const values: Partial<Record<VariableName, string>> = {}
  for (const name of variableName.options) {
    const value = env[name]?.trim()
    if (value || (value === '' && name === 'METRICS_PORT')) values[name] = value
  }
  return values
}

function faultsBetween(env: Environment): ConfigurationFault[] {
  const isTaken =
    env.CALLBACK_SERVER_ENABLED &&
    env.METRICS_PORT !== 0 &&
    env.METRICS_PORT === env.CALLBACK_SERVER_PORT
  const faults: ConfigurationFault[] = []
  if (isTaken) {
    const problem = 'is also CALLBACK_SERVER_PORT'
    faults.push({ name: 'METRICS_PORT', problem, fix: FIXES.METRICS_PORT })
  }
  if (env.WEBHOOK_URL !== undefined && env.WEBHOOK_SECRETS.length === 0) {
    const problem = 'is not set, but WEBHOOK_URL is'
    faults.push({ name: 'WEBHOOK_SECRETS', problem, fix: FIXES.WEBHOOK_SECRETS })
  }
  return faults
}

function toConfig(env: Environment, entries: readonly [AppEntry, ...AppEntry[]]): Config {
  const complete = (entry: AppEntry): AppConfig => ({
    appId: entry.appId,
    appSecret: entry.appSecret,
    brand: entry.brand ?? env.FEISHU_BRAND,
    encryptKey: entry.encryptKey ?? null,
    verificationToken: entry.verificationToken ?? null,
    redirectUri: entry.redirectUri ?? env.OAUTH_REDIRECT_URI,
    scopes: entry.scopes ?? env.OAUTH_SCOPES,
  })
  const [first, ...rest] = entries
  return {
    apps: [complete(first), ...rest.map(complete)],
    endpoints: {
      apiBaseUrl: env.FEISHU_API_BASE_URL,
      accountsBaseUrl: env.FEISHU_ACCOUNTS_BASE_URL,
      tokenUrl: env.FEISHU_TOKEN_URL,
    },
    authFlow: env.AUTH_FLOW,
    sessionTtlSeconds: env.AUTH_SESSION_TTL_SECONDS,
    sessionRetentionDays: env.AUTH_SESSION_RETENTION_DAYS,
    reauthorize: {
      days: env.REAUTHORIZE_AHEAD_DAYS,
      quiet: { span: env.REAUTHORIZE_QUIET_HOURS, timeZone: env.REAUTHORIZE_TIME_ZONE },
    },
    tokenRefreshThreshold: env.TOKEN_REFRESH_THRESHOLD,
    callbackServer: env.CALLBACK_SERVER_ENABLED
      ? { host: env.CALLBACK_SERVER_HOST, port: env.CALLBACK_SERVER_PORT }
      : null,
    trustedProxies: env.TRUSTED_PROXIES,
    shutdownDelaySeconds: env.SHUTDOWN_DELAY_SECONDS,
    metricsServer:
      env.METRICS_PORT === null ? null : { host: env.METRICS_HOST, port: env.METRICS_PORT },
    metricsFormat: env.METRICS_FORMAT,
    cardCallback: env.CARD_CALLBACK,
    requiresLongConnection: env.LONG_CONNECTION_REQUIRED,
    databaseUrl: env.DATABASE_URL,
    encryptionKeys: env.TOKEN_ENCRYPTION_KEYS,
    apiKeys: env.API_KEYS,
    auditMode: env.AUDIT_MODE,
    webhook:
      env.WEBHOOK_URL === undefined
        ? null
        : {
            url: env.WEBHOOK_URL,
            secrets: env.WEBHOOK_SECRETS,
            allowedHosts: env.WEBHOOK_ALLOWED_HOSTS,
          },
    doctorOpenIds: env.DOCTOR_OPEN_IDS,
    logLevel: env.LOG_LEVEL,
  }
}
