import { type AheadSettings, NEVER_AHEAD } from './auth/ask-ahead.ts'
import type { Log } from './auth/ports.ts'
import type { KeyRing } from './auth/token-cipher.ts'
import { readApps } from './config/config-apps.ts'
import { environmentSchema, type VariableName } from './config/config-schema.ts'
import { faultOfIssue } from './config/fault-of-issue.ts'
import { ConfigurationError, type ConfigurationFault } from './errors.ts'
import type { WebhookReceiver } from './webhooks/webhook-poster.ts'

/** How to embed card authorization in a bot. */
export type CardAuthOptions = {
  /** `cli_` and 16 hex digits. */
  appId: string
  appSecret: string
  /** Exactly as registered in the developer console; mount `router` where it leads to `/callback`. */
  redirectUri: string
  /** `kid:base64(32 bytes)`, comma separated; the first seals, all open. `npx feishu-card-auth keys generate` makes one. */
  encryptionKeys: string
  /** `file:./data/auth.db` or `postgres://…`. */
  database: string
  brand?: 'feishu' | 'lark' | undefined
  /** Asked for when a call names none; default `offline_access`. */
  scopes?: readonly string[] | undefined
  /** A token is refreshed when less than this share of its lifetime is left, between 0 and 1; default 0.1. */
  refreshThreshold?: number | undefined
  /** How long a card can be used, in seconds, up to 14 days; default 600. */
  sessionTtlSeconds?: number | undefined
  /** How long ended sessions are kept, from 1 to 3650; default 30. */
  sessionRetentionDays?: number | undefined
  /**
   * How it is recorded in the database who got a token: `batched` within a second, `strict` before it is handed out. Unless told, the
   * record holds all else: who was asked, what they decided, what was revoked; with `off` it holds nothing.
   */
  audit?: 'batched' | 'strict' | 'off' | undefined
  /** Asks people once before their authorization ends; left out, nobody is asked ahead of time. */
  reauthorize?: ReauthorizeOptions | undefined
  /** Who is told what happens, with signed webhooks; default nobody. */
  webhook?: WebhookOptions | undefined
  /** Hosts of another Feishu, such as the emulator's. */
  apiBaseUrl?: string | undefined
  accountsBaseUrl?: string | undefined
  /** Where log lines go; default nowhere. */
  log?: Log | undefined
}

/** Whether and when a bot asks people before their authorization ends. */
export type ReauthorizeOptions = {
  /** So many days before the end, from 0 (never) to 90. */
  aheadDays: number
  /** When nobody is asked; default `21:00-09:00`, the same time twice means never quiet. */
  quietHours?: string | undefined
  /** Whose wall clock that is, an IANA name; default `Asia/Shanghai`. */
  timeZone?: string | undefined
}

/** The receiver of webhooks. */
export type WebhookOptions = {
  url: string
  /** `whsec_` and base64; each signs, the first one first. */
  secrets: readonly string[]
  /** Host names and CIDRs that may be private; default none. */
  allowedHosts?: readonly string[] | undefined
}

/** The options, complete and checked. */
export type CheckedOptions = {
  appId: string
  appSecret: string
  brand: 'feishu' | 'lark'
  redirectUri: string
  scopes: readonly string[]
  apiBaseUrl: string | undefined
  accountsBaseUrl: string | undefined
  encryptionKeys: KeyRing
  database: string
  refreshThreshold: number
  sessionSeconds: number
  retentionDays: number
  ahead: AheadSettings
  webhook: WebhookReceiver | null
}

/** The variable of the service that says the same; its checks are those of the option. */
const OPTION_OF: Partial<Record<VariableName, string>> = {
  FEISHU_APP_ID: 'appId',
  FEISHU_APP_SECRET: 'appSecret',
  FEISHU_BRAND: 'brand',
  FEISHU_API_BASE_URL: 'apiBaseUrl',
  FEISHU_ACCOUNTS_BASE_URL: 'accountsBaseUrl',
  OAUTH_REDIRECT_URI: 'redirectUri',
  OAUTH_SCOPES: 'scopes',
  AUTH_SESSION_TTL_SECONDS: 'sessionTtlSeconds',
  AUTH_SESSION_RETENTION_DAYS: 'sessionRetentionDays',
  TOKEN_REFRESH_THRESHOLD: 'refreshThreshold',
  DATABASE_URL: 'database',
  TOKEN_ENCRYPTION_KEYS: 'encryptionKeys',
  AUDIT_MODE: 'audit',
  REAUTHORIZE_AHEAD_DAYS: 'reauthorize.aheadDays',
  REAUTHORIZE_QUIET_HOURS: 'reauthorize.quietHours',
  REAUTHORIZE_TIME_ZONE: 'reauthorize.timeZone',
  WEBHOOK_URL: 'webhook.url',
  WEBHOOK_SECRETS: 'webhook.secrets',
  WEBHOOK_ALLOWED_HOSTS: 'webhook.allowedHosts',
}

