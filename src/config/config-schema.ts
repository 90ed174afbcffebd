import { z } from 'zod'
import { isTimeZone, parseQuietSpan } from '../auth/quiet-hours.ts'
import { parseKeyRing } from '../auth/token-cipher.ts'
import { trustedProxies } from './config-proxies.ts'
import { isPostgresUrl, isSafeWebUrl } from './config-url.ts'
import { allowedHosts, webhookSecrets, webhookUrl } from './config-webhook.ts'

const AUDIT_MODES = ['batched', 'strict', 'off'] as const
const YES_NO = 'is neither true nor false'
const SHORTEST_SECRET = 16

const between = (minimum: number, maximum: number) =>
  z.number().min(minimum, `is less than ${minimum}`).max(maximum, `is more than ${maximum}`)

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'is not a whole number')
    .transform(Number)
    .pipe(between(minimum, maximum))

const port = wholeNumber(0, 65_535)

const portOrOff = z
  .string()
  .regex(/^\d{0,9}$/, 'is not a whole number')
  .transform((text) => (text === '' ? null : Number(text)))
  .pipe(between(0, 65_535).nullable())

/** Whose hosts to talk to. */
export const brand = z.enum(['feishu', 'lark'], 'is neither feishu nor lark')

const webUrl = z
  .string()
  .refine(isSafeWebUrl, 'is not an https:// address (http:// only for localhost)')

/** A redirect URI; RFC 6749 §3.1.2 forbids fragments. */
export const redirectUri = webUrl.refine((text) => !text.includes('#'), 'has a fragment (#…)')

/** OAuth scopes, separated by spaces or commas; one written twice counts once, since Feishu refuses doubles (20067). */
export const scopesText = z
  .string()
  .transform((text) => [...new Set(text.split(/[\s,]+/).filter(Boolean))])
  .pipe(
    z
      // RFC 6749 §3.3
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'holds a character no scope can have'))
      .min(1, 'names no scope'),
  )

const share = z
  .string()
  .regex(/^\d*\.?\d+$/, 'is not a number')
  .transform(Number)
  .pipe(z.number().gt(0, 'is not more than 0').lt(1, 'is not less than 1'))

const encryptionKeys = z.string('is not set').transform((text, context) => {
  const ring = parseKeyRing(text)
  if (ring.ok) return ring.keys
  for (const { problem, fix } of ring.faults) {
    context.addIssue({ code: 'custom', message: problem, params: { fix } })
  }
  return z.NEVER
})

const apiKeys = z.string().transform((text, context) => {
  const keys = text.split(',').map((entry) => {
    const [, name = '', secret = ''] = /^([^:]*):(.*)$/.exec(entry.trim()) ?? []
    return { name, secret }
  })
  const complain = (index: number, problem: string) =>
    context.addIssue({ code: 'custom', message: `key ${index + 1} ${problem}` })
  for (const [index, { name, secret }] of keys.entries()) {
    const earlier = keys.slice(0, index)
    if (!/^[a-z0-9-]+$/.test(name)) complain(index, 'has no name of a-z, 0-9 and -')
    if (secret.length < SHORTEST_SECRET) {
      complain(index, `has a secret shorter than ${SHORTEST_SECRET} characters`)
    }
    if (name && earlier.some((other) => other.name === name)) {
      complain(index, 'has the same name as an earlier key')
    }
    if (secret && earlier.some((other) => other.secret === secret)) {
      complain(index, 'has the same secret as an earlier key')
    }
  }
  return keys
})

const quietHours = z.string().transform((text, context) => {
  const span = parseQuietSpan(text)
  if (span) return span
  context.addIssue({ code: 'custom', message: 'is not a span such as 21:00-09:00' })
  return z.NEVER
})

const databaseUrl = z
  .string()
  .refine(
    (text) => /^file:./.test(text) || isPostgresUrl(text),
    'is neither file:<path> nor postgres://…',
  )

