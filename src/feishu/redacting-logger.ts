import { pathOf } from './api-names.ts'
import { axios } from './axios.ts'
import type { FeishuLog, LogLevel } from './feishu-log.ts'
import { asRecord } from './judge-reply.ts'
import { isSecretKey, maskText } from './mask-secrets.ts'
import type { Logger } from './sdk.ts'
import { WireError } from './wire-error.ts'

const DEEPEST = 6
const LONGEST_TEXT = 500
const MOST_ENTRIES = 50

/**
 * Creates the logger handed to the SDK, whose own would print app secrets, tokens and codes with every failed request.
 *
 * The SDK calls each method with one array. Failed calls are logged where they failed, so their echo here is only a
 * debug line. `secrets` are literals that must never appear, in whatever shape.
 */
export function createSdkLogger(log: FeishuLog, secrets: readonly string[] = []): Logger {
  const write =
    (level: LogLevel, event: 'sdk_error' | 'sdk_warning' | 'sdk_message') =>
    (...message: unknown[]): void => {
      const parts = message.flat(3)
      const isEcho = parts.some((part) => part instanceof WireError)
      log(isEcho ? 'debug' : level, isEcho ? 'sdk_message' : event, {
        sdk: parts.map((part) => redact(part, secrets)),
      })
    }
  return {
    error: write('warn', 'sdk_error'),
    warn: write('warn', 'sdk_warning'),
    info: write('debug', 'sdk_message'),
    debug: write('debug', 'sdk_message'),
    trace: write('debug', 'sdk_message'),
  }
}

/** A copy of the value that is safe to log. */
function redact(value: unknown, secrets: readonly string[] = [], depth = 0): unknown {
  if (typeof value === 'string') return maskText(value, secrets).slice(0, LONGEST_TEXT)
  if (value === null || typeof value !== 'object') {
    return typeof value === 'function' || typeof value === 'symbol' ? `[${typeof value}]` : value
  }
  if (depth >= DEEPEST) return '[…]'
  if (axios.isAxiosError(value)) return axiosFacts(value)
  if (value instanceof Error) {
    return { name: value.name, message: maskText(value.message, secrets).slice(0, LONGEST_TEXT) }
  }
  if (ArrayBuffer.isView(value)) return '[bytes]'
  if (Array.isArray(value)) {
    return value.slice(0, MOST_ENTRIES).map((each) => redact(each, secrets, depth + 1))
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MOST_ENTRIES)
      .map(([key, each]) => [
        maskText(key, secrets),
        // Feishu's numeric `code` says what went wrong; a textual one is an authorization code.
        isSecretKey(key) && typeof each !== 'number' ? '***' : redact(each, secrets, depth + 1),
      ]),
  )
}

function axiosFacts(error: {
  config?: { method?: string; url?: string }
  response?: { status: number; data: unknown; headers: object }
  code?: string
}): Record<string, unknown> {
  const body = asRecord(error.response?.data)
  return {
    name: 'AxiosError',
    reason: error.code,
    method: error.config?.method?.toUpperCase(),
    path: pathOf(error.config?.url ?? ''),
    status: error.response?.status,
    feishu_code: typeof body?.code === 'number' ? body.code : undefined,
    log_id: error.response && Reflect.get(error.response.headers, 'x-tt-logid'),
  }
}
