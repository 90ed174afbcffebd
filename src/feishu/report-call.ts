import type { ApiName, ApiObserver, ApiStatus } from './api-names.ts'
import { hostOf, pathOf, templateOf } from './api-names.ts'
import { isRateLimit } from './error-codes/error-codes.ts'
import type { FeishuLog, LogLevel } from './feishu-log.ts'
import type { WireError } from './wire-error.ts'

/** A call that has ended, well (`failure` null) or not. */
export type EndedCall = {
  apiName: ApiName
  method: string
  url: string
  seconds: number
  failure: WireError | null
  logId: string | undefined
}

/** Counts a call, and logs it in one line when it failed. */
export function reportCall(
  { log, observe }: { log: FeishuLog; observe: ApiObserver },
  call: EndedCall,
): void {
  const { apiName, method, url, seconds, failure, logId } = call
  observe({
    apiName,
    status: statusOf(failure),
    seconds,
    method: method.toUpperCase(),
    host: hostOf(url),
    template: templateOf(apiName, url),
    ...(logId === undefined ? {} : { logId }),
  })
  if (!failure) return
  const facts = failure.facts
  log(levelOf(apiName), 'feishu_call_failed', {
    api_name: apiName,
    method: method.toUpperCase(),
    path: pathOf(url),
    failure: facts.failure,
    status: facts.status,
    feishu_code: facts.feishuCode,
    oauth_error: facts.oauthError,
    detail: facts.detail,
    log_id: logId,
    seconds,
  })
}

/** The status of a call in metrics. */
export function statusOf(failure: WireError | null): ApiStatus {
  if (!failure) return 'ok'
  const { failure: kind, status = 200, feishuCode } = failure.facts
  if (kind === 'timeout' || kind === 'network') return kind
  if (status === 429 || isRateLimit(feishuCode)) return 'rate_limited'
  if (status >= 500 || kind === 'unreadable') return 'server_error'
  return 'client_error'
}

/** Whoever made the call tells what became of it, with its session; about the discovery the SDK tells nobody. */
function levelOf(apiName: ApiName): LogLevel {
  return apiName === 'ws_endpoint' ? 'warn' : 'info'
}