const openIds = z
  .string()
  .transform((text) => [...new Set(text.split(/[\s,]+/).filter(Boolean))])
  .pipe(z.array(z.string().regex(/^ou_[0-9A-Za-z]+$/, 'holds something that is no open_id')))

/** Every environment variable this product reads, each with how it is parsed; the only list of them. */
export const environmentSchema = z.object({
  FEISHU_APP_ID: z.string().optional(),
  FEISHU_APP_SECRET: z.string().optional(),
  FEISHU_APPS_FILE: z.string().optional(),
  FEISHU_BRAND: brand.default('feishu'),
  FEISHU_API_BASE_URL: webUrl.optional(),
  FEISHU_ACCOUNTS_BASE_URL: webUrl.optional(),
  FEISHU_TOKEN_URL: webUrl.optional(),
  OAUTH_REDIRECT_URI: redirectUri.default('http://localhost:8000/callback'),
  OAUTH_SCOPES: scopesText.default(['offline_access']),
  AUTH_FLOW: z
    .literal('redirect', {
      error: ({ input }) =>
        input === 'device' ? 'is device, which comes with a later version' : 'is not redirect',
    })
    .default('redirect'),
  // A card can be changed for 14 days, so a longer session could not show how it ended.
  AUTH_SESSION_TTL_SECONDS: wholeNumber(1, 1_209_600).default(600),
  AUTH_SESSION_RETENTION_DAYS: wholeNumber(1, 3650).default(30),
  REAUTHORIZE_AHEAD_DAYS: wholeNumber(0, 90).default(0),
  REAUTHORIZE_QUIET_HOURS: quietHours.default({ from: 21 * 60, to: 9 * 60 }),
  REAUTHORIZE_TIME_ZONE: z
    .string()
    .refine(isTimeZone, 'is not the name of a time zone')
    .default('Asia/Shanghai'),
  TOKEN_REFRESH_THRESHOLD: share.default(0.1),
  CALLBACK_SERVER_ENABLED: z.stringbool({ error: YES_NO }).default(true),
  CALLBACK_SERVER_HOST: z.string().default('0.0.0.0'),
  CALLBACK_SERVER_PORT: port.default(8000),
  TRUSTED_PROXIES: trustedProxies.default(['loopback']),
  SHUTDOWN_DELAY_SECONDS: wholeNumber(0, 10).default(3),
  METRICS_HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: portOrOff.default(9464),
  METRICS_FORMAT: z
    .enum(['prometheus', 'openmetrics'], { error: 'is neither prometheus nor openmetrics' })
    .default('prometheus'),
  CARD_CALLBACK: z
    .enum(['long_connection', 'off'], {
      error: ({ input }) =>
        input === 'http'
          ? 'is http, which comes with a later version'
          : 'is neither long_connection nor off',
    })
    .default('long_connection'),
  LONG_CONNECTION_REQUIRED: z.stringbool({ error: YES_NO }).default(false),
  FEISHU_ENCRYPT_KEY: z.string().optional(),
  FEISHU_VERIFICATION_TOKEN: z.string().optional(),
  DATABASE_URL: databaseUrl.default('file:./data/auth.db'),
  TOKEN_ENCRYPTION_KEYS: encryptionKeys,
  API_KEYS: apiKeys.default([]),
  AUDIT_MODE: z.enum(AUDIT_MODES, 'is neither batched, strict nor off').default('batched'),
  WEBHOOK_URL: webhookUrl.optional(),
  WEBHOOK_SECRETS: webhookSecrets.default([]),
  WEBHOOK_ALLOWED_HOSTS: allowedHosts.default([]),
  DOCTOR_OPEN_IDS: openIds.default([]),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'is not a log level')
    .default('info'),
})

/** The name of an environment variable this product reads. */
export type VariableName = keyof typeof environmentSchema.shape

/** The name of every variable, as a schema and as a list (`.options`). */
export const variableName = environmentSchema.keyof()
