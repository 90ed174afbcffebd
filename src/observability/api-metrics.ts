import { Counter, Histogram, type Registry } from 'prom-client'
import { HTTP_SECONDS } from './buckets.ts'
import { inSet, OTHER } from './label-sets.ts'

/** The calls to Feishu that are told apart. */
export const API_NAMES = [
  'send_card',
  'update_card',
  'exchange_code',
  'refresh_token',
  'user_info',
  'revoke',
  'bot_info',
  'tenant_token',
  'ws_endpoint',
  OTHER,
] as const

/** How a call can end. */
export const API_STATUSES = [
  'ok',
  'client_error',
  'server_error',
  'rate_limited',
  'timeout',
  'network',
] as const

/** Why a call can be repeated. */
export const RETRY_REASONS = ['rate_limited', 'server_error', 'network'] as const

/** The metrics of outgoing calls. */
export interface ApiMetrics {
  observeApiCall(call: {
    apiName: string
    status: (typeof API_STATUSES)[number]
    seconds: number
  }): void
  countApiRetry(retry: { apiName: string; reason: (typeof RETRY_REASONS)[number] }): void
}

/** Registers the metrics of calls to Feishu. */
export function createApiMetrics(registry: Registry): ApiMetrics {
  const calls = new Counter({
    name: 'lark_service_api_calls_total',
    help: 'Calls to Feishu that ended.',
    labelNames: ['api_name', 'status'],
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'lark_service_api_call_duration_seconds',
    help: 'Time a call to Feishu took.',
    labelNames: ['api_name'],
    buckets: HTTP_SECONDS,
    registers: [registry],
  })
  const limited = new Counter({
    name: 'lark_service_api_rate_limit_hits_total',
    help: 'Calls that Feishu refused because there were too many.',
    labelNames: ['api_name'],
    registers: [registry],
  })
  const retries = new Counter({
    name: 'lark_service_api_retry_total',
    help: 'Calls to Feishu that were repeated.',
    labelNames: ['api_name', 'reason'],
    registers: [registry],
  })
  for (const api_name of API_NAMES) {
    duration.zero({ api_name })
    limited.inc({ api_name }, 0)
    for (const status of API_STATUSES) calls.inc({ api_name, status }, 0)
    for (const reason of RETRY_REASONS) retries.inc({ api_name, reason }, 0)
  }

  return {
    observeApiCall({ apiName, status, seconds }) {
      const api_name = inSet(API_NAMES, apiName)
      calls.inc({ api_name, status })
      duration.observe({ api_name }, seconds)
      if (status === 'rate_limited') limited.inc({ api_name })
    },
    countApiRetry({ apiName, reason }) {
      retries.inc({ api_name: inSet(API_NAMES, apiName), reason })
    },
  }
}