/** Where an option is mended otherwise than its variable. */
const FIX_OF: Partial<Record<string, string>> = {
  FEISHU_APP_SECRET: 'Copy the App Secret from Credentials & Basic Info in the developer console.',
  OAUTH_SCOPES: "Leave it out, or name scopes, such as ['offline_access', 'calendar:calendar'].",
  WEBHOOK_SECRETS:
    'Give whsec_ and 24 to 64 bytes of base64. Make one with: echo whsec_$(openssl rand -base64 32)',
  WEBHOOK_ALLOWED_HOSTS: "Leave it out, or name what may be private: ['hooks.internal'].",
}

/**
 * Reads the options of a bot, with the checks that the configuration of the service goes through.
 * @throws {ConfigurationError} with every fault at once; none of them repeats the value of a secret.
 */
export function readCardAuthOptions(options: CardAuthOptions): CheckedOptions {
  const { appId, appSecret, reauthorize, webhook } = options
  const apps = readApps({ FEISHU_APP_ID: appId, FEISHU_APP_SECRET: appSecret }, readNoFile)
  // Compiling the checks takes longer than the one look they are needed for.
  const parsed = environmentSchema.safeParse(valuesOf(options), { jitless: true })
  const faults = [...apps.faults, ...(parsed.error?.issues ?? []).map(faultOfIssue)]
  const [app] = apps.entries
  if (!app || !parsed.success || faults.length > 0) {
    throw new ConfigurationError(faults.map(asOption))
  }
  const env = parsed.data
  return {
    appId: app.appId,
    appSecret: app.appSecret,
    brand: env.FEISHU_BRAND,
    redirectUri: env.OAUTH_REDIRECT_URI,
    scopes: env.OAUTH_SCOPES,
    apiBaseUrl: env.FEISHU_API_BASE_URL,
    accountsBaseUrl: env.FEISHU_ACCOUNTS_BASE_URL,
    encryptionKeys: env.TOKEN_ENCRYPTION_KEYS,
    database: env.DATABASE_URL,
    refreshThreshold: env.TOKEN_REFRESH_THRESHOLD,
    sessionSeconds: env.AUTH_SESSION_TTL_SECONDS,
    retentionDays: env.AUTH_SESSION_RETENTION_DAYS,
    ahead: reauthorize
      ? {
          days: env.REAUTHORIZE_AHEAD_DAYS,
          quiet: { span: env.REAUTHORIZE_QUIET_HOURS, timeZone: env.REAUTHORIZE_TIME_ZONE },
        }
      : NEVER_AHEAD,
    webhook: webhook
      ? {
          url: webhook.url,
          secrets: env.WEBHOOK_SECRETS,
          allowedHosts: env.WEBHOOK_ALLOWED_HOSTS,
        }
      : null,
  }
}

/** As they would stand in the environment. What has no default there must not get one, so a value left out is no value. */
function valuesOf(options: CardAuthOptions): Partial<Record<VariableName, unknown>> {
  const { redirectUri, database, encryptionKeys, reauthorize, webhook } = options
  return {
    FEISHU_BRAND: options.brand,
    FEISHU_API_BASE_URL: options.apiBaseUrl,
    FEISHU_ACCOUNTS_BASE_URL: options.accountsBaseUrl,
    OAUTH_REDIRECT_URI: redirectUri ?? '',
    OAUTH_SCOPES: inOneText(options.scopes, ' '),
    AUTH_SESSION_TTL_SECONDS: inDigits(options.sessionTtlSeconds),
    AUTH_SESSION_RETENTION_DAYS: inDigits(options.sessionRetentionDays),
    TOKEN_REFRESH_THRESHOLD: inDigits(options.refreshThreshold),
    DATABASE_URL: database ?? '',
    TOKEN_ENCRYPTION_KEYS: encryptionKeys,
    AUDIT_MODE: options.audit,
    ...(reauthorize && {
      REAUTHORIZE_AHEAD_DAYS: String(reauthorize.aheadDays),
      REAUTHORIZE_QUIET_HOURS: reauthorize.quietHours,
      REAUTHORIZE_TIME_ZONE: reauthorize.timeZone,
    }),
    ...(webhook && {
      WEBHOOK_URL: webhook.url ?? '',
      WEBHOOK_SECRETS: inOneText(webhook.secrets, ',') ?? '',
      WEBHOOK_ALLOWED_HOSTS: inOneText(webhook.allowedHosts, ',') || undefined,
    }),
  }
}

function inDigits(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

function inOneText(list: readonly string[] | undefined, separator: string): string | undefined {
  return list === undefined ? undefined : [list].flat().join(separator)
}

function asOption({ name, problem, fix }: ConfigurationFault): ConfigurationFault {
  const option = Object.entries(OPTION_OF).find(([variable]) => variable === name)?.[1]
  return { name: option ?? name, problem, fix: FIX_OF[name] ?? fix }
}

function readNoFile(path: string): never {
  throw new Error(`Nothing names the file ${path}.`)
}
